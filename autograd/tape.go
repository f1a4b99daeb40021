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
	arena     arena // buffers that live until Reset
	temp      arena // buffers that live until the running backward function returns
	ints      intArena
	vars      []*Var // vars[:used] in order of creation; the rest is for later steps
	used      int
	params    map[*Parameter]*Var // nil for a parameter that this step has not used
	paramList []*Parameter        // the keys of params, in order of first use
	paused    bool                // inside NoGrad
	walking   bool                // a backward function may be running
	done      bool                // Backward has run since the last Reset

	mode       mode
	seed, step uint64 // arguments of Train
	draws      int    // number of random draws in this step

	checks     bool        // CheckFinite
	operations []operation // of vars[:used], if checks
	notFinite  error       // the first gradient of the step that is not finite, if checks
}

// NewTape returns an empty tape whose operations run on dev.
func NewTape(dev kernels.Device) *Tape {
	if dev == nil {
		panic("autograd: NewTape of a nil device")
	}
	return &Tape{
		device: dev,
		arena:  arena{device: dev},
		temp:   arena{device: dev},
		params: make(map[*Parameter]*Var),
	}
}

// Device returns the device that the tape's operations run on.
func (t *Tape) Device() kernels.Device { return t.device }

// Constant puts a copy of host data on the tape. No gradient flows into it.
// It panics if len(data) is not the size of the shape.
func (t *Tape) Constant(data []float32, shape ...int) *Var {
	if len(data) != Size(shape) {
		panic(fmt.Sprintf("autograd: %d values for a constant of shape %s", len(data), text(shape)))
	}
	v := t.next(shape)
	v.value = t.arena.alloc(len(data))
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
// overwriting what was there, unless p is not trained: see [Parameter.Trained].
// The same parameter gives the same Var until the tape is reset.
func (t *Tape) Param(p *Parameter) *Var {
	if p == nil {
		panic("autograd: a nil parameter is put on a tape")
	}
	v, known := t.params[p]
	if v != nil {
		return v
	}
	t.checkDevice(p.Value)
	v = t.next(p.Value.shape)
	v.value = p.Value.buffer
	if t.paused || !p.Trained() {
		return v
	}
	v.grad, v.needsGrad, v.param = p.Grad.buffer, true, p
	if !known {
		t.paramList = append(t.paramList, p)
	}
	t.params[p] = v
	return v
}

// NoGrad runs f without recording: what it computes has no gradient.
func (t *Tape) NoGrad(f func()) {
	if f == nil {
		panic("autograd: NoGrad of a nil function")
	}
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
	case loss == nil:
		panic("autograd: Backward of a nil variable")
	case loss.tape != t:
		panic("autograd: Backward of a variable of another tape")
	case loss.Len() != 1:
		panic(fmt.Sprintf("autograd: Backward of a variable of shape %s; a loss has one value", text(loss.shape)))
	case t.done:
		panic("autograd: Backward called twice; call Reset between steps")
	}
	for _, p := range t.paramList {
		if v := t.params[p]; v != nil && v.grad != p.Grad.buffer {
			panic(fmt.Sprintf("autograd: parameter %s was packed after it was put on the tape; make optimizers before the forward pass", p.Name))
		}
	}
	if loss.needsGrad {
		seed, _ := loss.GradTarget()
		t.device.Fill(seed, 1)
	}
	t.walk()
}

// walk runs, in reverse order, the backward functions of variables that have a
// gradient.
func (t *Tape) walk() {
	t.done, t.walking = true, true
	defer func() { t.walking = false }()
	for i := t.used - 1; i >= 0; i-- {
		if v := t.vars[i]; v.backward != nil && v.hasGrad {
			v.backward()
			t.temp.rewind()
			if t.checks {
				t.checkInputs(i)
			}
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
	t.used, t.done, t.mode = 0, false, undeclared
	t.operations, t.notFinite = t.operations[:0], nil
	t.arena.reset()
	t.temp.reset()
	t.ints.reset()
}

// Free resets the tape and returns its memory to the device.
func (t *Tape) Free() {
	t.Reset()
	t.arena.free()
	t.temp.free()
}

// Result puts the result of an operation on the tape: a variable of the given
// shape with unspecified contents, which needs a gradient if one of inputs does.
// It is how operations are made, in this package and outside it:
//
//	y := tape.Result(x.Shape(), x)
//	dev.Map(kernels.ReLU, y.Value(), x.Value())
//	y.OnBackward(func() {
//		dx, mode := x.GradTarget()
//		dev.MapGrad(kernels.ReLU, dx, y.Grad(), x.Value(), y.Value(), mode)
//	})
//
// It panics if an input is on another tape, naming both devices if they differ.
func (t *Tape) Result(shape []int, inputs ...*Var) *Var {
	y := t.result(shape, inputs...)
	y.value = t.arena.alloc(Size(shape))
	return y
}

// result does the work of Result, but leaves the value of the variable unset.
func (t *Tape) result(shape []int, inputs ...*Var) *Var {
	y := t.next(shape)
	for _, x := range inputs {
		if x == nil {
			panic(nilVariable)
		}
		if x.tape != t {
			panic(mixed(t, x))
		}
		x.uses++
		y.needsGrad = y.needsGrad || x.needsGrad && !t.paused
	}
	t.remember(inputs)
	return y
}

const usedAfterReset = "autograd: a variable is used after its tape was reset"

func mixed(t *Tape, x *Var) string {
	if x.tape == nil {
		return usedAfterReset
	}
	if a, b := t.device, x.tape.device; a != b {
		return fmt.Sprintf("autograd: an operation mixes devices %s and %s; move one tensor with Tensor.To", a.Name(), b.Name())
	}
	return "autograd: an operation mixes variables of two tapes"
}

// Scratch returns a buffer of n elements with unspecified contents. It lives
// until the tape is reset or, when a backward function asks for it, until that
// function returns.
func (t *Tape) Scratch(n int) kernels.Buffer {
	if t.walking {
		return t.temp.alloc(n)
	}
	return t.arena.alloc(n)
}

func (t *Tape) checkDevice(x *Tensor) {
	if x == nil {
		panic("autograd: a nil tensor is put on a tape")
	}
	if x.device != t.device {
		panic(fmt.Sprintf("autograd: a tensor on %s is used on a tape for %s; move it with Tensor.To", x.device.Name(), t.device.Name()))
	}
}

// next puts a variable of the given shape on the tape, without a value. It reuses a Var of
// an earlier step.
func (t *Tape) next(shape []int) *Var {
	if t.used == len(t.vars) {
		t.vars = append(t.vars, &Var{shape: make([]int, 0, 4)})
	}
	v := t.vars[t.used]
	t.used++
	v.tape = t
	v.shape = append(v.shape[:0], shape...)
	return v
}
