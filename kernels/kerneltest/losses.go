package kerneltest

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

var lossTests = []test{
	{"BCE", testBCEs, func(r *rig) { testBCE(r, r.size()) }},
	{"BCEGrad", func(r *rig) { r.eachSize(testBCEGrad) }, func(r *rig) { testBCEGrad(r, r.size()) }},
	{"BCELogits", func(r *rig) { r.eachSize(testBCELogits) }, func(r *rig) { testBCELogits(r, r.size()) }},
	{"BCELogitsGrad", func(r *rig) { r.eachSize(testBCELogitsGrad) }, func(r *rig) { testBCELogitsGrad(r, r.size()) }},
	{"KLD", func(r *rig) { r.eachSize(testKLD) }, func(r *rig) { testKLD(r, r.size()) }},
	{"KLDGrad", func(r *rig) { r.eachSize(testKLDGrad) }, func(r *rig) { testKLDGrad(r, r.size()) }},
	{"Reparameterize", func(r *rig) { r.eachSize(testReparameterize) }, func(r *rig) { testReparameterize(r, r.size()) }},
	{"ReparameterizeGrad", func(r *rig) { r.eachSize(testReparameterizeGrad) }, func(r *rig) { testReparameterizeGrad(r, r.size()) }},
}

// sprinkle replaces about a sixth of the elements of v, each by a random choice of values,
// and returns v.
func (r *rig) sprinkle(v []float32, values ...float32) []float32 {
	for i := range v {
		if r.rng.IntN(6) == 0 {
			v[i] = values[r.rng.IntN(len(values))]
		}
	}
	return v
}

// probabilities returns values in [0, 1], both ends included.
func (r *rig) probabilities(n int) []float32 {
	return r.sprinkle(r.uniforms(n, 0, 1), 0, 1, 0.5, 0x1p-24, 1-0x1p-24, 1e-30)
}

// logits returns n values from −8 to 8, with some zeros and some values so large that a
// sigmoid rounds to 0 or 1.
func (r *rig) logits(n int) []float32 {
	return r.sprinkle(r.uniforms(n, -8, 8), 0, 30, -30, 100, -100, 1e-6)
}

// lossBound returns the error bound of a loss summed over n elements, in ulp.
func (r *rig) lossBound(n int) float64 { return r.bound(r.method, 4+sumBound(n)) }

func testBCEs(r *rig) {
	r.eachSize(testBCE)
	for _, v := range []float32{0, 0x1p-20, 0.01, 0.233, 0.5, 0.767, 0.99, 1 - 0x1p-24, 1} {
		for _, t := range []float32{0, 0.01, 0.5, 1 - 0x1p-24, 1} {
			crossEntropy(r, []float32{v}, []float32{t})
		}
	}
}

func testBCE(r *rig, n int) { crossEntropy(r, r.probabilities(n), r.probabilities(n)) }

// crossEntropy tests BCE on probabilities ps and targets ts.
func crossEntropy(r *rig, ps, ts []float32) {
	p, t := r.input("p", ps), r.input("t", ts)
	want := make([]exact, 1)
	for i, v := range p.values() {
		v, t := float64(v), float64(t.values()[i])
		want[0].add(-t * math.Max(math.Log(v), -100))
		want[0].add(-(1 - t) * math.Max(math.Log1p(-v), -100))
		if v < 0.5 { // a device may round 1−p to float32 before it takes the logarithm
			want[0].scale += (1 - t) / 2
		}
	}
	dst := r.output(1)
	fused.BCE(r.Device, dst.Buffer, p.Buffer, t.Buffer)
	r.check(fmt.Sprintf("length %d", len(ps)), r.read(dst), want, r.lossBound(len(ps)))
	r.done()
}

func testBCEGrad(r *rig, n int) {
	for _, mode := range modes {
		p, t, g := r.input("p", r.probabilities(n)), r.input("t", r.probabilities(n)), r.scalar("g", -1.7)
		want := make([]exact, n)
		for i, v := range p.values() {
			v, t := float64(v), float64(t.values()[i])
			want[i] = at(-float64(float32(1.7)) * (v - t) / math.Max(v*(1-v), 1e-12))
		}
		dp := r.target(n, mode)
		before := clone(dp.values())
		fused.BCEGrad(r.Device, dp.Buffer, p.Buffer, t.Buffer, g.Buffer, mode)
		r.checkWritten(fmt.Sprintf("length %d", n), r.read(dp), before, want, mode, r.bound("BCEGrad", 4))
		r.done()
	}
}

func testBCELogits(r *rig, n int) {
	x, t := r.input("x", r.logits(n)), r.input("t", r.probabilities(n))
	want := make([]exact, 1)
	for i, v := range x.values() {
		v, t := float64(v), float64(t.values()[i])
		want[0].add(math.Max(v, 0))
		want[0].add(-v * t)
		want[0].add(math.Log1p(math.Exp(-math.Abs(v))))
	}
	dst := r.output(1)
	fused.BCELogits(r.Device, dst.Buffer, x.Buffer, t.Buffer)
	r.check(fmt.Sprintf("length %d", n), r.read(dst), want, r.lossBound(n))
	r.done()
}

