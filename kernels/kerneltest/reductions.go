package kerneltest

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

var reductionTests = []test{
	{"Sum", testSums, func(r *rig) {
		testSum(r, r.sumShape(), 1, r.mode())
	}},
	{"Dot", func(r *rig) { r.eachSize(testDot) }, func(r *rig) { testDot(r, r.size()) }},
}

// sumShape returns a random shape.
func (r *rig) sumShape() kernels.SumShape {
	return kernels.SumShape{K0: r.between(1, 6), R0: r.between(0, 20), K1: r.between(1, 12), R1: r.between(0, 30)}
}

// sumShapes returns shapes with long and short axes in every position, for which devices
// split the sums among threads in different ways.
func (r *rig) sumShapes() []kernels.SumShape {
	shapes := []kernels.SumShape{
		{K0: 0, R0: 3, K1: 2, R1: 2}, {K0: 2, R0: 0, K1: 3, R1: 4}, {K0: 2, R0: 3, K1: 0, R1: 4}, {K0: 2, R0: 3, K1: 4, R1: 0},
		{K0: 33, R0: 70, K1: 1, R1: 1}, {K0: 7, R0: 1000, K1: 1, R1: 1}, {K0: 500, R0: 3, K1: 1, R1: 1},
		{K0: 1, R0: 70, K1: 33, R1: 1}, {K0: 1, R0: 128, K1: 257, R1: 1}, {K0: 1, R0: 1000, K1: 5, R1: 1}, {K0: 1, R0: 300, K1: 64, R1: 1}, {K0: 1, R0: 2, K1: 1000, R1: 1},
		{K0: 1, R0: 16, K1: 9, R1: 49}, {K0: 1, R0: 5, K1: 32, R1: 17}, {K0: 3, R0: 4, K1: 5, R1: 6}, {K0: 1, R0: 1, K1: 40, R1: 100}, {K0: 2, R0: 9, K1: 1, R1: 70},
		{K0: 9, R0: 5, K1: 31, R1: 1}, {K0: 3, R0: 129, K1: 17, R1: 1},
	}
	for _, n := range r.sizes() {
		shapes = append(shapes, kernels.SumShape{K0: 1, R0: n, K1: 1, R1: 1})
	}
	if r.options.Large {
		shapes = append(shapes, kernels.SumShape{K0: 1, R0: 1000, K1: 1024, R1: 1}, kernels.SumShape{K0: 1, R0: 128, K1: 32, R1: 196},
			kernels.SumShape{K0: 2, R0: 40000, K1: 1, R1: 1}, kernels.SumShape{K0: 1, R0: 20000, K1: 3, R1: 1}, kernels.SumShape{K0: 1, R0: 3, K1: 2, R1: 20000})
	}
	return shapes
}

func testSums(r *rig) {
	for _, s := range r.sumShapes() {
		for _, mode := range modes {
			testSum(r, s, 1, mode)
			testSum(r, s, -0.37, mode)
		}
	}
}

func testSum(r *rig, s kernels.SumShape, scale float32, mode kernels.WriteMode) {
	src := r.input("source", r.uniforms(s.K0*s.R0*s.K1*s.R1, -1, 2))
	dst := r.target(s.K0*s.K1, mode)
	before := clone(dst.values())
	want := sums(src.values(), s, scale)
	r.Sum(dst.Buffer, src.Buffer, s, scale, mode)
	r.checkWritten(fmt.Sprintf("%+v", s), r.read(dst), before, want, mode, r.bound("Sum", sumBound(s.R0*s.R1)))
	r.done()
}

// sums is the oracle of Sum: scale times the sums of x, of shape s, over axes R0 and R1.
func sums(x []float32, s kernels.SumShape, scale float32) []exact {
	want := make([]exact, s.K0*s.K1)
	i := 0
	for k0 := range s.K0 {
		for range s.R0 {
			for k1 := range s.K1 {
				for range s.R1 {
					want[k0*s.K1+k1].add(float64(scale) * float64(x[i]))
					i++
				}
			}
		}
	}
	return want
}

func testDot(r *rig, n int) {
	a, b := r.input("a", r.normals(n)), r.input("b", r.normals(n))
	dst := r.output(1)
	want := make([]exact, 1)
	for i, v := range a.values() {
		want[0].add(float64(v) * float64(b.values()[i]))
	}
	fused.Dot(r.Device, dst.Buffer, a.Buffer, b.Buffer)
	r.check(fmt.Sprintf("length %d", n), r.read(dst), want, r.bound("Dot", sumBound(n)))
	r.done()
}
