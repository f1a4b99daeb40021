//go:build !purego

package simd

import "github.com/topogen/topogen/kernels"

// tables holds the loops of each instruction set.
var tables = [...]*Loops{Plain: &loopsPlain, AVX2: &loopsAVX2, AVX512: &loopsAVX512, AMX: &loopsAVX512}

var loopsAVX2 = Loops{
	Fill: fillAVX2, Affine: affineAVX2, Round: roundAVX2,
	Map: mapsAVX2, Grad: gradientsAVX2,
	Zip: [operations]func(dst, a, b []float32, add bool){
		kernels.Add: zipAddAVX2, kernels.Sub: zipSubAVX2, kernels.Mul: zipMulAVX2, kernels.Div: zipDivAVX2,
		kernels.Max: zipMaxAVX2, kernels.Min: zipMinAVX2, kernels.Greater: zipGreaterAVX2,
	},
	ZipLeft: [operations]func(dst []float32, a float32, b []float32, add bool){
		kernels.Add: zipLeftAddAVX2, kernels.Sub: zipLeftSubAVX2, kernels.Mul: zipLeftMulAVX2,
		kernels.Div: zipLeftDivAVX2, kernels.Max: zipLeftMaxAVX2, kernels.Min: zipLeftMinAVX2,
		kernels.Greater: zipLeftGreaterAVX2,
	},
	ZipRight: [operations]func(dst, a []float32, b float32, add bool){
		kernels.Add: zipRightAddAVX2, kernels.Sub: zipRightSubAVX2, kernels.Mul: zipRightMulAVX2,
		kernels.Div: zipRightDivAVX2, kernels.Max: zipRightMaxAVX2, kernels.Min: zipRightMinAVX2,
		kernels.Greater: zipRightGreaterAVX2,
	},
	Sum: sumAVX2, Dot: dotAVX2, SumRuns: sumRunsAVX2, SumRows: sumRowsAVX2,
	BCE: bceAVX2, BCEGrad: bceGradAVX2, BCELogits: bceLogitsAVX2, BCELogitsGrad: bceLogitsGradAVX2,
	KLD: kldAVX2, KLDGradLogvar: kldGradLogvarAVX2,
	Reparameterize: reparameterizeAVX2, ReparameterizeGradLogvar: reparameterizeGradLogvarAVX2,
	Uniform: uniformAVX2, Normal: normalAVX2,
	Adam:         func(param, grad, m, v []float32, a *kernels.AdamFactors) { adamAVX2(param, grad, m, v, &a.Scale) },
	SGD:          sgdLoop(sgdAVX2, sgdMomentumAVX2, sgdNesterovAVX2),
	DistanceRows: distanceRowsAVX2, DistanceColumns: distanceColumnsAVX2, AddDifferences: addDifferencesAVX2,
	SumDifferences: sumDifferencesAVX2, PairWeights: pairWeightsAVX2, transposeStrip: transposeStripAVX2,
}

