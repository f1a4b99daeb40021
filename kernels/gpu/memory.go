package gpu

import (
	"errors"
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

// memory is one allocation of a device.
type memory struct {
	device  *Device
	pointer Pointer
	size    int // elements there is room for
	free    bool
}

func (m *memory) Device() kernels.Device { return m.device }

// A pool keeps the memory that was freed, by size. All work of a device is
// enqueued on one stream, so that memory can be used again at once: what still
// reads it runs before what will write it.
type pool struct {
	free map[int][]*memory
}

const granule = 64 // elements: 256 bytes, as drivers align

// maxElements is how many elements kernels can count.
const maxElements = math.MaxInt32

// Alloc returns a span of n elements, of memory freed before if some fits.
func (d *Device) Alloc(n int) kernels.Buffer {
	if n < 0 {
		panic(fmt.Sprintf("gpu: Alloc of %d elements", n))
	}
	if n > maxElements {
		d.fail(fmt.Errorf("alloc: %d elements; a buffer holds %d", n, maxElements))
	}
	size := sizeClass(n)
	var m *memory
	if spare := d.memory.free[size]; len(spare) > 0 {
		m = spare[len(spare)-1]
		d.memory.free[size] = spare[:len(spare)-1]
		m.free = false
	} else {
		m = &memory{device: d, size: size}
		if d.err == nil {
			m.pointer = d.reserve(4 * size)
		}
	}
	d.recycle(m, n)
	return kernels.NewBuffer(m, 0, n)
}

// reserve asks the driver for memory; where there is none left it returns what
// the pool keeps and asks again.
func (d *Device) reserve(bytes int) Pointer {
	p, err := d.driver.Alloc(bytes)
	if errors.Is(err, ErrOutOfMemory) {
		d.release()
		p, err = d.driver.Alloc(bytes)
	}
	d.fail(err)
	return p
}

// release gives the pool's memory back to the driver.
func (d *Device) release() {
	for size, spare := range d.memory.free {
		for _, m := range spare {
			d.fail(d.driver.Free(m.pointer))
		}
		delete(d.memory.free, size)
	}
}

// recycle tells a driver that checks accesses how much of m is in use.
func (d *Device) recycle(m *memory, n int) {
	if r, ok := d.driver.(Recycler); ok && d.err == nil {
		d.fail(r.Recycle(d.stream, m.pointer, 4*n))
	}
}

// sizeClass rounds up so that at most an eighth is wasted and sizes that
// differ little share their memory.
func sizeClass(n int) int {
	step := granule
	for step*16 < n {
		step *= 2
	}
	return max(step, (n+step-1)/step*step)
}

// Free keeps the buffer's memory for a later Alloc.
func (d *Device) Free(b kernels.Buffer) {
	if b.Memory() == nil || d.memory.free == nil { // after Close there is nothing to keep
		return
	}
	m := d.own(b)
	m.free = true
	if m.pointer == 0 {
		return // an allocation that failed
	}
	d.recycle(m, 0)
	d.memory.free[m.size] = append(d.memory.free[m.size], m)
}

func (d *Device) own(b kernels.Buffer) *memory {
	m, ok := b.Memory().(*memory)
	if !ok || m.device != d {
		panic(fmt.Sprintf("gpu: a buffer of %s is used on %s", b.Device().Name(), d.name))
	}
	if m.free {
		panic("gpu: a buffer is used after Free")
	}
	return m
}

// pointer returns the address of a buffer of this device.
func (d *Device) pointer(b kernels.Buffer) Pointer {
	if b.Memory() == nil {
		return 0
	}
	return d.own(b).pointer + Pointer(4*b.Offset())
}

// Origin says which instruction of which kernel stored an element of a buffer, with
// its file and line, where the driver is a [Tracer]: "" if it is not, or no kernel
// has stored it.
func (d *Device) Origin(b kernels.Buffer, i int) string {
	t, ok := d.driver.(Tracer)
	if !ok {
		return ""
	}
	return t.Writer(d.pointer(b.Slice(i, i+1)))
}

// span returns a buffer's address as an argument of a kernel.
func (d *Device) span(b kernels.Buffer) Arg { return Ptr(d.pointer(b)) }
