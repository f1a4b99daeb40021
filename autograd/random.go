package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// Uniform puts random constants on the tape, uniform in [0, 1). An element is a function of
// seed, stream and its index alone, and the same on every device. Use one seed for a run
// and another stream for each step and purpose.
func (t *Tape) Uniform(seed, stream uint64, shape ...int) *Var {
	y := t.Result(shape)
	t.device.Uniform(y.value, seed, stream)
	return y
}

// Normal puts random constants on the tape, with the standard Gaussian distribution. An
// element is a function of seed, stream and its index alone.
func (t *Tape) Normal(seed, stream uint64, shape ...int) *Var {
	y := t.Result(shape)
	t.device.Normal(y.value, seed, stream)
	return y
}

// Dropout returns x with each element set to 0 with probability p, in [0, 1),
// and the others divided by 1 − p (Srivastava et al. 2014). When the tape
// evaluates, it returns x: see [Tape.Train] and [Tape.Eval], of which one must
// have been called.
func Dropout(x *Var, p float32) *Var {
	if !(p >= 0 && p < 1) {
		panic(fmt.Sprintf("autograd: Dropout with probability %v; want one in [0, 1)", p))
	}
	t, dev := x.Tape(), x.Tape().device
	if !t.Training() || p == 0 {
		return x
	}
	seed, stream := t.draw()
	y := t.Result(x.shape, x)
	uniform, keep := t.Scratch(x.Len()), t.Scratch(x.Len())
	dev.Uniform(uniform, seed, stream)
	// An element stays if its uniform number is at least p. Greater gives 1 above p, 0
	// below and ½ at p. The second Greater, with ¼, makes 1 of ½.
	t.zipScalar(kernels.Greater, keep, uniform, p)
	t.zipScalar(kernels.Greater, uniform, keep, 0.25)
	dev.Affine(keep, uniform, 1/(1-p), 0, kernels.Overwrite)
	dev.Zip(kernels.Mul, y.value, x.value, keep, kernels.Overwrite)
	y.OnBackward(func() {
		dx, mode := x.GradTarget()
		dev.Zip(kernels.Mul, dx, y.grad, keep, mode)
	})
	return y
}

// zipScalar stores op(v, b) into dst for each element v of a.
func (t *Tape) zipScalar(op kernels.Op, dst, a kernels.Buffer, b float32) {
	shape, every, same := t.ints.alloc(1), t.ints.alloc(1), t.ints.alloc(1)
	shape[0], every[0] = a.Len(), 1
	t.device.ZipStrided(op, dst, a, every, t.full(b).value, same, shape, kernels.Overwrite)
}
