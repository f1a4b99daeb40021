package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// A Tape records operations as they are computed, so that [Tape.Backward] can
// walk them in reverse. All memory of a step comes from the tape's arena and is
// handed back by [Tape.Reset]; a step that repeats the shapes of the one before
// it allocates no tensors.
//
// A tape is used by one goroutine at a time.
type Tape struct {
	device    kernels.Device
	arena     arena
	vars      []*Var // all of this step in order, then spare ones
	used      int
	params    map[*Parameter]*Var // nil for those not used in this step
	paramList []*Parameter        // the keys of params, in order of first use
	paused    bool
	done      bool
}

// NewTape returns an empty tape whose operations run on dev.
func NewTape(dev kernels.Device) *Tape {
	return &Tape{device: dev, arena: arena{device: dev}, params: make(map[*Parameter]*Var)}
}

// Device returns the device that the tape's operations run on.
func (t *Tape) Device() kernels.Device { return t.device }

// A Var is a value on a tape: an input, a parameter or the result of an
// operation. It is valid until the tape is reset.
type Var struct {
	tape      *Tape
	shape     []int
	value     kernels.Buffer
	grad      kernels.Buffer // empty until the first contribution, for variables without a gradient of their own
	hasGrad   bool           // grad holds a contribution
	needsGrad bool
	param     *Parameter
	backward  func()
}

// Constant puts a copy of host data on the tape. No gradient flows into it.
// It panics if len(data) is not the size of the shape.
func (t *Tape) Constant(data []float32, shape ...int) *Var {
	if len(data) != Size(shape) {
		panic(fmt.Sprintf("autograd: %d values for a constant of shape %v", len(data), shape))
	}
	v := t.next(shape)
	v.value = t.Scratch(len(data))
	t.device.Write(v.value, data)
	return v
}

// Input puts a tensor on the tape without copying it. No gradient flows into it.
func (t *Tape) Input(x *Tensor) *Var {
	t.checkDevice(x)
	v := t.next(x.shape)
	v.value = x.buffer
	return v
}

// Variable puts a tensor on the tape without copying it and asks for its
// gradient, to be had from [Var.Grad] after Backward.
func (t *Tape) Variable(x *Tensor) *Var {
	v := t.Input(x)
	v.needsGrad = !t.paused
	return v
}

// Param puts a parameter on the tape. Backward stores the gradient in p.Grad,
// overwriting what was there. The same parameter gives the same Var until the
// tape is reset.
func (t *Tape) Param(p *Parameter) *Var {
	v, known := t.params[p]
	if v != nil {
		return v
	}
	t.checkDevice(p.Value)
	v = t.next(p.Value.shape)
	v.value = p.Value.buffer
	if t.paused {
		return v
	}
	v.grad, v.needsGrad, v.param = p.Grad.buffer, true, p
	if !known {
		t.paramList = append(t.paramList, p)
	}
	t.params[p] = v
	return v
}

// Without runs f without recording: what it computes has no gradient.
func (t *Tape) Without(f func()) {
	was := t.paused
	t.paused = true
	defer func() { t.paused = was }()
	f()
}

// Backward computes the gradient of loss, which must hold one value, with
// respect to everything on the tape that needs one. A parameter that the tape
// has ever seen but that loss does not depend on gets a gradient of zeros.
// Backward runs once between resets.
func (t *Tape) Backward(loss *Var) {
	switch {
	case loss.tape != t:
		panic("autograd: Backward of a variable of another tape")
	case loss.Len() != 1:
		panic(fmt.Sprintf("autograd: Backward of a variable of shape %v; a loss has one value", loss.shape))
	case t.done:
		panic("autograd: Backward called twice; call Reset between steps")
	}
	t.done = true
	if loss.needsGrad {
		seed, _ := loss.GradTarget()
		t.device.Fill(seed, 1)
	}
	for i := t.used - 1; i >= 0; i-- {
		if v := t.vars[i]; v.backward != nil && v.hasGrad {
			v.backward()
		}
	}
	for _, p := range t.paramList {
		if v := t.params[p]; v == nil || !v.hasGrad {
			t.device.Fill(p.Grad.buffer, 0)
		}
	}
}

