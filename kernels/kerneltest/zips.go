package kerneltest

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

var zipTests = []test{
	{"Zip", testZips, func(r *rig) {
		n := r.size()
		testZip(r, r.operation(), r.mapInput(n), r.mapInput(n), r.mode(), r.rng.IntN(4))
	}},
}

// operation returns a random operation.
func (r *rig) operation() kernels.Op { return kernels.Ops()[r.rng.IntN(len(kernels.Ops()))] }

func testZips(r *rig) {
	var a, b []float32 // the pairs (a[i], b[i]) are all pairs of special values
	for _, v := range special {
		for _, w := range special {
			a, b = append(a, v), append(b, w)
		}
	}
	for _, op := range kernels.Ops() {
		testZip(r, op, a, b, kernels.Overwrite, 0)
		for k, n := range r.sizes() {
			a, b := r.mapInput(n), r.mapInput(n)
			for i := range b {
				if i%5 == 3 {
					b[i] = a[i] // ties
				}
			}
			for _, mode := range modes {
				testZip(r, op, a, b, mode, k%4)
			}
		}
	}
}

// testZip runs one case of Zip. place tells where the destination lies: apart from both
// operands (0), in place of a (1), in place of b (2), or in place of both, which are then one
// span (3).
func testZip(r *rig, op kernels.Op, as, bs []float32, mode kernels.WriteMode, place int) {
	a, b := r.input("a", as), r.input("b", bs)
	dst := r.target(len(as), mode)
	switch place {
	case 1:
		dst = a
	case 2:
		dst = b
	case 3:
		dst, b, bs = a, a, as
	}
	dst.output = true
	before := clone(dst.values())
	want := make([]exact, len(as))
	for i := range want {
		want[i] = combine(op, as[i], bs[i])
	}
	r.Zip(op, dst.Buffer, a.Buffer, b.Buffer, mode)
	what := fmt.Sprintf("%v, in place of %s,", op, [...]string{"neither", "a", "b", "both"}[place])
	r.checkWritten(what, r.read(dst), before, want, mode, r.zipBound(op))
	r.done()
}

// zipBound returns the error bound of op in ulp.
func (r *rig) zipBound(op kernels.Op) float64 {
	switch op {
	case kernels.Add, kernels.Sub, kernels.Mul:
		return r.bound(op.String(), 0.5)
	case kernels.Div:
		return r.bound("Div", 1)
	}
	return 0
}

// combine is the oracle of Zip: op(x, y).
func combine(op kernels.Op, x, y float32) exact {
	a, b := float64(x), float64(y)
	switch op {
	case kernels.Add:
		return at(a + b)
	case kernels.Sub:
		return at(a - b)
	case kernels.Mul:
		return at(a * b)
	case kernels.Div:
		return at(a / b)
	case kernels.Max:
		return at(math.Max(a, b) + 0*nanOf(a, b))
	case kernels.Min:
		return at(math.Min(a, b) + 0*nanOf(a, b))
	case kernels.Greater:
		switch {
		case a > b:
			return at(1)
		case a == b:
			return at(0.5)
		}
		return at(0)
	}
	panic("kerneltest: no oracle for " + op.String())
}

// nanOf returns NaN if a or b is NaN, and 0 otherwise. Max and Min must give NaN then, but
// math.Max(+Inf, NaN) is +Inf and math.Min(−Inf, NaN) is −Inf.
func nanOf(a, b float64) float64 {
	if a != a || b != b {
		return math.NaN()
	}
	return 0
}
