//go:build !purego

package cpu

import "github.com/topogen/topogen/kernels"

// loopsIn holds the loops in each instruction set.
var loopsIn = [...]*loops{plainGo: &loopsPlain, avx2: &loopsAVX2, avx512: &loopsAVX512}

var loopsAVX2 = loops{
	fill: fillAVX2, affine: affineAVX2,
	maps: [functions]func(dst, x []float32){
		kernels.Identity: copyPlain, kernels.ReLU: mapReLUAVX2, kernels.Sigmoid: mapSigmoidAVX2, kernels.Tanh: mapTanhAVX2, kernels.Exp: mapExpAVX2, kernels.Log: mapLogAVX2, kernels.Sqrt: mapSqrtAVX2, kernels.Softplus: mapSoftplusAVX2, kernels.Neg: mapNegAVX2, kernels.Abs: mapAbsAVX2, kernels.Square: mapSquareAVX2, kernels.Reciprocal: mapReciprocalAVX2,
		kernels.Sin: trigonometric(mapSinAVX2, kernels.Sin), kernels.Cos: trigonometric(mapCosAVX2, kernels.Cos),
	},
	grads: [functions]func(dst, dy, v []float32, add bool){
		kernels.Identity: gradIdentityAVX2, kernels.ReLU: gradReLUAVX2, kernels.Sigmoid: gradSigmoidAVX2, kernels.Tanh: gradTanhAVX2, kernels.Exp: gradExpAVX2, kernels.Log: gradLogAVX2, kernels.Sqrt: gradSqrtAVX2, kernels.Softplus: gradSoftplusAVX2, kernels.Neg: gradNegAVX2, kernels.Abs: gradAbsAVX2, kernels.Square: gradSquareAVX2, kernels.Reciprocal: gradReciprocalAVX2,
		kernels.Sin: trigonometricGrad(gradSinAVX2, kernels.Sin), kernels.Cos: trigonometricGrad(gradCosAVX2, kernels.Cos),
	},
	zips: [operations]func(dst, a, b []float32, add bool){
		kernels.AddOp: zipAddAVX2, kernels.SubOp: zipSubAVX2, kernels.MulOp: zipMulAVX2, kernels.DivOp: zipDivAVX2, kernels.MaxOp: zipMaxAVX2, kernels.MinOp: zipMinAVX2, kernels.GreaterOp: zipGreaterAVX2,
	},
	zipLeft: [operations]func(dst []float32, a float32, b []float32, add bool){
		kernels.AddOp: zipLeftAddAVX2, kernels.SubOp: zipLeftSubAVX2, kernels.MulOp: zipLeftMulAVX2, kernels.DivOp: zipLeftDivAVX2, kernels.MaxOp: zipLeftMaxAVX2, kernels.MinOp: zipLeftMinAVX2, kernels.GreaterOp: zipLeftGreaterAVX2,
	},
	zipRight: [operations]func(dst, a []float32, b float32, add bool){
		kernels.AddOp: zipRightAddAVX2, kernels.SubOp: zipRightSubAVX2, kernels.MulOp: zipRightMulAVX2, kernels.DivOp: zipRightDivAVX2, kernels.MaxOp: zipRightMaxAVX2, kernels.MinOp: zipRightMinAVX2, kernels.GreaterOp: zipRightGreaterAVX2,
	},
	sum: sumAVX2, dot: dotAVX2, sumRuns: sumRunsAVX2, sumRows: sumRowsAVX2,
	bce: bceAVX2, bceGrad: bceGradAVX2, bceLogits: bceLogitsAVX2, bceLogitsGrad: bceLogitsGradAVX2,
	kld: kldAVX2, kldGradLogvar: kldGradLogvarAVX2,
	reparameterize: reparameterizeAVX2, reparameterizeGradLogvar: reparameterizeGradLogvarAVX2,
	uniform: uniformAVX2, normal: normalAVX2,
	adam: func(param, grad, m, v []float32, a *kernels.AdamFactors) { adamAVX2(param, grad, m, v, &a.Scale) },
	sgd: func(param, grad, velocity []float32, s *kernels.SGD) {
		switch {
		case velocity == nil:
			sgdAVX2(param, grad, s.GradientScale, s.WeightDecay, 0, s.LearningRate)
		case s.Nesterov:
			sgdNesterovAVX2(param, grad, velocity, s.GradientScale, s.WeightDecay, s.Momentum, s.LearningRate)
		default:
			sgdMomentumAVX2(param, grad, velocity, s.GradientScale, s.WeightDecay, s.Momentum, s.LearningRate)
		}
	},
	distanceRows: distanceRowsAVX2, distanceColumns: distanceColumnsAVX2, addDifferences: addDifferencesAVX2,
	sumDifferences: sumDifferencesAVX2, pairWeights: pairWeightsAVX2, transposeStrip: transposeStripAVX2,
}