var loopsAVX512 = Loops{
	Fill: fillAVX512, Affine: affineAVX512, Round: roundAVX512,
	Map: mapsAVX512, Grad: gradientsAVX512,
	Zip: [operations]func(dst, a, b []float32, add bool){
		kernels.Add: zipAddAVX512, kernels.Sub: zipSubAVX512, kernels.Mul: zipMulAVX512,
		kernels.Div: zipDivAVX512, kernels.Max: zipMaxAVX512, kernels.Min: zipMinAVX512,
		kernels.Greater: zipGreaterAVX512,
	},
	ZipLeft: [operations]func(dst []float32, a float32, b []float32, add bool){
		kernels.Add: zipLeftAddAVX512, kernels.Sub: zipLeftSubAVX512, kernels.Mul: zipLeftMulAVX512,
		kernels.Div: zipLeftDivAVX512, kernels.Max: zipLeftMaxAVX512, kernels.Min: zipLeftMinAVX512,
		kernels.Greater: zipLeftGreaterAVX512,
	},
	ZipRight: [operations]func(dst, a []float32, b float32, add bool){
		kernels.Add: zipRightAddAVX512, kernels.Sub: zipRightSubAVX512, kernels.Mul: zipRightMulAVX512,
		kernels.Div: zipRightDivAVX512, kernels.Max: zipRightMaxAVX512, kernels.Min: zipRightMinAVX512,
		kernels.Greater: zipRightGreaterAVX512,
	},
	Sum: sumAVX512, Dot: dotAVX512, SumRuns: sumRunsAVX512, SumRows: sumRowsAVX512,
	BCE: bceAVX512, BCEGrad: bceGradAVX512, BCELogits: bceLogitsAVX512, BCELogitsGrad: bceLogitsGradAVX512,
	KLD: kldAVX512, KLDGradLogvar: kldGradLogvarAVX512,
	Reparameterize: reparameterizeAVX512, ReparameterizeGradLogvar: reparameterizeGradLogvarAVX512,
	Uniform: uniformAVX512, Normal: normalAVX512,
	Adam:         func(param, grad, m, v []float32, a *kernels.AdamFactors) { adamAVX512(param, grad, m, v, &a.Scale) },
	SGD:          sgdLoop(sgdAVX512, sgdMomentumAVX512, sgdNesterovAVX512),
	DistanceRows: distanceRowsAVX512, DistanceColumns: distanceColumnsAVX512, AddDifferences: addDifferencesAVX512,
	SumDifferences: sumDifferencesAVX512, PairWeights: pairWeightsAVX512, transposeStrip: transposeStripAVX2,
}

// copyPlain is the loop for kernels.Identity.
func copyPlain(dst, x []float32) { copy(dst, x) }

// trigonometric returns a loop that computes f, sine or cosine, for all x. fast computes f
// in groups of 16 elements. It stops before the first group that has an |x| too large for
// its argument reduction, and returns the number of elements before that group. The loop
// computes the group in plain Go, and calls fast again for the rest.
func trigonometric(fast func(dst, x []float32) (done int), f kernels.Func) func(dst, x []float32) {
	return func(dst, x []float32) {
		for {
			n := fast(dst, x)
			if n == len(dst) {
				return
			}
			step := min(n+16, len(dst))
			mapPlain(f, dst[n:step], x[n:step])
			dst, x = dst[step:], x[step:]
		}
	}
}

// trigonometricGrad is [trigonometric] for the gradient dy·f′(x).
func trigonometricGrad(fast func(dst, dy, x []float32, add bool) (done int), f kernels.Func) func(dst, dy, x []float32, add bool) {
	return func(dst, dy, x []float32, add bool) {
		for {
			n := fast(dst, dy, x, add)
			if n == len(dst) {
				return
			}
			step := min(n+16, len(dst))
			gradPlain(f, dst[n:step], dy[n:step], x[n:step], add)
			dst, dy, x = dst[step:], dy[step:], x[step:]
		}
	}
}

// sgdLoop returns the loop that calls plain without a velocity, and otherwise nesterov or
// momentum.
func sgdLoop(
	plain func(param, grad []float32, scale, decay, momentum, rate float32),
	momentum, nesterov func(param, grad, velocity []float32, scale, decay, momentum, rate float32),
) func(param, grad, velocity []float32, s *kernels.SGD) {
	return func(param, grad, velocity []float32, s *kernels.SGD) {
		switch {
		case velocity == nil:
			plain(param, grad, s.GradientScale, s.WeightDecay, 0, s.LearningRate)
		case s.Nesterov:
			nesterov(param, grad, velocity, s.GradientScale, s.WeightDecay, s.Momentum, s.LearningRate)
		default:
			momentum(param, grad, velocity, s.GradientScale, s.WeightDecay, s.Momentum, s.LearningRate)
		}
	}
}
