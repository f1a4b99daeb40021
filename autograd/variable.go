package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// A Var is a value on a tape: an input, a parameter or the result of an
// operation. It is valid until the tape is reset.
type Var struct {
	tape      *Tape
	shape     []int
	value     kernels.Buffer
	grad      kernels.Buffer // allocated at the first contribution, except for parameters
	hasGrad   bool           // grad holds a contribution
	needsGrad bool
	uses      int // number of operations with this variable as an input
	param     *Parameter
	backward  func()
}

// Tape returns the tape that v is on. It panics if the tape was reset since.
func (v *Var) Tape() *Tape {
	if v == nil {
		panic(nilVariable)
	}
	if v.tape == nil {
		panic(usedAfterReset)
	}
	return v.tape
}

const nilVariable = "autograd: a variable is nil"

// Shape returns the lengths of v's axes. The caller must not change it.
func (v *Var) Shape() []int {
	if v == nil {
		panic(nilVariable)
	}
	return v.shape
}

// Len returns the number of elements.
func (v *Var) Len() int { return v.value.Len() }

// Value returns v's elements, for kernels. They must not be changed once
// another operation has read them.
func (v *Var) Value() kernels.Buffer { return v.value }

// Read waits for v's value and copies it into dst, of v's length.
func (v *Var) Read(dst []float32) error { return v.tape.device.Read(dst, v.value) }

// Values waits for v's value and returns a copy.
func (v *Var) Values() ([]float32, error) {
	x := make([]float32, v.Len())
	return x, v.Read(x)
}

// Tensor returns a copy of v's value, on the same device, that outlives the tape.
func (v *Var) Tensor() *Tensor {
	x := allocate(v.Tape().device, v.shape)
	v.tape.device.Copy(x.buffer, v.value)
	return x
}

// Item waits for the value of a variable with one element and returns it. It panics if v
// has another number of elements.
func (v *Var) Item() (float32, error) {
	if v.Len() != 1 {
		panic(fmt.Sprintf("autograd: Item of a variable of shape %s", text(v.shape)))
	}
	var x [1]float32
	err := v.Read(x[:])
	return x[0], err
}

// NeedsGrad reports whether gradients flow into v.
func (v *Var) NeedsGrad() bool { return v.needsGrad }

// Grad returns the gradient that Backward found for v, the zero Buffer if loss
// did not depend on it. In an operation's backward function it is the gradient
// of the operation's result, always present.
func (v *Var) Grad() kernels.Buffer {
	if !v.hasGrad {
		return kernels.Buffer{}
	}
	return v.grad
}

// GradTarget returns where a backward function stores its contribution to the
// gradient of one of its inputs, and how: the first contribution overwrites,
// later ones accumulate. The caller must store a contribution to every element.
// It panics if v needs no gradient.
func (v *Var) GradTarget() (kernels.Buffer, kernels.WriteMode) {
	if !v.needsGrad {
		panic("autograd: GradTarget of a variable that needs no gradient")
	}
	if v.hasGrad {
		return v.grad, kernels.Accumulate
	}
	if v.param == nil {
		v.grad = v.tape.arena.alloc(v.Len())
	}
	v.hasGrad = true
	return v.grad, kernels.Overwrite
}

// addTarget returns the gradient of v for kernels that add to it, or do not write every
// element. It sets a new gradient to 0.
func (v *Var) addTarget() kernels.Buffer {
	dv, mode := v.GradTarget()
	if mode == kernels.Overwrite {
		v.tape.device.Fill(dv, 0)
	}
	return dv
}

// OnBackward records how the gradient flows from v, an operation's result, to
// its inputs. f runs during Backward if a gradient reached v; it reads v.Grad,
// which it must not change, and stores into the GradTarget of each input that
// needs a gradient.
func (v *Var) OnBackward(f func()) {
	if v.needsGrad {
		v.backward = f
	}
}

// pass adds dy, the gradient of an operation's result, to the gradient of x. If
// nothing else contributes to it, x shares dy's memory instead.
func (x *Var) pass(dy kernels.Buffer) {
	switch {
	case !x.needsGrad:
	case x.uses == 1 && !x.hasGrad && x.param == nil:
		x.grad, x.hasGrad = dy, true
	default:
		dx, mode := x.GradTarget()
		x.tape.device.Affine(dx, dy, 1, 0, mode)
	}
}