func testBCELogitsGrad(r *rig, n int) {
	for _, mode := range modes {
		x, t, g := r.input("x", r.logits(n)), r.input("t", r.probabilities(n)), r.scalar("g", 0.3)
		want := make([]exact, n)
		for i, v := range x.values() {
			g := float64(float32(0.3))
			want[i].add(g / (1 + math.Exp(-float64(v))))
			want[i].add(-g * float64(t.values()[i]))
		}
		dx := r.target(n, mode)
		before := clone(dx.values())
		fused.BCELogitsGrad(r.Device, dx.Buffer, x.Buffer, t.Buffer, g.Buffer, mode)
		r.checkWritten(fmt.Sprintf("length %d", n), r.read(dx), before, want, mode, r.bound("BCELogitsGrad", 4))
		r.done()
	}
}

func testKLD(r *rig, n int) {
	mu, logvar := r.input("mu", r.normals(n)), r.input("logvar", r.uniforms(n, -6, 4))
	want := make([]exact, 1)
	for i, v := range mu.values() {
		m, l := float64(v), float64(logvar.values()[i])
		for _, term := range []float64{-0.5, -0.5 * l, 0.5 * m * m, 0.5 * math.Exp(l)} {
			want[0].add(term)
		}
	}
	dst := r.output(1)
	fused.KLD(r.Device, dst.Buffer, mu.Buffer, logvar.Buffer)
	r.check(fmt.Sprintf("length %d", n), r.read(dst), want, r.lossBound(n))
	r.done()
}

// pairOfModes calls f with each of the four pairs of modes, for kernels with two
// destinations.
func pairOfModes(f func(a, b kernels.WriteMode)) {
	for _, a := range modes {
		for _, b := range modes {
			f(a, b)
		}
	}
}

func testKLDGrad(r *rig, n int) {
	pairOfModes(func(muMode, logvarMode kernels.WriteMode) {
		mu, logvar, g := r.input("mu", r.normals(n)), r.input("logvar", r.uniforms(n, -6, 4)), r.scalar("g", 1.3)
		wantMu, wantLogvar := make([]exact, n), make([]exact, n)
		for i, v := range mu.values() {
			g := float64(float32(1.3))
			wantMu[i].add(g * float64(v))
			wantLogvar[i].add(g * 0.5 * math.Exp(float64(logvar.values()[i])))
			wantLogvar[i].add(-g * 0.5)
		}
		dmu, dlogvar := r.target(n, muMode), r.target(n, logvarMode)
		beforeMu, beforeLogvar := clone(dmu.values()), clone(dlogvar.values())
		fused.KLDGrad(r.Device, dmu.Buffer, dlogvar.Buffer, mu.Buffer, logvar.Buffer, g.Buffer, muMode, logvarMode)
		r.checkWritten("dmu", r.read(dmu), beforeMu, wantMu, muMode, r.bound("KLDGrad", 4))
		r.checkWritten("dlogvar", r.read(dlogvar), beforeLogvar, wantLogvar, logvarMode, r.bound("KLDGrad", 4))
		r.done()
	})
}

func testReparameterize(r *rig, n int) {
	mu, logvar, eps := r.input("mu", r.normals(n)), r.input("logvar", r.uniforms(n, -8, 8)), r.input("eps", r.normals(n))
	want := make([]exact, n)
	for i, m := range mu.values() {
		want[i].add(float64(m))
		want[i].add(float64(eps.values()[i]) * math.Exp(0.5*float64(logvar.values()[i])))
	}
	z := r.output(n)
	fused.Reparameterize(r.Device, z.Buffer, mu.Buffer, logvar.Buffer, eps.Buffer)
	r.check(fmt.Sprintf("length %d", n), r.read(z), want, r.bound("Reparameterize", 4))
	r.done()
}

func testReparameterizeGrad(r *rig, n int) {
	pairOfModes(func(muMode, logvarMode kernels.WriteMode) {
		dz, logvar, eps := r.input("dz", r.normals(n)), r.input("logvar", r.uniforms(n, -8, 8)), r.input("eps", r.normals(n))
		wantMu, wantLogvar := make([]exact, n), make([]exact, n)
		for i, v := range dz.values() {
			wantMu[i].add(float64(v))
			wantLogvar[i].add(0.5 * float64(v) * float64(eps.values()[i]) * math.Exp(0.5*float64(logvar.values()[i])))
		}
		dmu, dlogvar := r.target(n, muMode), r.target(n, logvarMode)
		beforeMu, beforeLogvar := clone(dmu.values()), clone(dlogvar.values())
		fused.ReparameterizeGrad(r.Device, dmu.Buffer, dlogvar.Buffer, dz.Buffer, logvar.Buffer, eps.Buffer, muMode, logvarMode)
		r.checkWritten("dmu", r.read(dmu), beforeMu, wantMu, muMode, 0)
		r.checkWritten("dlogvar", r.read(dlogvar), beforeLogvar, wantLogvar, logvarMode, r.bound("ReparameterizeGrad", 4))
		r.done()
	})
}
