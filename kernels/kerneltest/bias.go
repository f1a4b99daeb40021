package kerneltest

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

var biasTests = []test{
	{"BiasGrad", testBiasGrads, func(r *rig) {
		testBiasGrad(r, activations[r.rng.IntN(len(activations))], r.sumShape(), r.mode(), r.biasAlias())
	}},
}

// biasAlias returns a random choice of the source of BiasGrad that is also the destination
// dz: none, dy or y.
func (r *rig) biasAlias() alias { return []alias{apart, ontoDY, ontoY}[r.rng.IntN(3)] }

func testBiasGrads(r *rig) {
	for k, s := range r.sumShapes() {
		for i, mode := range modes {
			testBiasGrad(r, activations[(2*k+i)%len(activations)], s, mode, r.biasAlias())
		}
	}
	for _, act := range activations {
		for _, a := range []alias{apart, ontoDY, ontoY} {
			testBiasGrad(r, act, kernels.SumShape{K0: 2, R0: 3, K1: 5, R1: 7}, kernels.Overwrite, a)
		}
	}
}

func testBiasGrad(r *rig, act kernels.Func, s kernels.SumShape, mode kernels.WriteMode, a alias) {
	n := s.K0 * s.R0 * s.K1 * s.R1
	ys, dys := r.uniforms(n, -5, 5), r.normals(n)
	want := make([]exact, n)
	for i, z := range ys {
		ys[i] = float32(value(act, z).value)
		want[i] = gradient(act, float64(dys[i]), float64(z), float64(ys[i]))
	}
	dy, y := r.input("dy", dys), r.input("y", ys)
	dz, db := r.output(n), r.target(s.K0*s.K1, mode)
	switch a {
	case ontoDY:
		dz = dy
	case ontoY:
		dz = y
	}
	dz.output = true
	before := clone(db.values())
	fused.BiasGrad(r.Device, act, dz.Buffer, db.Buffer, dy.Buffer, y.Buffer, s, mode)
	what := fmt.Sprintf("%v of %+v, in place of %s,", act, s, aliasNames[a])
	r.check(what+" dz", r.read(dz), want, r.bound("MapGrad", 4))
	// The oracle sums dz as the device stored it, so rounding of dz does not count.
	r.checkWritten(what+" db", r.read(db), before, sums(dz.values(), s, 1), mode, r.bound("Sum", sumBound(s.R0*s.R1)))
	r.done()
}
