package conv

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// convolvers returns a Convolver for each instruction set that this machine can test. That
// for AMX multiplies rounded operands with tiles in plain Go if this machine has no AMX, but not
// with the race detector. All run on one pool with the given number of threads.
func convolvers(t testing.TB, threads int) map[simd.Set]*Convolver {
	pool := workers.New(threads)
	t.Cleanup(pool.Stop)
	all := make(map[simd.Set]*Convolver)
	for set := smallestSet; set <= simd.Best(); set++ {
		all[set] = New(set, pool)
	}
	if smallestSet == simd.Plain && simd.Best() < simd.AMX {
		all[simd.AMX] = New(simd.Best(), pool)
		all[simd.AMX].rounder.Use(microkernel.PlainTiles())
	}
	return all
}

// square returns the shape of a convolution of n square images, of c channels and size×size
// pixels, with k square filters.
func square(n, c, size, k, filter, stride, pad int) kernels.ConvShape {
	out := (size+2*pad-filter)/stride + 1
	return kernels.ConvShape{N: n, C: c, H: size, W: size, K: k, R: filter, S: filter, StrideH: stride, StrideW: stride, PadH: pad, PadW: pad, OutH: out, OutW: out}
}

// normals returns n Gaussian values. The slice begins 4 bytes after the beginning of an
// allocation, so that vectors in it are not aligned.
func normals(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n+1)[1:]
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// sums has for each element of the result of a convolution the sum of its products in
// float64, and the sum of the magnitudes of these products.
type sums struct{ values, magnitudes []float64 }

func newSums(n int) sums { return sums{make([]float64, n), make([]float64, n)} }

// add adds the product a·b to element i.
func (s sums) add(i int, a, b float32) {
	v := float64(a) * float64(b)
	s.values[i] += v
	s.magnitudes[i] += math.Abs(v)
}

// exact computes the three kinds of convolution by their definitions: ySums is Forward of x
// and w, xSums is Transpose of y and w, and wSums is WeightGrad of x and y.
func exact(s kernels.ConvShape, x, y, w []float32) (ySums, xSums, wSums sums) {
	ySums, xSums, wSums = newSums(len(y)), newSums(len(x)), newSums(len(w))
	for n := range s.N {
		for k := range s.K {
			for oh := range s.OutH {
				for ow := range s.OutW {
					iy := ((n*s.K+k)*s.OutH+oh)*s.OutW + ow
					for c := range s.C {
						for r := range s.R {
							for q := range s.S {
								h, v := oh*s.StrideH+r-s.PadH, ow*s.StrideW+q-s.PadW
								if h < 0 || h >= s.H || v < 0 || v >= s.W {
									continue
								}
								ix, iw := ((n*s.C+c)*s.H+h)*s.W+v, ((k*s.C+c)*s.R+r)*s.S+q
								ySums.add(iy, x[ix], w[iw])
								xSums.add(ix, y[iy], w[iw])
								wSums.add(iw, x[ix], y[iy])
							}
						}
					}
				}
			}
		}
	}
	return ySums, xSums, wSums
}

// An expectation is the exact result of a convolution: act(sums + bias) + before.
type expectation struct {
	sums   sums
	terms  int       // products in each sum
	bias   []float32 // bias of each channel, or empty
	plane  int       // elements of a channel of an image
	act    kernels.Func
	before []float32 // elements to which the convolution adds, or empty
}

// check fails the test if an element of got differs from its exact value by more than the
// largest rounding error of a float32 sum of e.terms products.
func (e expectation) check(t testing.TB, got []float32, what any) {
	t.Helper()
	for i, v := range got {
		want, magnitude := e.sums.values[i], e.sums.magnitudes[i]
		if len(e.bias) > 0 {
			b := float64(e.bias[i/e.plane%len(e.bias)])
			want, magnitude = want+b, magnitude+math.Abs(b)
		}
		bound := magnitude * float64(e.terms+5) * 0x1p-24
		switch e.act {
		case kernels.ReLU:
			want = max(want, 0)
		case kernels.Tanh:
			want, bound = math.Tanh(want), bound+4*0x1p-24
		}
		if e.before != nil {
			want += float64(e.before[i])
			bound += math.Abs(want) * 0x1p-24
		}
		if got := float64(v); math.IsNaN(got) || math.Abs(got-want) > bound {
			t.Fatalf("%+v, %v: element %d is %v, want %v ± %v", what, e.act, i, got, want, bound)
		}
	}
}
