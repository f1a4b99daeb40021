//go:build cuda

package cuda

import (
	"errors"
	"fmt"
	"math/bits"
	"unsafe"

	"github.com/barnex/cuda5/cu"

	"github.com/topogen/topogen/kernels/gpu"
)

// A transfer is a copy to page-locked host memory, with an event behind it. It implements
// [gpu.Transfer].
//
// Problem: cuMemcpyDtoHAsync to pageable memory waits, and cuStreamSynchronize waits for all
// work of the stream, also for work enqueued after the copy.
// Idea: copy to page-locked memory, and record an event behind the copy. The host waits for
// the event.
// Invariant: a stream runs its work in order, so the GPU reaches the event after the copy, and
// CUDA promises a host that has waited for the event that it sees the bytes. Memory and event
// serve another transfer only after such a wait.
type transfer struct {
	driver *driver
	memory []byte // page-locked, a power of two in length
	size   int    // number of bytes that the copy writes
	event  event
	waited bool
}

// leastTransfer is the size in bytes of the smallest memory of a transfer.
const leastTransfer = 4 << 10

func (d *driver) StartCopyOut(s gpu.Stream, src gpu.Pointer, size int) (gpu.Transfer, error) {
	stream, err := d.stream(s)
	switch {
	case err != nil || d.lost != nil:
		return nil, errors.Join(err, d.lost)
	case size <= 0:
		return nil, fmt.Errorf("cuda: copy of %d bytes to the host", size)
	}
	t, err := d.newTransfer(size)
	if err != nil {
		return nil, err
	}
	err = d.call("cuMemcpyDtoHAsync", func() {
		cu.MemcpyDtoHAsync(unsafe.Pointer(&t.memory[0]), cu.DevicePtr(src), int64(size), stream)
	})
	if err == nil {
		err = d.call("cuEventRecord", func() { t.event.record(stream) })
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// newTransfer returns a transfer with room for size bytes: one that is done, or a new one.
func (d *driver) newTransfer(size int) (*transfer, error) {
	room := max(leastTransfer, 1<<bits.Len(uint(size-1)))
	spare := d.transfers[room]
	if n := len(spare); n > 0 {
		t := spare[n-1]
		d.transfers[room] = spare[:n-1]
		t.size, t.waited = size, false
		return t, nil
	}
	t := &transfer{driver: d, size: size}
	err := d.call("cuMemAllocHost", func() { t.memory = unsafe.Slice((*byte)(cu.MemAllocHost(int64(room))), room) })
	if err == nil {
		err = d.call("cuEventCreate", func() { t.event = newEvent() })
	}
	return t, err
}

func (t *transfer) Wait() ([]byte, error) {
	err := t.driver.call("cuEventSynchronize", t.event.synchronize)
	t.waited = err == nil
	return t.memory[:t.size], err
}

// Done keeps memory and event for another transfer. Without a wait before, the GPU may still
// write the memory; then they stay unused until the driver is closed.
func (t *transfer) Done() {
	if d := t.driver; t.waited {
		d.transfers[len(t.memory)] = append(d.transfers[len(t.memory)], t)
	}
}
