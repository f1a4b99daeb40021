package cpu

import "github.com/topogen/topogen/kernels"

const (
	functions  = kernels.Cos + 1
	operations = kernels.GreaterOp + 1
)

// loops are the innermost loops of all kernels but products and convolutions,
// in one instruction set. They run over dense spans; what is said of loopsPlain
// holds for the others, up to rounding. The first span says how long all are.
type loops struct {
	fill   func(dst []float32, v float32)
	affine func(dst, x []float32, a, b float32, add bool)
	maps   [functions]func(dst, x []float32)
	grads  [functions]func(dst, dy, v []float32, add bool) // see mapGradPlain

	zips     [operations]func(dst, a, b []float32, add bool)
	zipLeft  [operations]func(dst []float32, a float32, b []float32, add bool)
	zipRight [operations]func(dst, a []float32, b float32, add bool)

	sum     func(x []float32) float64
	dot     func(x, y []float32) float64
	sumRuns func(out []float64, x []float32, run int)  // out[k] += Σ of the k'th run of x
	sumRows func(out []float64, x []float32, rows int) // out += Σ of the rows of x; see sumPlan.slot

	bce           func(p, t []float32) float64
	bceGrad       func(dst, p, t []float32, g float32, add bool)
	bceLogits     func(x, t []float32) float64
	bceLogitsGrad func(dst, x, t []float32, g float32, add bool)
	kld           func(mu, logvar []float32) float64
	kldGradLogvar func(dst, logvar []float32, g float32, add bool)

	reparameterize           func(z, mu, logvar, eps []float32)
	reparameterizeGradLogvar func(dst, dz, logvar, eps []float32, add bool)

	uniform func(dst []float32, seed, stream, first uint64) // from block first on
	normal  func(dst []float32, seed, stream, first uint64)

	adam func(param, grad, m, v []float32, a *kernels.AdamFactors)
	sgd  func(param, grad, velocity []float32, s *kernels.SGD)

	// transposeStrip copies the first n elements, a multiple of 8, of 8 rows of
	// src to the first 8 elements of n rows of dst.
	transposeStrip func(dst *float32, dstStride int, src *float32, srcStride, n int)

	distanceRows    func(out *float32, pitch int, x *float32, rows int, y *float32, n, dim int) // out[r][j] = ‖row r of x − row j of y‖
	distanceColumns func(out []float32, y *float32, stride int, x []float32)                    // out[j] = ‖x − column j of y‖
	sumDifferences  func(c, y []float32, x float32) float32                                     // Σ c[j]·(x − y[j])
	pairWeights     func(w, g, dist []float32)                                                  // w = (w + g)/dist, 0 where dist is 0
	addDifferences  func(dst, x []float32, y *float32, stride int, c []float32)                 // dst += Σ c[j]·(x − row j of y)
}

// loopsPlain are the loops in Go.
var loopsPlain = loops{
	fill: fillPlain, affine: affinePlain,
	sum: sumPlain, dot: dotPlain, sumRuns: sumRunsPlain, sumRows: sumRowsPlain,
	bce: bcePlain, bceGrad: bceGradPlain, bceLogits: bceLogitsPlain, bceLogitsGrad: bceLogitsGradPlain,
	kld: kldPlain, kldGradLogvar: kldGradLogvarPlain,
	reparameterize: reparameterizePlain, reparameterizeGradLogvar: reparameterizeGradLogvarPlain,
	uniform: uniformPlain, normal: normalPlain,
	adam: adamPlain, sgd: sgdPlain,
	distanceRows: distanceRowsPlain, distanceColumns: distanceColumnsPlain, addDifferences: addDifferencesPlain,
	sumDifferences: sumDifferencesPlain, pairWeights: pairWeightsPlain, transposeStrip: transposeStripPlain,
}

func init() {
	for f := range functions {
		loopsPlain.maps[f] = func(dst, x []float32) { mapPlain(f, dst, x) }
		loopsPlain.grads[f] = func(dst, dy, v []float32, add bool) { mapGradPlain(f, dst, dy, v, add) }
	}
	for op := range operations {
		loopsPlain.zips[op] = func(dst, a, b []float32, add bool) { zipPlain(op, dst, a, b, 1, 1, add) }
		loopsPlain.zipLeft[op] = func(dst []float32, a float32, b []float32, add bool) {
			zipPlain(op, dst, []float32{a}, b, 0, 1, add)
		}
		loopsPlain.zipRight[op] = func(dst, a []float32, b float32, add bool) {
			zipPlain(op, dst, a, []float32{b}, 1, 0, add)
		}
	}
}
