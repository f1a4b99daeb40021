package autograd

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// Map returns f(x), element by element.
func Map(f kernels.Func, x *Var) *Var {
	t := x.Tape()
	y := t.Result(x.shape, x)
	t.device.Map(f, y.value, x.value)
	y.OnBackward(func() {
		dx, mode := x.GradTarget()
		t.device.MapGrad(f, dx, y.grad, x.value, y.value, mode)
	})
	return y
}

// ReLU returns max(x, 0). Its derivative at 0 is taken as 0.
func ReLU(x *Var) *Var { return Map(kernels.ReLU, x) }

// Sigmoid returns 1/(1+e^−x).
func Sigmoid(x *Var) *Var { return Map(kernels.Sigmoid, x) }

// Tanh returns the hyperbolic tangent of x.
func Tanh(x *Var) *Var { return Map(kernels.Tanh, x) }

// Exp returns e^x.
func Exp(x *Var) *Var { return Map(kernels.Exp, x) }

// Log returns the natural logarithm of x.
func Log(x *Var) *Var { return Map(kernels.Log, x) }

// Sqrt returns the square root of x. Its derivative at 0 is taken as 0.
func Sqrt(x *Var) *Var { return Map(kernels.Sqrt, x) }

// Softplus returns log(1+e^x), without overflow.
func Softplus(x *Var) *Var { return Map(kernels.Softplus, x) }

// Neg returns −x.
func Neg(x *Var) *Var { return Map(kernels.Neg, x) }

// Abs returns |x|. Its derivative at 0 is taken as 0.
func Abs(x *Var) *Var { return Map(kernels.Abs, x) }

// Square returns x².
func Square(x *Var) *Var { return Map(kernels.Square, x) }

// Reciprocal returns 1/x.
func Reciprocal(x *Var) *Var { return Map(kernels.Reciprocal, x) }

// Sin returns the sine of x, in radians.
func Sin(x *Var) *Var { return Map(kernels.Sin, x) }

// Cos returns the cosine of x, in radians.
func Cos(x *Var) *Var { return Map(kernels.Cos, x) }

// Erf returns the error function of x: (1 + Erf(x/√2))/2 is the distribution function of the
// standard Gaussian.
func Erf(x *Var) *Var { return Map(kernels.Erf, x) }

// beforeActivation returns the gradient of z, where y = act(z) was computed in
// one kernel that did not store z. If a bias b was added to z, it also stores the
// gradient of b: the gradient of z, summed over the shape.
func (y *Var) beforeActivation(act kernels.Func, b *Var, shape kernels.SumShape) kernels.Buffer {
	dz := y.grad
	if act != kernels.Identity {
		dz = y.tape.Scratch(y.Len())
	}
	switch {
	case b != nil && b.needsGrad:
		db, mode := b.GradTarget()
		fused.BiasGrad(y.tape.device, act, dz, db, y.grad, y.value, shape, mode)
	case act != kernels.Identity:
		y.tape.device.MapGrad(act, dz, y.grad, kernels.Buffer{}, y.value, kernels.Overwrite)
	}
	return dz
}