var loopsAVX512 = loops{
	fill: fillAVX512, affine: affineAVX512,
	maps: [functions]func(dst, x []float32){
		kernels.Identity: copyPlain, kernels.ReLU: mapReLUAVX512, kernels.Sigmoid: mapSigmoidAVX512, kernels.Tanh: mapTanhAVX512, kernels.Exp: mapExpAVX512, kernels.Log: mapLogAVX512, kernels.Sqrt: mapSqrtAVX512, kernels.Softplus: mapSoftplusAVX512, kernels.Neg: mapNegAVX512, kernels.Abs: mapAbsAVX512, kernels.Square: mapSquareAVX512, kernels.Reciprocal: mapReciprocalAVX512,
		kernels.Sin: trigonometric(mapSinAVX512, kernels.Sin), kernels.Cos: trigonometric(mapCosAVX512, kernels.Cos),
	},
	grads: [functions]func(dst, dy, v []float32, add bool){
		kernels.Identity: gradIdentityAVX512, kernels.ReLU: gradReLUAVX512, kernels.Sigmoid: gradSigmoidAVX512, kernels.Tanh: gradTanhAVX512, kernels.Exp: gradExpAVX512, kernels.Log: gradLogAVX512, kernels.Sqrt: gradSqrtAVX512, kernels.Softplus: gradSoftplusAVX512, kernels.Neg: gradNegAVX512, kernels.Abs: gradAbsAVX512, kernels.Square: gradSquareAVX512, kernels.Reciprocal: gradReciprocalAVX512,
		kernels.Sin: trigonometricGrad(gradSinAVX512, kernels.Sin), kernels.Cos: trigonometricGrad(gradCosAVX512, kernels.Cos),
	},
	zips: [operations]func(dst, a, b []float32, add bool){
		kernels.AddOp: zipAddAVX512, kernels.SubOp: zipSubAVX512, kernels.MulOp: zipMulAVX512, kernels.DivOp: zipDivAVX512, kernels.MaxOp: zipMaxAVX512, kernels.MinOp: zipMinAVX512, kernels.GreaterOp: zipGreaterAVX512,
	},
	zipLeft: [operations]func(dst []float32, a float32, b []float32, add bool){
		kernels.AddOp: zipLeftAddAVX512, kernels.SubOp: zipLeftSubAVX512, kernels.MulOp: zipLeftMulAVX512, kernels.DivOp: zipLeftDivAVX512, kernels.MaxOp: zipLeftMaxAVX512, kernels.MinOp: zipLeftMinAVX512, kernels.GreaterOp: zipLeftGreaterAVX512,
	},
	zipRight: [operations]func(dst, a []float32, b float32, add bool){
		kernels.AddOp: zipRightAddAVX512, kernels.SubOp: zipRightSubAVX512, kernels.MulOp: zipRightMulAVX512, kernels.DivOp: zipRightDivAVX512, kernels.MaxOp: zipRightMaxAVX512, kernels.MinOp: zipRightMinAVX512, kernels.GreaterOp: zipRightGreaterAVX512,
	},
	sum: sumAVX512, dot: dotAVX512, sumRuns: sumRunsAVX512, sumRows: sumRowsAVX512,
	bce: bceAVX512, bceGrad: bceGradAVX512, bceLogits: bceLogitsAVX512, bceLogitsGrad: bceLogitsGradAVX512,
	kld: kldAVX512, kldGradLogvar: kldGradLogvarAVX512,
	reparameterize: reparameterizeAVX512, reparameterizeGradLogvar: reparameterizeGradLogvarAVX512,
	uniform: uniformAVX512, normal: normalAVX512,
	adam: func(param, grad, m, v []float32, a *kernels.AdamFactors) { adamAVX512(param, grad, m, v, &a.Scale) },
	sgd: func(param, grad, velocity []float32, s *kernels.SGD) {
		switch {
		case velocity == nil:
			sgdAVX512(param, grad, s.GradientScale, s.WeightDecay, 0, s.LearningRate)
		case s.Nesterov:
			sgdNesterovAVX512(param, grad, velocity, s.GradientScale, s.WeightDecay, s.Momentum, s.LearningRate)
		default:
			sgdMomentumAVX512(param, grad, velocity, s.GradientScale, s.WeightDecay, s.Momentum, s.LearningRate)
		}
	},
	distanceRows: distanceRowsAVX512, distanceColumns: distanceColumnsAVX512, addDifferences: addDifferencesAVX512,
	sumDifferences: sumDifferencesAVX512, pairWeights: pairWeightsAVX512, transposeStrip: transposeStripAVX2,
}

func copyPlain(dst, x []float32) { copy(dst, x) }

// trigonometric returns a loop for f of which fast does the most: it stops, and
// says where, before arguments that are too large for it.
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

// trigonometricGrad is trigonometric for gradients.
func trigonometricGrad(fast func(dst, dy, x []float32, add bool) (done int), f kernels.Func) func(dst, dy, x []float32, add bool) {
	return func(dst, dy, x []float32, add bool) {
		for {
			n := fast(dst, dy, x, add)
			if n == len(dst) {
				return
			}
			step := min(n+16, len(dst))
			mapGradPlain(f, dst[n:step], dy[n:step], x[n:step], add)
			dst, dy, x = dst[step:], dy[step:], x[step:]
		}
	}
}
