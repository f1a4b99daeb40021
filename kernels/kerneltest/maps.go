package kerneltest

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

var mapTests = []test{
	{"Map", testMaps, func(r *rig) { testMap(r, r.function(), r.mapInput(r.size()), r.rng.IntN(2) == 0) }},
	{"MapGrad", testMapGrads, func(r *rig) {
		testMapGrad(r, r.function(), r.size(), r.mode(), alias(r.rng.IntN(int(aliases))))
	}},
}

// function returns a random function.
func (r *rig) function() kernels.Func { return kernels.Funcs()[r.rng.IntN(len(kernels.Funcs()))] }

// mapInput returns n random values of both signs, with magnitudes from about e⁻¹⁰ to e¹⁰.
func (r *rig) mapInput(n int) []float32 {
	v := r.normals(n)
	for i := range v {
		v[i] *= float32(math.Exp(r.rng.Float64()*20 - 10))
	}
	return v
}

func testMaps(r *rig) {
	for _, f := range kernels.Funcs() {
		testMap(r, f, special, false)
		for k, n := range r.sizes() {
			testMap(r, f, r.mapInput(n), k%2 == 0)
		}
		n := 2000
		if r.options.Large {
			n = 20000
		}
		testMap(r, f, r.uniforms(n, -110, 110), false)
		testMap(r, f, r.uniforms(n, -2, 2), false)
	}
}

func testMap(r *rig, f kernels.Func, x []float32, inPlace bool) {
	want := make([]exact, len(x))
	for i, v := range x {
		want[i] = value(f, v)
	}
	src, dst := r.input("x", x), r.output(len(x))
	if inPlace {
		src = r.inout("x", x)
		dst = src
	}
	r.Map(f, dst.Buffer, src.Buffer)
	got := clone(r.read(dst))
	if f == kernels.Sin || f == kernels.Cos { // for |x| > 10⁴ any value in [−1, 1] is right
		for i, v := range x {
			if v := math.Abs(float64(v)); v > 1e4 && !math.IsInf(v, 0) && math.Abs(float64(got[i])) <= 1 {
				got[i] = float32(want[i].value)
			}
		}
	}
	r.check(f.String(), got, want, r.mapBound(f))
	r.done()
}

// mapBound returns the error bound of f in ulp.
func (r *rig) mapBound(f kernels.Func) float64 { return r.bound(f.String(), f.MaxError()) }

// value is the oracle of Map: f(v). Errors of Sin and Cos count in ulp of 1.
func value(f kernels.Func, v float32) exact {
	w := at(f.Value(float64(v)))
	if f == kernels.Sin || f == kernels.Cos {
		w.scale = 1
	}
	return w
}

// An alias tells which source of MapGrad or BiasGrad is also the destination.
type alias int

const (
	apart   alias = iota // none
	ontoDY               // dy
	ontoX                // x
	ontoY                // y
	aliases              // number of aliases
)

var aliasNames = [aliases]string{"nothing", "dy", "x", "y"}

func testMapGrads(r *rig) {
	for _, f := range kernels.Funcs() {
		for k, n := range r.sizes() {
			testMapGrad(r, f, n, modes[k%2], alias(k)%aliases)
		}
		for a := range aliases {
			testMapGrad(r, f, 33, kernels.Overwrite, a)
			testMapGrad(r, f, 33, kernels.Accumulate, a)
		}
	}
}

func testMapGrad(r *rig, f kernels.Func, n int, mode kernels.WriteMode, a alias) {
	xs := r.uniforms(n, -5, 5)
	switch f {
	case kernels.Log, kernels.Sqrt:
		xs = r.uniforms(n, 0.01, 20)
	case kernels.Reciprocal:
		xs = r.uniforms(n, 0.1, 4)
	}
	for i := range xs { // add zeros, at which the contract defines some derivatives, and large values
		switch r.rng.IntN(8) {
		case 0:
			if f != kernels.Log && f != kernels.Reciprocal {
				xs[i] = 0
			}
		case 1:
			xs[i] *= 40
		}
	}
	ys := make([]float32, n)
	for i, v := range xs {
		ys[i] = float32(value(f, v).value)
	}
	dys := r.normals(n)
	want := make([]exact, n)
	for i := range want {
		want[i] = gradient(f, float64(dys[i]), float64(xs[i]), float64(ys[i]))
	}
	dy, x, y := r.input("dy", dys), r.input("x", xs), r.input("y", ys)
	xBuffer := x.Buffer
	if f.GradFromOutput() && a != ontoX && r.rng.IntN(2) == 0 {
		xBuffer = kernels.Buffer{}
	}
	dst := r.target(n, mode)
	switch a {
	case ontoDY:
		dst = dy
	case ontoX:
		dst = x
	case ontoY:
		dst = y
	}
	dst.output = true
	before := clone(dst.values())
	r.MapGrad(f, dst.Buffer, dy.Buffer, xBuffer, y.Buffer, mode)
	what := fmt.Sprintf("%v, in place of %s,", f, aliasNames[a])
	r.checkWritten(what, r.read(dst), before, want, mode, max(r.bound("MapGrad", 4), r.mapBound(f)+2))
	r.done()
}

// gradient is the oracle of MapGrad: dy·f′(x), computed from x or from y = f(x). For Tanh,
// f′ = 1 − y² can be small, and then the rounding of y makes a large relative error. The
// scale is therefore |dy|. For Sin and Cos it is |dy| too, since Map has the scale 1 for them.
func gradient(f kernels.Func, dy, x, y float64) exact {
	w := at(dy * f.Derivative(x, y))
	switch f {
	case kernels.Tanh, kernels.Sin, kernels.Cos:
		w.scale = math.Abs(dy)
	}
	return w
}
