package autograd

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

// A Tensor is a dense, row-major array of float32 values on a device. A tensor
// of rank 0 holds one value.
type Tensor struct {
	shape  []int
	buffer kernels.Buffer
	device kernels.Device
	owner  bool  // whether buffer is an allocation of its own
	pack   *pack // the pack that buffer is a part of, or nil
}

// allocate returns a tensor with unspecified contents.
func allocate(dev kernels.Device, shape []int) *Tensor {
	if dev == nil {
		panic("autograd: a tensor of shape " + text(shape) + " on a nil device")
	}
	return &Tensor{append([]int{}, shape...), dev.Alloc(Size(shape)), dev, true, nil}
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
// It panics if a length is negative, or if an int does not hold the number.
func Size(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 {
			panic(fmt.Sprintf("autograd: negative length in shape %s", text(shape)))
		}
		if d > 0 && n > math.MaxInt/d {
			panic(fmt.Sprintf("autograd: shape %s has more elements than an int holds", text(shape)))
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
	return &Tensor{append([]int{}, shape...), t.buffer, t.device, false, nil}
}

// Free gives t's memory back to the device. The memory of packed parameters goes
// back when the last of them is freed. Freeing a view does nothing. Neither t nor
// views of it may be used afterwards.
func (t *Tensor) Free() {
	switch {
	case t.owner:
		t.device.Free(t.buffer)
	case t.pack != nil:
		t.pack.release()
	}
	t.buffer, t.owner, t.pack = kernels.Buffer{}, false, nil
}
