package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// A Parameter is a tensor that a model keeps from step to step. Training changes its value
// by its gradient, unless it is frozen or has no gradient.
type Parameter struct {
	Name string
	// Value and Grad have the same shape. Grad is nil for a value that no gradient
	// changes, such as the running means of batch normalization.
	Value, Grad *Tensor
	// Frozen keeps the value as it is: [Tape.Param] asks for no gradient, and
	// optimizers skip the parameter. Frozen may change between steps.
	Frozen bool
}

// NewParameter returns a parameter with the given value and a gradient of zeros.
func NewParameter(name string, value *Tensor) *Parameter {
	checkValue(name, value)
	return &Parameter{Name: name, Value: value, Grad: NewTensor(value.device, value.shape...)}
}

// NewUntrained returns a parameter without a gradient.
func NewUntrained(name string, value *Tensor) *Parameter {
	checkValue(name, value)
	return &Parameter{Name: name, Value: value}
}

func checkValue(name string, value *Tensor) {
	if value == nil {
		panic(fmt.Sprintf("autograd: the value of parameter %q is nil", name))
	}
}

// Trained reports whether training changes p now: whether it has a gradient and
// is not frozen.
func (p *Parameter) Trained() bool { return p.Grad != nil && !p.Frozen }

// Free gives the memory of p's tensors back to the device.
func (p *Parameter) Free() {
	p.Value.Free()
	if p.Grad != nil {
		p.Grad.Free()
	}
}

// A Span is a run of parameters whose values lie one after another in memory,
// and so do their gradients: one kernel updates them all.
type Span struct {
	Params        []*Parameter
	Values, Grads kernels.Buffer
}

// Pack moves parameters into two allocations, one of values and one of gradients. All
// parameters must be on one device and have gradients. Parameters that were packed before
// stay where they are, and their spans stay valid. Earlier views of the tensors of a
// parameter that moves become invalid. Such a parameter must not be on a tape whose
// [Tape.Backward] is still to come.
func Pack(params []*Parameter) {
	var loose []*Parameter
	n := 0
	seen := make(map[*Parameter]bool)
	for i, p := range params {
		switch {
		case p == nil:
			panic(fmt.Sprintf("autograd: Pack: parameter %d is nil", i))
		case p.Grad == nil:
			panic(fmt.Sprintf("autograd: Pack of parameter %s, which has no gradient", p.Name))
		case seen[p]:
			panic(fmt.Sprintf("autograd: Pack of parameter %s twice", p.Name))
		}
		seen[p] = true
		for _, t := range [2]*Tensor{p.Value, p.Grad} {
			if dev := params[0].Value.device; t.device != dev {
				panic(fmt.Sprintf("autograd: parameter %s is on %s, others on %s", p.Name, t.device.Name(), dev.Name()))
			}
		}
		if p.Value.pack == nil {
			loose = append(loose, p)
			n += p.Value.Len()
		}
	}
	if n == 0 {
		return
	}
	dev := params[0].Value.device
	k := &pack{dev, dev.Alloc(n), dev.Alloc(n), 2 * len(loose)}
	at := 0
	for _, p := range loose {
		end := at + p.Value.Len()
		p.Value.moveTo(k, k.values.Slice(at, end))
		p.Grad.moveTo(k, k.grads.Slice(at, end))
		at = end
	}
}

// Spans divides the parameters, in their order, into as few spans as possible. All
// parameters must have gradients.
func Spans(params []*Parameter) []Span {
	var spans []Span
	for _, p := range params {
		if last := len(spans) - 1; last >= 0 {
			values, ok := join(spans[last].Values, p.Value.buffer)
			grads, ok2 := join(spans[last].Grads, p.Grad.buffer)
			if ok && ok2 {
				spans[last] = Span{append(spans[last].Params, p), values, grads}
				continue
			}
		}
		spans = append(spans, Span{[]*Parameter{p}, p.Value.buffer, p.Grad.buffer})
	}
	return spans
}

// join returns a and b as one buffer, false if b does not begin where a ends.
func join(a, b kernels.Buffer) (kernels.Buffer, bool) {
	if a.Memory() == nil || a.Memory() != b.Memory() || a.Offset()+a.Len() != b.Offset() {
		return kernels.Buffer{}, false
	}
	return kernels.NewBuffer(a.Memory(), a.Offset(), a.Len()+b.Len()), true
}

// A pack is the memory of parameters that were packed together.
type pack struct {
	device        kernels.Device
	values, grads kernels.Buffer
	tensors       int // number of tensors in this memory that are not freed
}

// release counts a tensor of the pack as freed. The last one frees the memory.
func (k *pack) release() {
	if k.tensors--; k.tensors == 0 {
		k.device.Free(k.values)
		k.device.Free(k.grads)
	}
}

// moveTo moves t into a part of a pack.
func (t *Tensor) moveTo(k *pack, part kernels.Buffer) {
	t.device.Copy(part, t.buffer)
	t.Free()
	t.buffer, t.pack = part, k
}
