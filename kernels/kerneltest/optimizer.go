package kerneltest

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

var optimizerTests = []test{
	{"Adam", func(r *rig) { r.eachSize(testAdam) }, func(r *rig) { testAdam(r, r.size()) }},
	{"SGD", func(r *rig) { r.eachSize(testSGD) }, func(r *rig) { testSGD(r, r.size()) }},
}

func testAdam(r *rig, n int) {
	for step, a := range []kernels.Adam{
		{LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, GradientScale: 1},
		{LearningRate: 0.1, Beta1: 0.5, Beta2: 0.9, Epsilon: 1e-3, GradientScale: 0.25, WeightDecay: 0.01},
		{LearningRate: 0.02, Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-6, GradientScale: 1, WeightDecay: 0.1, Decoupled: true},
	} {
		a.Step = 1 + 7*step
		correction1, correction2 := 1-math.Pow(a.Beta1, float64(a.Step)), 1-math.Pow(a.Beta2, float64(a.Step))
		param, grad := r.inout("param", r.normals(n)), r.input("grad", r.sprinkle(r.normals(n), 0, 1e-12, 1e6))
		m, v := r.inout("m", r.sprinkle(r.normals(n), 0)), r.inout("v", r.sprinkle(r.uniforms(n, 0, 2), 0))
		wantP, wantM, wantV := make([]exact, n), make([]exact, n), make([]exact, n)
		for i := range n {
			p, m, v := float64(param.values()[i]), float64(m.values()[i]), float64(v.values()[i])
			var g exact
			g.add(a.GradientScale * float64(grad.values()[i]))
			if !a.Decoupled {
				g.add(a.WeightDecay * p)
			}
			b1, b2 := a.Beta1, a.Beta2
			wantM[i].add(b1 * m)
			wantM[i].add((1 - b1) * g.value)
			wantM[i].scale += (1 - b1) * (g.scale - math.Abs(g.value))
			wantV[i].add(b2 * v)
			wantV[i].add((1 - b2) * g.value * g.value)
			wantV[i].scale += (1 - b2) * (g.scale*g.scale - g.value*g.value)
			wantP[i].add(p)
			if a.Decoupled {
				wantP[i].add(-a.LearningRate * a.WeightDecay * p)
			}
			rate := a.LearningRate / correction1
			below := math.Sqrt(wantV[i].value/correction2) + a.Epsilon
			wantP[i].add(-rate * wantM[i].value / below)
			wantP[i].scale += rate * (wantM[i].scale - math.Abs(wantM[i].value)) / below
			// A rounding error of v is relative to the scale of v. It changes √v, and so the step.
			wantP[i].scale += rate * math.Abs(wantM[i].value) / below * (wantV[i].scale/math.Max(wantV[i].value, 1e-300) - 1)
		}
		fused.Adam(r.Device, param.Buffer, grad.Buffer, m.Buffer, v.Buffer, a)
		what := fmt.Sprintf("%+v", a)
		bound := r.bound("Adam", 6)
		r.check(what+" m", r.read(m), wantM, bound)
		r.check(what+" v", r.read(v), wantV, bound)
		r.check(what+" param", r.read(param), wantP, bound)
		r.done()
	}
}

func testSGD(r *rig, n int) {
	for _, s := range []kernels.SGD{
		{LearningRate: 0.1, GradientScale: 1},
		{LearningRate: 0.1, GradientScale: 0.5, WeightDecay: 0.01},
		{LearningRate: 0.01, GradientScale: 1, Momentum: 0.9},
		{LearningRate: 0.01, GradientScale: 2, Momentum: 0.9, Nesterov: true, WeightDecay: 0.1},
		{LearningRate: 0.01, GradientScale: 1, Nesterov: true}, // passes a velocity although the momentum is 0
	} {
		param, grad := r.inout("param", r.normals(n)), r.input("grad", r.normals(n))
		velocity := r.inout("velocity", nil)
		if s.Momentum != 0 || s.Nesterov {
			velocity = r.inout("velocity", r.normals(n))
		}
		wantP, wantV := make([]exact, n), make([]exact, velocity.Len())
		for i := range n {
			p := float64(param.values()[i])
			var g exact
			g.add(float64(s.GradientScale) * float64(grad.values()[i]))
			g.add(float64(s.WeightDecay) * p)
			if len(wantV) > 0 {
				v := g
				v.add(float64(s.Momentum) * float64(velocity.values()[i]))
				wantV[i] = v
				if s.Nesterov {
					g.add(float64(s.Momentum) * v.value)
					g.scale += float64(s.Momentum) * (v.scale - math.Abs(v.value))
				} else {
					g = v
				}
			}
			rate := float64(s.LearningRate)
			wantP[i].add(p)
			wantP[i].add(-rate * g.value)
			wantP[i].scale += rate * (g.scale - math.Abs(g.value))
		}
		fused.SGD(r.Device, param.Buffer, grad.Buffer, velocity.Buffer, s)
		what := fmt.Sprintf("%+v", s)
		r.check(what+" velocity", r.read(velocity), wantV, r.bound("SGD", 6))
		r.check(what+" param", r.read(param), wantP, r.bound("SGD", 6))
		r.done()
	}
}
