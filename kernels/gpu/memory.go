package gpu

import (
	"errors"
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
)

// memory is one allocation of device memory. It implements [kernels.Memory].
type memory struct {
	device  *Device
	pointer Pointer
	size    int  // capacity in elements of 4 bytes
	free    bool // whether the pool holds it
}

func (m *memory) Device() kernels.Device { return m.device }

// A pool holds the allocations that Free was called for, by size in elements. Alloc
// may reuse them immediately: a device has one stream, so kernels that read the old
// contents run before kernels that overwrite them.
type pool struct {
	free map[int][]*memory
}

// granule is the size of the smallest allocation in elements: 256 bytes, the alignment
// of Driver.Alloc.
const granule = 64

// maxElements is the largest buffer length: kernels index elements with 31 bits.
const maxElements = math.MaxInt32

// Alloc returns a buffer of n elements with unspecified contents. It reuses a
// freed allocation of the same size class if the pool has one.
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

// reserve allocates driver memory. If the driver has none left, reserve releases
// the pool and tries again.
func (d *Device) reserve(bytes int) Pointer {
	p, err := d.driver.Alloc(bytes)
	if errors.Is(err, ErrOutOfMemory) {
		d.release()
		p, err = d.driver.Alloc(bytes)
	}
	d.fail(err)
	return p
}

// release returns the pool's allocations to the driver.
func (d *Device) release() {
	for size, spare := range d.memory.free {
		for _, m := range spare {
			d.fail(d.driver.Free(m.pointer))
		}
		delete(d.memory.free, size)
	}
}

// recycle reports to a [Recycler] that the first n elements of m are in use.
func (d *Device) recycle(m *memory, n int) {
	if r, ok := d.driver.(Recycler); ok && d.err == nil {
		d.fail(r.Recycle(d.stream, m.pointer, 4*n))
	}
}

// sizeClass rounds n elements up to a size class, so that buffers of similar lengths can
// reuse each other's allocations. Classes are multiples of 64 elements up to 1024, and
// then 8 to each doubling. Beyond 512 elements less than an eighth of an allocation is
// unused.
func sizeClass(n int) int {
	step := granule
	for step*16 < n {
		step *= 2
	}
	return max(step, (n+step-1)/step*step)
}

// Free returns the buffer's allocation to the pool.
func (d *Device) Free(b kernels.Buffer) {
	if b.Memory() == nil || d.memory.free == nil { // Close has released everything
		return
	}
	m := d.own(b)
	m.free = true
	if m.pointer == 0 {
		return // Alloc had failed
	}
	d.recycle(m, 0)
	d.memory.free[m.size] = append(d.memory.free[m.size], m)
}

// own returns the allocation of a buffer. It panics if the buffer belongs to
// another device or has been freed.
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

// pointer returns the address of a buffer of this device, 0 for the zero Buffer.
func (d *Device) pointer(b kernels.Buffer) Pointer {
	if b.Memory() == nil {
		return 0
	}
	return d.own(b).pointer + Pointer(4*b.Offset())
}

// Origin describes the instruction that stored element i of a buffer: its kernel,
// file and line. It returns "" if no kernel stored the element, or if the driver is
// no [Tracer].
func (d *Device) Origin(b kernels.Buffer, i int) string {
	t, ok := d.driver.(Tracer)
	if !ok {
		return ""
	}
	return t.Writer(d.pointer(b.Slice(i, i+1)))
}

// span returns a buffer's address as a kernel argument.
func (d *Device) span(b kernels.Buffer) Arg { return Ptr(d.pointer(b)) }
