package kerneltest

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

var gemmTests = []test{{"Gemm", testGemms, func(r *rig) {
	testGemm(r, kernels.Gemm{
		M: r.between(0, 40), N: r.between(0, 70), K: r.between(0, 50),
		TransA: r.rng.IntN(2) == 0, TransB: r.rng.IntN(2) == 0,
		Alpha: float32(r.between(-2, 2)), Beta: float32(r.between(-1, 1)), Act: activations[r.rng.IntN(len(activations))],
	}, r.rng.IntN(2) == 0, r.rng.IntN(3))
}}}

// activations lists the functions that Gemm and the convolutions can apply to their results.
var activations = []kernels.Func{kernels.Identity, kernels.ReLU, kernels.Sigmoid, kernels.Tanh}

func testGemms(r *rig) {
	sizes := [][3]int{ // M, N, K
		{0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {0, 0, 0},
		{1, 1, 1}, {1, 7, 3}, {7, 1, 3}, {2, 3, 5}, {5, 8, 1}, {6, 16, 16}, {6, 64, 4}, {7, 17, 9}, {12, 32, 33},
		{13, 65, 31}, {16, 16, 16}, {1, 100, 50}, {50, 1, 100}, {33, 33, 33}, {31, 130, 3}, {64, 64, 64}, {70, 20, 65}, {3, 3, 300},
	}
	if r.options.Large {
		for k, s := range [][3]int{{128, 784, 10}, {129, 257, 131}, {300, 40, 900}, {1000, 9, 20}, {9, 1000, 20}, {512, 64, 64}, {70, 500, 128}} {
			testGemm(r, kernels.Gemm{M: s[0], N: s[1], K: s[2], TransA: k%2 == 1, TransB: k%4 < 2, Alpha: 1, Act: kernels.ReLU}, true, k)
		}
	}
	k := 0
	for _, s := range sizes {
		for _, transposed := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			g := kernels.Gemm{
				M: s[0], N: s[1], K: s[2], TransA: transposed[0], TransB: transposed[1],
				Alpha: []float32{1, 1, -0.5, 0}[k%4], Beta: []float32{0, 1, 0.25}[k%3], Act: activations[k/2%len(activations)],
			}
			testGemm(r, g, k%2 == 0, k%5)
			testGemm(r, kernels.Gemm{M: s[0], N: s[1], K: s[2], TransA: transposed[0], TransB: transposed[1], Alpha: 1}, false, 0)
			if r.options.Precision != kernels.Float32 {
				g.Unrounded = true
				testGemm(r, g, k%2 == 0, k%5)
			}
			k++
		}
	}
}

// testGemm multiplies random matrices, of the sizes in g, whose rows lie gap elements apart.
// It sets the buffers of g, and its bias if bias is set.
func testGemm(r *rig, g kernels.Gemm, bias bool, gap int) {
	rowsA, columnsA := g.M, g.K
	if g.TransA {
		rowsA, columnsA = g.K, g.M
	}
	rowsB, columnsB := g.K, g.N
	if g.TransB {
		rowsB, columnsB = g.N, g.K
	}
	matrix := func(rows, columns int) ([]float32, int) {
		ld := columns + gap
		if rows == 0 || columns == 0 {
			return nil, ld
		}
		return r.normals((rows-1)*ld + columns), ld
	}
	avals, lda := matrix(rowsA, columnsA)
	bvals, ldb := matrix(rowsB, columnsB)
	cvals, ldc := matrix(g.M, g.N)
	if g.Beta == 0 { // Gemm must not read C, and must keep the elements between its rows
		for i := range cvals {
			if i%ldc < g.N {
				cvals[i] = poison
			}
		}
	}
	g.LDA, g.LDB, g.LDC = lda, ldb, ldc
	if gap == 0 { // a leading dimension of 0 means dense rows
		g.LDA, g.LDB, g.LDC = 0, 0, 0
	}
	a, b, c := r.input("A", avals), r.input("B", bvals), r.inout("C", cvals)
	g.A, g.B, g.C = a.Buffer, b.Buffer, c.Buffer
	var biases []float32
	if bias {
		s := r.input("bias", r.normals(g.N))
		g.Bias, biases = s.Buffer, s.values()
	}
	want := make([]exact, g.M*g.N)
	for i := range g.M {
		if r.blind {
			break
		}
		for j := range g.N {
			w := &want[i*g.N+j]
			for k := range g.K {
				ia, ib := i*lda+k, k*ldb+j
				if g.TransA {
					ia = k*lda + i
				}
				if g.TransB {
					ib = j*ldb + k
				}
				w.addProduct(r, float64(g.Alpha), avals[ia], bvals[ib], g.Unrounded)
			}
			if g.Beta != 0 {
				w.add(float64(g.Beta) * float64(cvals[i*ldc+j]))
			}
			if bias {
				w.add(float64(biases[j]))
			}
		}
	}
	activated(want, g.Act)
	before := clone(cvals)
	r.Gemm(g)
	after := r.read(c)
	got := make([]float32, 0, len(want))
	for i, v := range after {
		if i%ldc < g.N {
			got = append(got, v)
		} else if math.Float32bits(v) != math.Float32bits(before[i]) {
			r.fail("element %d between the rows of C changes from %v to %v", i, before[i], v)
		}
	}
	what := fmt.Sprintf("%d×%d×%d transposed %t %t alpha %v beta %v bias %t %v rows apart +%d", g.M, g.N, g.K, g.TransA, g.TransB, g.Alpha, g.Beta, bias, g.Act, gap)
	r.check(what, got, want, r.bound("Gemm", r.productBound(g.K, g.Act)))
	r.done()
}

// activated applies an activation to the oracle's sums. It keeps their scale, or raises it to
// the new value: an activation does not enlarge errors, since its slope is at most 1.
func activated(want []exact, act kernels.Func) {
	apply := func(v float64) float64 {
		switch act {
		case kernels.ReLU:
			return math.Max(v, 0)
		case kernels.Sigmoid:
			return 1 / (1 + math.Exp(-v))
		case kernels.Tanh:
			return math.Tanh(v)
		}
		return v
	}
	for i := range want {
		w := &want[i]
		w.value, w.unrounded = apply(w.value), apply(w.unrounded)
		w.scale = math.Max(w.scale, math.Abs(w.value))
	}
}

// productBound returns the error bound of act applied to a sum of n products, in ulp.
func (r *rig) productBound(n int, act kernels.Func) float64 { return sumBound(n) + r.mapBound(act) }
