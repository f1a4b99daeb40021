package kerneltest

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

var elementwiseTests = []test{
	{"Fill", func(r *rig) { r.eachSize(testFill) }, func(r *rig) { testFill(r, r.size()) }},
	{"Copy", func(r *rig) { r.eachSize(testCopy) }, func(r *rig) { testCopy(r, r.size()) }},
	{"Affine", func(r *rig) { r.eachSize(testAffine) }, func(r *rig) { testAffine(r, r.size()) }},
	{"AddScaled", func(r *rig) { r.eachSize(testAddScaled) }, func(r *rig) { testAddScaled(r, r.size()) }},
}

// eachSize runs a case for each of r.sizes.
func (r *rig) eachSize(one func(r *rig, n int)) {
	for _, n := range r.sizes() {
		one(r, n)
	}
}

func testFill(r *rig, n int) {
	for _, v := range []float32{0, 1, -2.5, inf, nan} {
		dst := r.output(n)
		r.Fill(dst.Buffer, v)
		want := make([]float32, n)
		for i := range want {
			want[i] = v
		}
		r.checkSame("Fill", r.read(dst), want)
		r.done()
	}
}

func testCopy(r *rig, n int) {
	values := r.normals(n)
	for i := range values {
		if r.rng.IntN(4) == 0 {
			values[i] = special[r.rng.IntN(len(special))]
		}
	}
	src, dst := r.input("source", values), r.output(n)
	r.Copy(dst.Buffer, src.Buffer)
	r.checkSame("Copy", r.read(dst), values)
	r.done()
}

func testAffine(r *rig, n int) {
	coefficients := [][2]float32{{1, 0}, {0.3, -1.7}, {-2, 0.125}, {0, 3}}
	for k, c := range coefficients {
		for _, mode := range modes {
			x := r.normals(n)
			want := make([]exact, n)
			for i, v := range x {
				want[i].add(float64(c[0]) * float64(v))
				want[i].add(float64(c[1]))
			}
			what := fmt.Sprintf("a=%v, b=%v", c[0], c[1])
			src := r.input("x", x)
			dst := r.target(n, mode)
			if k%2 == 1 { // in place
				src = r.inout("x", x)
				dst = src
			}
			before := clone(dst.values())
			r.Affine(dst.Buffer, src.Buffer, c[0], c[1], mode)
			r.checkWritten(what, r.read(dst), before, want, mode, r.bound("Affine", 1))
			r.done()
		}
	}
}

func testAddScaled(r *rig, n int) {
	for _, inPlace := range []bool{false, true} {
		a := float32(r.rng.NormFloat64())
		dst := r.inout("destination", r.normals(n))
		x := dst
		if !inPlace {
			x = r.input("x", r.normals(n))
		}
		before := clone(dst.values())
		want := make([]exact, n)
		for i, v := range x.values() {
			want[i].add(float64(a) * float64(v))
		}
		r.AddScaled(dst.Buffer, a, x.Buffer)
		r.checkWritten("AddScaled", r.read(dst), before, want, kernels.Accumulate, r.bound("AddScaled", 0))
		r.done()
	}
}
