package autograd

import (
	"fmt"
	"math"
)

// LeakyReLU returns x where x > 0 and slope·x elsewhere (Maas et al. 2013). Its
// derivative at 0 is slope.
func LeakyReLU(x *Var, slope float32) *Var {
	positive := ReLU(x)
	negative := Sub(x, positive)
	return Add(positive, Scale(negative, slope))
}

// ELU returns x where x > 0 and alpha·(e^x − 1) elsewhere (Clevert et al. 2016).
// Its derivative at 0 is alpha.
func ELU(x *Var, alpha float32) *Var {
	positive := ReLU(x)
	negative := Sub(x, positive)
	return Add(positive, AddScalar(Scale(Exp(negative), alpha), -alpha))
}

// SiLU returns x·Sigmoid(x) (Elfwing et al. 2018), also known as swish.
func SiLU(x *Var) *Var { return Mul(x, Sigmoid(x)) }

// GELUTanh returns the approximation x·Sigmoid(2√(2/π)·(x + 0.044715x³)) of
// [GELU], which is within 5e-4 of it (Hendrycks and Gimpel 2016).
func GELUTanh(x *Var) *Var {
	slope := 2 * math.Sqrt(2/math.Pi)
	inner := AddScalar(Scale(Square(x), float32(0.044715*slope)), float32(slope))
	return Mul(x, Sigmoid(Mul(x, inner)))
}

// GELU returns x·Φ(x), where Φ is the distribution function of the standard
// Gaussian (Hendrycks and Gimpel 2016). It errs by at most 1e-7·max(1, |x|).
func GELU(x *Var) *Var {
	phi := AddScalar(Scale(Erf(Scale(x, math.Sqrt2/2)), 0.5), 0.5)
	return Mul(x, phi)
}

// Huber returns ½x² where |x| ≤ delta and delta·(|x| − ½delta) elsewhere, for a
// positive delta (Huber 1964). The mean of Huber(Sub(a, b), delta) is a loss that
// outliers move less than its square would. Huber panics unless delta is positive and finite.
func Huber(x *Var, delta float32) *Var {
	if !(delta > 0 && delta <= math.MaxFloat32) {
		panic(fmt.Sprintf("autograd: Huber with delta %v, which must be positive and finite", delta))
	}
	size := Abs(x)
	inner := Minimum(size, x.Tape().full(delta))
	return Mul(inner, Sub(size, Scale(inner, 0.5)))
}

// Clamp returns x limited to [low, high]. The derivative is 1 between the limits, 0 outside
// and ½ at a limit. Clamp panics unless low < high.
func Clamp(x *Var, low, high float32) *Var {
	if !(low < high) {
		panic(fmt.Sprintf("autograd: Clamp to [%v, %v]", low, high))
	}
	return Minimum(Maximum(x, x.Tape().full(low)), x.Tape().full(high))
}

// full returns a constant scalar.
func (t *Tape) full(v float32) *Var {
	x := t.next(nil)
	x.value = t.arena.alloc(1)
	t.device.Fill(x.value, v)
	return x
}
