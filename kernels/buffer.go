package kernels

import "fmt"

// A Buffer is a span of float32 values in the memory of a device. Copying or slicing a
// Buffer copies no values. The zero Buffer is empty and belongs to no device.
type Buffer struct {
	mem    Memory
	offset int // elements of mem before the span
	length int // in elements
}

// Memory is one allocation of a device. Each kind of device has its own type.
type Memory interface {
	// Device returns the device that owns the allocation.
	Device() Device
}

// NewBuffer returns the span [offset, offset+length) of an allocation, in elements. Only
// implementations of [Device] need it.
func NewBuffer(mem Memory, offset, length int) Buffer {
	return Buffer{mem, offset, length}
}

// Len returns the number of elements.
func (b Buffer) Len() int { return b.length }

// Slice returns the span of elements [i, j), in the same memory.
// It panics unless 0 ≤ i ≤ j ≤ b.Len().
func (b Buffer) Slice(i, j int) Buffer {
	if i < 0 || j < i || j > b.length {
		panic(fmt.Sprintf("kernels: slice [%d:%d] of a buffer of %d elements", i, j, b.length))
	}
	return Buffer{b.mem, b.offset + i, j - i}
}

// Memory returns the allocation that holds b, or nil for the zero Buffer.
func (b Buffer) Memory() Memory { return b.mem }

// Offset returns the index of b's first element in its allocation.
func (b Buffer) Offset() int { return b.offset }

// Device returns the device that owns b, or nil for the zero Buffer.
func (b Buffer) Device() Device {
	if b.mem == nil {
		return nil
	}
	return b.mem.Device()
}
