package kerneltest

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

// An exact is the value of an oracle for one result, with a scale: errors of the result are
// measured in ulp, the spacing of float32 values, at the scale.
type exact struct {
	value, scale float64

	// For products of operands that are rounded to bfloat16: the value without rounding,
	// and the sum of the magnitudes of the products, without rounding, too.
	unrounded, products float64
}

// at returns the value v, with |v| as its scale.
func at(v float64) exact { return atScale(v, math.Abs(v)) }

// atScale returns the value v with the given scale.
func atScale(v, scale float64) exact { return exact{value: v, scale: scale, unrounded: v} }

// add adds a term to the value, and the term's magnitude to the scale.
func (e *exact) add(term float64) {
	e.value += term
	e.scale += math.Abs(term)
	e.unrounded += term
}

// addProduct adds alpha·a·b. The device rounds a and b to its precision, unless unrounded is
// set.
func (e *exact) addProduct(r *rig, alpha float64, a, b float32, unrounded bool) {
	whole := alpha * float64(a) * float64(b)
	if r.options.Precision == kernels.Float32 || unrounded {
		e.add(whole)
		return
	}
	rounded := alpha * float64(kernels.RoundBFloat16(a)) * float64(kernels.RoundBFloat16(b))
	e.add(rounded)
	e.unrounded += whole - rounded
	e.products += math.Abs(whole)
}

// ulp returns the spacing of float32 values at scale.
func ulp(scale float64) float64 {
	const smallest = 0x1p-149
	if scale < 0x1p-126 {
		return smallest
	}
	if scale > math.MaxFloat32 {
		scale = math.MaxFloat32
	}
	_, exponent := math.Frexp(scale)
	return math.Ldexp(1, exponent-24)
}

// sumBound returns the error bound, in ulp, of a float32 sum of n random terms.
func sumBound(n int) float64 { return 2 + math.Sqrt(float64(n)) }

// check reports the first result in got that differs from the oracle's value by more than
// bound ulp. what describes the case in the message.
func (r *rig) check(what string, got []float32, want []exact, bound float64) {
	r.Helper()
	if len(got) != len(want) {
		r.Fatalf("%s: %d results for %d oracle values", r.method, len(got), len(want))
	}
	if r.blind {
		return
	}
	for i, w := range want {
		if off, ok := within(got[i], w, bound); !ok {
			r.fail("%s: element %d of %d is %v, want %v at scale %v: off by %.3g ulp, bound %.3g%s", what, i, len(got), got[i], w.value, w.scale, off, bound, r.origin(got, i))
			return
		}
		if w.products == 0 {
			continue
		}
		most := bound*ulp(max(w.scale, math.Abs(w.value))) + (2*0x1p-8+0x1p-16)*w.products
		if off := math.Abs(float64(got[i]) - w.unrounded); off > most {
			r.fail("%s: element %d of %d is %v, want %v without rounding: off by %v, bound %v%s", what, i, len(got), got[i], w.unrounded, off, most, r.origin(got, i))
			return
		}
	}
}

// within returns the distance of result got from w in ulp, and whether that distance is at
// most bound. NaN must meet NaN. The float32 nearest to w is right for every bound.
func within(got float32, w exact, bound float64) (off float64, ok bool) {
	g := float64(got)
	if math.IsNaN(w.value) || math.IsNaN(g) {
		return math.NaN(), math.IsNaN(w.value) && math.IsNaN(g)
	}
	if g == w.value || float64(float32(w.value)) == g {
		return 0, true
	}
	if math.IsInf(w.value, 0) {
		return math.Inf(1), false
	}
	u := ulp(max(w.scale, math.Abs(w.value)))
	if math.IsInf(g, 0) { // right if the scale overflows, since an intermediate value may then overflow
		if w.scale > math.MaxFloat32 {
			return 0, true
		}
		g = math.Copysign(math.MaxFloat32+u, g)
	}
	off = math.Abs(g-w.value) / u
	return off, off <= bound
}

// checkWritten checks the results of a kernel with a write mode. For Overwrite the oracle's
// values are want. For Accumulate they are before + want, where before holds the old contents of the
// destination, and the bound is one ulp larger.
func (r *rig) checkWritten(what string, got, before []float32, want []exact, mode kernels.WriteMode, bound float64) {
	r.Helper()
	what += " " + mode.String()
	if mode == kernels.Overwrite {
		r.check(what, got, want, bound)
		return
	}
	total := make([]exact, len(want))
	for i, w := range want {
		total[i] = w
		total[i].add(float64(before[i]))
	}
	r.check(what, got, total, bound+1)
}

// checkSame compares results bit for bit. Any NaN equals any other.
func (r *rig) checkSame(what string, got, want []float32) {
	r.Helper()
	for i, w := range want {
		if g := got[i]; math.Float32bits(g) != math.Float32bits(w) && !(g != g && w != w) {
			r.fail("%s: element %d of %d is %v (%s), want %v (%s)%s", what, i, len(want), g, hex(g), w, hex(w), r.origin(got, i))
			return
		}
	}
}

func hex(v float32) string { return fmt.Sprintf("%#08x", math.Float32bits(v)) }

// clone returns a copy of v.
func clone(v []float32) []float32 { return append([]float32(nil), v...) }
