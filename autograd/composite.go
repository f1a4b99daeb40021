package autograd

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
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

// The coefficients of erfc(z) ≈ (a₁t + … + a₅t⁵)·e^(−z²) with t = 1/(1 + cz)
// for z ≥ 0, which errs by at most 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
var erfc = struct {
	c float64
	a [5]float64
}{0.3275911, [5]float64{0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429}}

// GELU returns x·Φ(x), where Φ is the distribution function of the standard
// Gaussian (Hendrycks and Gimpel 2016). It errs by at most 1e-7·max(1, |x|).
func GELU(x *Var) *Var {
	t, dev, n := x.Tape(), x.Tape().device, x.Len()
	y := t.Result(x.shape, x)

	// tail = 1 − Φ(|x|) = ½ erfc(|x|/√2)
	size, bell, s, tail := t.Scratch(n), t.Scratch(n), t.Scratch(n), t.Scratch(n)
	dev.Map(kernels.Abs, size, x.value)
	dev.Map(kernels.Square, bell, x.value)
	dev.Affine(bell, bell, -0.5, 0, kernels.Overwrite)
	dev.Map(kernels.Exp, bell, bell) // e^(−x²/2)
	dev.Affine(s, size, float32(erfc.c/math.Sqrt2), 1, kernels.Overwrite)
	dev.Map(kernels.Reciprocal, s, s)
	dev.Affine(tail, s, float32(erfc.a[4]/2), float32(erfc.a[3]/2), kernels.Overwrite)
	for _, a := range [3]float64{erfc.a[2], erfc.a[1], erfc.a[0]} {
		dev.Zip(kernels.Mul, tail, tail, s, kernels.Overwrite)
		dev.Affine(tail, tail, 1, float32(a/2), kernels.Overwrite)
	}
	dev.Zip(kernels.Mul, tail, tail, s, kernels.Overwrite)
	dev.Zip(kernels.Mul, tail, tail, bell, kernels.Overwrite)

	// y = max(x, 0) − |x|·tail
	dev.Map(kernels.ReLU, y.value, x.value)
	dev.Zip(kernels.Mul, s, size, tail, kernels.Overwrite)
	dev.AddScaled(y.value, -1, s)
	if !y.needsGrad {
		return y
	}

	// bell becomes y′ = Φ(x) + x·φ(x), where φ is the density of the standard Gaussian and
	// Φ(x) = ½ + sign(x)·(½ − tail).
	dev.Zip(kernels.Mul, bell, bell, x.value, kernels.Overwrite)
	dev.Affine(bell, bell, float32(1/math.Sqrt(2*math.Pi)), 0.5, kernels.Overwrite)
	dev.Affine(tail, tail, -1, 0.5, kernels.Overwrite)
	dev.MapGrad(kernels.Abs, s, tail, x.value, size, kernels.Overwrite) // tail·sign(x)
	dev.AddScaled(bell, 1, s)
	y.OnBackward(func() {
		dx, mode := x.GradTarget()
		dev.Zip(kernels.Mul, dx, y.grad, bell, mode)
	})
	return y
}

// Huber returns ½x² where |x| ≤ delta and delta·(|x| − ½delta) elsewhere, for a
// positive delta (Huber 1964). The mean of Huber(Sub(a, b), delta) is a loss that
// outliers move less than its square would.
func Huber(x *Var, delta float32) *Var {
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
