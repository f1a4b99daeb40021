package simd

import "github.com/topogen/topogen/kernels"

const (
	functions  = kernels.Cos + 1       // number of kernels.Func values
	operations = kernels.GreaterOp + 1 // number of kernels.Op values
)

// Loops is the table of all loops of one instruction set.
//
// A loop works on dense slices; the length of its first slice is the number of
// elements, and the others are at least as long. A parameter add selects whether
// the loop adds its result to dst or overwrites dst. No loop allocates.
type Loops struct {
	Fill   func(dst []float32, v float32)
	Affine func(dst, x []float32, a, b float32, add bool) // a·x + b

	// Map holds f(x) for each kernels.Func f. Grad holds dy·f′, where v is
	// f(x) for functions with kernels.Func.GradFromOutput and x for others.
	Map  [functions]func(dst, x []float32)
	Grad [functions]func(dst, dy, v []float32, add bool)

	// Zip, ZipLeft and ZipRight hold op(a, b) for each kernels.Op op, with two
	// slices, a number on the left, and a number on the right.
	Zip      [operations]func(dst, a, b []float32, add bool)
	ZipLeft  [operations]func(dst []float32, a float32, b []float32, add bool)
	ZipRight [operations]func(dst, a []float32, b float32, add bool)

	Sum func(x []float32) float64
	Dot func(x, y []float32) float64
	// SumRuns adds to out[k] the sum of elements [k·run, (k+1)·run) of x.
	SumRuns func(out []float64, x []float32, run int)
	// SumRows adds to out each of the rows of x, which have len(out) elements.
	// It overwrites what follows out in memory, up to a multiple of 16 elements.
	SumRows func(out []float64, x []float32, rows int)

	// The losses of kernels.Device, and the gradients that g multiplies.
	BCE           func(p, t []float32) float64
	BCEGrad       func(dst, p, t []float32, g float32, add bool)
	BCELogits     func(x, t []float32) float64
	BCELogitsGrad func(dst, x, t []float32, g float32, add bool)
	KLD           func(mu, logvar []float32) float64
	KLDGradLogvar func(dst, logvar []float32, g float32, add bool)

	Reparameterize           func(z, mu, logvar, eps []float32)
	ReparameterizeGradLogvar func(dst, dz, logvar, eps []float32, add bool)

	// Uniform and Normal draw from the generator that package kernels
	// describes, beginning with block first; a block has four values.
	Uniform func(dst []float32, seed, stream, first uint64)
	Normal  func(dst []float32, seed, stream, first uint64)

	Adam func(param, grad, m, v []float32, a *kernels.AdamFactors)
	SGD  func(param, grad, velocity []float32, s *kernels.SGD) // velocity is nil without momentum

	// DistanceRows sets out[r][j] to the Euclidean distance of row r of x from
	// row j of y, for n rows of y. Rows of x and y have dim elements; rows of
	// out begin pitch bytes apart.
	DistanceRows func(out *float32, pitch int, x *float32, rows int, y *float32, n, dim int)
	// DistanceColumns sets out[j] to the Euclidean distance of the point x from
	// column j of y, whose rows begin stride elements apart.
	DistanceColumns func(out []float32, y *float32, stride int, x []float32)
	// SumDifferences returns Σⱼ c[j]·(x − y[j]).
	SumDifferences func(c, y []float32, x float32) float32
	// AddDifferences adds Σⱼ c[j]·(x − row j of y) to dst; rows of y begin
	// stride elements apart.
	AddDifferences func(dst, x []float32, y *float32, stride int, c []float32)
	// PairWeights sets w = (w + g)/dist, and w = 0 where dist is 0.
	PairWeights func(w, g, dist []float32)

	// transposeStrip copies the first n elements of 8 rows of src to the first
	// 8 elements of n rows of dst; n is a multiple of 8.
	transposeStrip func(dst *float32, dstStride int, src *float32, srcStride, n int)
}

// For returns the loops of an instruction set, which must not exceed [Best].
func For(s Set) *Loops { return tables[s] }

// loopsPlain is the table in Go.
var loopsPlain = plainLoops()

func plainLoops() Loops {
	l := Loops{
		Fill: fillPlain, Affine: affinePlain,
		Sum: sumPlain, Dot: dotPlain, SumRuns: sumRunsPlain, SumRows: sumRowsPlain,
		BCE: bcePlain, BCEGrad: bceGradPlain, BCELogits: bceLogitsPlain, BCELogitsGrad: bceLogitsGradPlain,
		KLD: kldPlain, KLDGradLogvar: kldGradLogvarPlain,
		Reparameterize: reparameterizePlain, ReparameterizeGradLogvar: reparameterizeGradLogvarPlain,
		Uniform: uniformPlain, Normal: normalPlain,
		Adam: adamPlain, SGD: sgdPlain,
		DistanceRows: distanceRowsPlain, DistanceColumns: distanceColumnsPlain, AddDifferences: addDifferencesPlain,
		SumDifferences: sumDifferencesPlain, PairWeights: pairWeightsPlain, transposeStrip: transposeStripPlain,
	}
	for f := range functions {
		l.Map[f] = func(dst, x []float32) { mapPlain(f, dst, x) }
		l.Grad[f] = func(dst, dy, v []float32, add bool) { gradPlain(f, dst, dy, v, add) }
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
