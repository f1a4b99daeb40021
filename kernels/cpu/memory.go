package cpu

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/internal/check"
)

// A memory is one allocation of a device. Its size is a multiple of a cache line.
type memory struct {
	device *Device
	data   []float32
	free   bool // the memory waits in Device.free for the next Alloc
}

// Device implements kernels.Memory.
func (m *memory) Device() kernels.Device { return m.device }

// Alloc returns a buffer of n elements. It reuses freed memory of the same size class if
// there is any, with its old contents. Otherwise it allocates memory filled with zeros.
func (d *Device) Alloc(n int) kernels.Buffer {
	if n < 0 {
		panic(fmt.Sprintf("cpu: Alloc of %d elements", n))
	}
	size := sizeClass(n)
	if spare := d.free[size]; len(spare) > 0 {
		m := spare[len(spare)-1]
		d.free[size] = spare[:len(spare)-1]
		m.free = false
		return kernels.NewBuffer(m, 0, n)
	}
	return kernels.NewBuffer(&memory{device: d, data: aligned.Make(size)}, 0, n)
}

// sizeClass returns the number of elements to allocate for a buffer of n elements: n
// rounded up to a multiple of a power of two. The power grows with n, so that buffers of
// similar size reuse each other's memory, and at most an eighth of a large allocation is
// wasted.
func sizeClass(n int) int {
	step := aligned.LineFloats
	for step*16 < n {
		step *= 2
	}
	return max(step, ceilDiv(n, step)*step)
}

// Free makes the buffer's memory available to later calls of Alloc.
func (d *Device) Free(b kernels.Buffer) {
	if b.Memory() == nil || d.free == nil { // nothing is kept after Close
		return
	}
	m := d.own(b)
	m.free = true
	d.free[len(m.data)] = append(d.free[len(m.data)], m)
}

// own returns the memory of a buffer. It panics if the buffer belongs to another device
// or has been freed.
func (d *Device) own(b kernels.Buffer) *memory {
	m, ok := b.Memory().(*memory)
	if !ok || m.device != d {
		panic(fmt.Sprintf("cpu: a buffer of %s is used on %s", b.Device().Name(), d.Name()))
	}
	if m.free {
		panic("cpu: a buffer is used after Free")
	}
	return m
}

// span returns the elements of a buffer of this device as a slice, or nil for the zero
// Buffer.
func (d *Device) span(b kernels.Buffer) []float32 {
	if b.Memory() == nil {
		return nil
	}
	return d.own(b).data[b.Offset() : b.Offset()+b.Len() : b.Offset()+b.Len()]
}

// Host returns the elements of b, without a copy.
func (d *Device) Host(b kernels.Buffer) []float32 { return d.span(b) }

// Write copies src from the host's memory to dst, which must have the same length.
func (d *Device) Write(dst kernels.Buffer, src []float32) {
	check.Len("Write", "source", len(src), dst.Len())
	copy(d.span(dst), src)
}

// Read copies src to dst in the host's memory, which must have the same length. If New has
// failed, Read copies nothing and returns the error of New.
func (d *Device) Read(dst []float32, src kernels.Buffer) error {
	check.Len("Read", "destination", len(dst), src.Len())
	if d.err != nil {
		return d.err
	}
	copy(dst, d.span(src))
	return nil
}
