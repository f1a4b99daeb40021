//go:build cudasim

package simulated

/*
#cgo CFLAGS: -I${SRCDIR}/../include
#include <stdlib.h>
*/
import "C"

import (
	"unsafe"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// Copies between device and host, and events.

// A span is a range of host memory.
type span struct {
	from unsafe.Pointer
	size int
}

// isLocked reports whether a range of host memory is page-locked as a whole.
func (c *context) isLocked(from unsafe.Pointer, size int) bool {
	for _, l := range c.locked {
		if uintptr(from) >= uintptr(l.from) && uintptr(from)+uintptr(size) <= uintptr(l.from)+uintptr(l.size) {
			return true
		}
	}
	return false
}

// simAllocHost allocates page-locked memory, which holds a pattern at first.
//
//export simAllocHost
func simAllocHost(handle unsafe.Pointer, p *unsafe.Pointer, size C.size_t) C.int {
	return locked(handle, func(c *context) C.int {
		*p = C.malloc(size)
		memory := unsafe.Slice((*byte)(*p), int(size))
		for i := range memory {
			memory[i] = 0xfb
		}
		c.locked = append(c.locked, span{*p, int(size)})
		return success
	})
}

// Page-locked memory is read and written when the stream comes to the copy. Pageable memory
// has been read, or the stream waited for, when the call returns.

//export simCopyIn
func simCopyIn(handle, stream unsafe.Pointer, dst C.ulonglong, src unsafe.Pointer, size C.size_t) C.int {
	return onStream(handle, stream, func(c *context, s gpu.Stream) error {
		enqueue := c.gpu.CopyIn
		if c.isLocked(src, int(size)) {
			enqueue = c.gpu.CopyInAsync
		}
		return enqueue(s, gpu.Pointer(dst), unsafe.Slice((*byte)(src), int(size)))
	})
}

//export simCopyOut
func simCopyOut(handle, stream, dst unsafe.Pointer, src C.ulonglong, size C.size_t) C.int {
	return onStream(handle, stream, func(c *context, s gpu.Stream) error {
		copyOut := c.gpu.CopyOut
		if c.isLocked(dst, int(size)) {
			copyOut = c.gpu.CopyOutAsync
		}
		return copyOut(s, unsafe.Slice((*byte)(dst), int(size)), gpu.Pointer(src))
	})
}

//export simEventCreate
func simEventCreate(handle unsafe.Pointer, event *unsafe.Pointer) C.int {
	return locked(handle, func(c *context) C.int {
		*event = newHandle()
		c.events[*event] = ptxsim.Event{}
		return success
	})
}

//export simEventRecord
func simEventRecord(handle, event, stream unsafe.Pointer) C.int {
	return onStream(handle, stream, func(c *context, s gpu.Stream) (err error) {
		c.events[event], err = c.gpu.Record(s)
		return err
	})
}

// simEventSynchronize waits for an event. An event that was never recorded is reached.
//
//export simEventSynchronize
func simEventSynchronize(handle, event unsafe.Pointer) C.int {
	return locked(handle, func(c *context) C.int {
		e, ok := c.events[event]
		if !ok {
			return invalidHandle
		}
		return c.code(c.gpu.SyncEvent(e), invalidValue)
	})
}
