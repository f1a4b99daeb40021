package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// A Tensor is a dense, row-major array of float32 values on a device. A tensor
// of rank 0 holds one value.
type Tensor struct {
	shape  []int
	buffer kernels.Buffer
	device kernels.Device
	owner  bool // buffer is an allocation of its own
}

// allocate returns a tensor with unspecified contents.
func allocate(dev kernels.Device, shape []int) *Tensor {
	return &Tensor{append([]int{}, shape...), dev.Alloc(Size(shape)), dev, true}
}

// NewTensor returns a tensor of zeros on dev.
func NewTensor(dev kernels.Device, shape ...int) *Tensor {
	t := allocate(dev, shape)
	dev.Fill(t.buffer, 0)
	return t
}

// TensorOf returns a tensor on dev with a copy of data in row-major order.
// It panics if len(data) is not the size of the shape.
func TensorOf(dev kernels.Device, data []float32, shape ...int) *Tensor {
	if len(data) != Size(shape) {
		panic(fmt.Sprintf("autograd: %d values for a tensor of shape %s", len(data), text(shape)))
	}
	t := allocate(dev, shape)
	dev.Write(t.buffer, data)
	return t
}

// Size returns the number of elements of a shape, 1 for the empty shape.
// It panics if a length is negative.
func Size(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 {
			panic(fmt.Sprintf("autograd: negative length in shape %s", text(shape)))
		}
		n *= d
	}
	return n
}

// text formats a shape for a panic. The copy keeps shapes that are passed down
// to a panic from escaping to the heap when there is none.
func text(shape []int) string { return fmt.Sprint(append([]int(nil), shape...)) }

// Shape returns the lengths of t's axes. The caller must not change it.
func (t *Tensor) Shape() []int { return t.shape }

// Len returns the number of elements.
func (t *Tensor) Len() int { return t.buffer.Len() }

// Device returns the device that holds t.
func (t *Tensor) Device() kernels.Device { return t.device }

// Buffer returns t's elements, for kernels.
func (t *Tensor) Buffer() kernels.Buffer { return t.buffer }

// Write copies data, of t's length, into t.
func (t *Tensor) Write(data []float32) { t.device.Write(t.buffer, data) }

// Read waits for t's value and copies it into dst, of t's length.
func (t *Tensor) Read(dst []float32) error { return t.device.Read(dst, t.buffer) }

// Values waits for t's value and returns a copy.
func (t *Tensor) Values() ([]float32, error) {
	v := make([]float32, t.Len())
	return v, t.Read(v)
}

// To returns a copy of t on dev, by way of the host.
func (t *Tensor) To(dev kernels.Device) (*Tensor, error) {
	v, err := t.Values()
	if err != nil {
		return nil, fmt.Errorf("autograd: moving a tensor from %s to %s: %w", t.device.Name(), dev.Name(), err)
	}
	return TensorOf(dev, v, t.shape...), nil
}

// View returns a tensor that shares t's elements under another shape of equal size.
func (t *Tensor) View(shape ...int) *Tensor {
	if Size(shape) != t.Len() {
		panic(fmt.Sprintf("autograd: view of shape %s as %s", text(t.shape), text(shape)))
	}
	return &Tensor{append([]int{}, shape...), t.buffer, t.device, false}
}

// Free gives t's memory back to the device, unless t is a view or a packed
// parameter. Neither t nor views of it may be used afterwards.
func (t *Tensor) Free() {
	if t.owner {
		t.device.Free(t.buffer)
		t.owner = false
	}
	t.buffer = kernels.Buffer{}
}

// A Parameter is a tensor that training changes, together with its gradient.
// It outlives the tapes that it is used on.
type Parameter struct {
	Name        string
	Value, Grad *Tensor // of one shape
}

// NewParameter returns a parameter with the given value and a gradient of zeros.
func NewParameter(name string, value *Tensor) *Parameter {
	return &Parameter{name, value, NewTensor(value.device, value.shape...)}
}

// Pack moves the parameters, all on one device, into two contiguous spans, one
// of values and one of gradients, which it returns: the parameters become views
// of them, so that an optimizer updates all in one kernel. Views of a
// parameter's tensors that were taken before do not follow.
func Pack(params []*Parameter) (values, grads kernels.Buffer) {
	n := 0
	for _, p := range params {
		n += p.Value.Len()
	}
	if n == 0 {
		return kernels.Buffer{}, kernels.Buffer{}
	}
	dev := params[0].Value.device
	values, grads = dev.Alloc(n), dev.Alloc(n)
	at := 0
	for _, p := range params {
		for _, move := range []struct {
			t    *Tensor
			span kernels.Buffer
		}{{p.Value, values}, {p.Grad, grads}} {
			if move.t.device != dev {
				panic(fmt.Sprintf("autograd: parameter %s is on %s, others on %s", p.Name, move.t.device.Name(), dev.Name()))
			}
			view := move.span.Slice(at, at+move.t.Len())
			dev.Copy(view, move.t.buffer)
			move.t.Free()
			move.t.buffer = view
		}
		at += p.Value.Len()
	}
	return values, grads
}
