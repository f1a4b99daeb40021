package simd

import "github.com/topogen/topogen/kernels"

const operations = kernels.Greater + 1 // number of kernels.Op values

// Loops is the table of all loops of one instruction set.
//
// Unless its comment says otherwise, a loop computes one element of its first slice from
// the elements of the others at the same index, for each index of the first slice. The
// other slices are at least as long. If the parameter add is true, the loop adds its results
// to dst; otherwise it overwrites dst. No loop allocates.
type Loops struct {
	Fill   func(dst []float32, v float32)
	Affine func(dst, x []float32, a, b float32, add bool) // stores a·x + b
	Round  func(dst, x []float32)                         // stores x, rounded to bfloat16

	// Map[f] stores f(x). Grad[f] stores dy·f′(x), which it computes from v: v is f(x)
	// if f.GradFromOutput() is true, and x otherwise.
	Map  []func(dst, x []float32)
	Grad []func(dst, dy, v []float32, add bool)

	// Zip[op], ZipLeft[op] and ZipRight[op] store op(a, b). In ZipLeft, a is one number
	// for all elements, and in ZipRight b is.
	Zip      [operations]func(dst, a, b []float32, add bool)
	ZipLeft  [operations]func(dst []float32, a float32, b []float32, add bool)
	ZipRight [operations]func(dst, a []float32, b float32, add bool)

	Sum func(x []float32) float64    // returns Σ x
	Dot func(x, y []float32) float64 // returns Σ x·y
	// SumRuns adds to out[k] the sum of elements [k·run, (k+1)·run) of x, for each k.
	SumRuns func(out []float64, x []float32, run int)
	// SumRows adds to out each of the first rows rows of x, which have len(out) elements.
	// It also overwrites up to 15 elements after out, up to a multiple of 16, so the
	// array that holds out must have these elements.
	SumRows func(out []float64, x []float32, rows int)

	// The losses of kernels.Device. BCE, BCELogits and KLD return the sum over all
	// elements. The others store the gradient of that sum with respect to the
	// probabilities p, the logits x or logvar, times g.
	BCE           func(p, t []float32) float64
	BCEGrad       func(dst, p, t []float32, g float32, add bool)
	BCELogits     func(x, t []float32) float64
	BCELogitsGrad func(dst, x, t []float32, g float32, add bool)
	KLD           func(mu, logvar []float32) float64
	KLDGradLogvar func(dst, logvar []float32, g float32, add bool)

	Reparameterize           func(z, mu, logvar, eps []float32)
	ReparameterizeGradLogvar func(dst, dz, logvar, eps []float32, add bool)

	// Uniform and Normal fill dst with values of the random generator that package
	// kernels describes. The generator computes blocks of four values. dst[0] is the
	// first value of block number first.
	Uniform func(dst []float32, seed, stream, first uint64)
	Normal  func(dst []float32, seed, stream, first uint64)

	Adam func(param, grad, m, v []float32, a *kernels.AdamFactors)
	SGD  func(param, grad, velocity []float32, s *kernels.SGD) // velocity is nil without momentum

	// DistanceRows sets out[r][j] to the Euclidean distance of row r of x from row j of
	// y. x has rows rows and y has n rows, of dim elements each. The rows of out begin
	// pitch bytes apart.
	DistanceRows func(out *float32, pitch int, x *float32, rows int, y *float32, n, dim int)
	// DistanceColumns sets out[j] to the Euclidean distance of the point x from column j
	// of the matrix y, for each j. The rows of y begin stride elements apart.
	DistanceColumns func(out []float32, y *float32, stride int, x []float32)
	// SumDifferences returns Σⱼ c[j]·(x − y[j]).
	SumDifferences func(c, y []float32, x float32) float32
	// AddDifferences adds Σⱼ c[j]·(x − row j of y) to dst, where x, dst and the rows of
	// y have len(dst) elements. The rows of y begin stride elements apart.
	AddDifferences func(dst, x []float32, y *float32, stride int, c []float32)
	// PairWeights sets w = (w + g)/dist, and w = 0 where dist is 0.
	PairWeights func(w, g, dist []float32)

	// transposeStrip transposes 8 rows of src with n elements each to n rows of dst with
	// 8 elements each. Strides are in elements, and n is a multiple of 8.
	transposeStrip func(dst *float32, dstStride int, src *float32, srcStride, n int)
}

// For returns the loops of an instruction set, which must not be larger than [Best]().
func For(s Set) *Loops { return tables[s] }

// loopsPlain is the table of the loops in plain Go.
var loopsPlain = plainLoops()

func plainLoops() Loops {
	l := Loops{
		Fill: fillPlain, Affine: affinePlain, Round: roundPlain,
		Sum: sumPlain, Dot: dotPlain, SumRuns: sumRunsPlain, SumRows: sumRowsPlain,
		BCE: bcePlain, BCEGrad: bceGradPlain, BCELogits: bceLogitsPlain, BCELogitsGrad: bceLogitsGradPlain,
		KLD: kldPlain, KLDGradLogvar: kldGradLogvarPlain,
		Reparameterize: reparameterizePlain, ReparameterizeGradLogvar: reparameterizeGradLogvarPlain,
		Uniform: uniformPlain, Normal: normalPlain,
		Adam: adamPlain, SGD: sgdPlain,
		DistanceRows: distanceRowsPlain, DistanceColumns: distanceColumnsPlain, AddDifferences: addDifferencesPlain,
		SumDifferences: sumDifferencesPlain, PairWeights: pairWeightsPlain, transposeStrip: transposeStripPlain,
	}
	for _, f := range kernels.Funcs() {
		l.Map = append(l.Map, func(dst, x []float32) { mapPlain(f, dst, x) })
		l.Grad = append(l.Grad, func(dst, dy, v []float32, add bool) { gradPlain(f, dst, dy, v, add) })
	}
	for op := range operations {
		l.Zip[op] = func(dst, a, b []float32, add bool) { ZipSteps(op, dst, a, b, 1, 1, add) }
		l.ZipLeft[op] = func(dst []float32, a float32, b []float32, add bool) {
			ZipSteps(op, dst, []float32{a}, b, 0, 1, add)
		}
		l.ZipRight[op] = func(dst, a []float32, b float32, add bool) {
			ZipSteps(op, dst, a, []float32{b}, 1, 0, add)
		}
	}
	return l
}