// Reset forgets all operations and hands back their memory. Variables of the
// tape must not be used afterwards.
func (t *Tape) Reset() {
	for _, v := range t.vars[:t.used] {
		*v = Var{shape: v.shape[:0]}
	}
	for _, p := range t.paramList {
		t.params[p] = nil
	}
	t.used, t.done = 0, false
	t.arena.reset()
}

// Free resets the tape and returns its memory to the device.
func (t *Tape) Free() {
	t.Reset()
	t.arena.free()
}

// Result puts the result of an operation on the tape: a variable of the given
// shape with unspecified contents, which needs a gradient if one of inputs does.
// It is how operations are made, in this package and outside it:
//
//	y := tape.Result(x.Shape(), x)
//	dev.Map(kernels.ReLU, y.Value(), x.Value())
//	y.OnBackward(func() {
//		dx, store := x.GradTarget()
//		dev.MapGrad(kernels.ReLU, dx, y.Grad(), x.Value(), y.Value(), store)
//	})
//
// It panics if an input is on another tape, naming both devices if they differ.
func (t *Tape) Result(shape []int, inputs ...*Var) *Var {
	y := t.result(shape, inputs)
	y.value = t.Scratch(Size(shape))
	return y
}

// alias is Result for an operation that rearranges nothing: the variable
// shares x's elements under another shape of equal size.
func (t *Tape) alias(shape []int, x *Var) *Var {
	y := t.result(shape, []*Var{x})
	y.value = x.value
	return y
}

func (t *Tape) result(shape []int, inputs []*Var) *Var {
	y := t.next(shape)
	for _, x := range inputs {
		if x.tape != t {
			panic(mixed(t, x))
		}
		y.needsGrad = y.needsGrad || x.needsGrad && !t.paused
	}
	return y
}

func mixed(t *Tape, x *Var) string {
	if x.tape == nil {
		return "autograd: a variable is used after its tape was reset"
	}
	if a, b := t.device, x.tape.device; a != b {
		return fmt.Sprintf("autograd: an operation mixes devices %s and %s; move one tensor with Tensor.To", a.Name(), b.Name())
	}
	return "autograd: an operation mixes variables of two tapes"
}

// Scratch returns a buffer of n elements with unspecified contents that lives
// until the tape is reset.
func (t *Tape) Scratch(n int) kernels.Buffer { return t.arena.alloc(n) }

func (t *Tape) checkDevice(x *Tensor) {
	if x.device != t.device {
		panic(fmt.Sprintf("autograd: a tensor on %s is used on a tape for %s; move it with Tensor.To", x.device.Name(), t.device.Name()))
	}
}

func (t *Tape) next(shape []int) *Var {
	if t.used == len(t.vars) {
		t.vars = append(t.vars, new(Var))
	}
	v := t.vars[t.used]
	t.used++
	v.tape = t
	v.shape = append(v.shape[:0], shape...)
	return v
}

// Tape returns the tape that v is on.
func (v *Var) Tape() *Tape { return v.tape }

// Shape returns the lengths of v's axes. The caller must not change it.
func (v *Var) Shape() []int { return v.shape }

// Len returns the number of elements.
func (v *Var) Len() int { return v.value.Len() }

// Value returns v's elements, for kernels. They must not be changed once
// another operation has read them.
func (v *Var) Value() kernels.Buffer { return v.value }

// Read waits for v's value and copies it into dst, of v's length.
func (v *Var) Read(dst []float32) error { return v.tape.device.Read(dst, v.value) }

// Item waits for the value of a variable that holds one.
func (v *Var) Item() (float32, error) {
	if v.Len() != 1 {
		panic(fmt.Sprintf("autograd: Item of a variable of shape %v", v.shape))
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
// later ones add. The caller must store a contribution to every element.
// It panics if v needs no gradient.
func (v *Var) GradTarget() (kernels.Buffer, kernels.Store) {
	if !v.needsGrad {
		panic("autograd: GradTarget of a variable that needs no gradient")
	}
	if v.hasGrad {
		return v.grad, kernels.Add
	}
	if v.param == nil {
		v.grad = v.tape.Scratch(v.Len())
	}
	v.hasGrad = true
	return v.grad, kernels.Set
}

// OnBackward records how the gradient flows from v, an operation's result, to
// its inputs. f runs during Backward if a gradient reached v; it reads v.Grad
// and stores into the GradTarget of each input that needs a gradient.
func (v *Var) OnBackward(f func()) {
	if v.needsGrad {
		v.backward = f
	}
}
