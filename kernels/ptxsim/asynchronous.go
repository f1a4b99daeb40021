package ptxsim

import (
	"errors"
	"fmt"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels/gpu"
)

// Copies that the host does not wait for.
//
// A GPU copies from and to page-locked host memory while the host goes on. It may do so at any
// time before the host has waited for the copy. The simulator copies as late as it can, when
// the host waits. A host that reads a destination too early therefore finds what was there
// before, and a host that changes a source too early changes what is copied.

// CopyOutAsync enqueues a copy of len(dst) bytes of device memory at src to dst. The copy writes
// dst when the host waits for it.
func (g *GPU) CopyOutAsync(s gpu.Stream, dst []byte, src gpu.Pointer) error {
	a, offset, err := g.memory.span(uint64(src), len(dst))
	if err != nil {
		return g.refuse("copy out", err)
	}
	return g.enqueue(s, func() error {
		if err := a.inUse(offset, len(dst)); err != nil {
			return fmt.Errorf("ptxsim: copy out: %w", err)
		}
		copy(dst, a.data[offset:])
		return nil
	})
}

// CopyInAsync enqueues a copy of src to device memory at dst. The copy reads src when the host
// waits for it, or for later work on the stream.
func (g *GPU) CopyInAsync(s gpu.Stream, dst gpu.Pointer, src []byte) error {
	a, offset, err := g.memory.span(uint64(dst), len(src))
	if err != nil {
		return g.refuse("copy in", err)
	}
	return g.enqueue(s, func() error {
		if err := a.inUse(offset, len(src)); err != nil {
			return fmt.Errorf("ptxsim: copy in: %w", err)
		}
		copy(a.data[offset:], src)
		a.setDefined(offset, len(src))
		return nil
	})
}

// An Event is a place in the work of a stream.
type Event struct {
	stream gpu.Stream
	end    int // pieces of work on the stream before the event
}

// Record returns the event after all work enqueued on s.
func (g *GPU) Record(s gpu.Stream) (Event, error) {
	if g.lost != nil {
		return Event{}, g.lost
	}
	if int(s) >= len(g.streams) {
		return Event{}, fmt.Errorf("ptxsim: stream %d does not exist", s)
	}
	q := &g.streams[s]
	return Event{s, q.ran + len(q.queue)}, nil
}

// SyncEvent runs the work of the event's stream before the event. It returns errors as Sync
// does.
func (g *GPU) SyncEvent(e Event) error {
	g.waits++
	return g.runUntil(e.stream, e.end)
}

// passed reports whether all work that was queued before the event was recorded has run.
func (g *GPU) passed(e Event) bool {
	return int(e.stream) < len(g.streams) && g.streams[e.stream].ran >= e.end
}

// A transfer implements [gpu.Transfer].
type transfer struct {
	gpu   *GPU
	bytes []byte // poisoned until the copy has run
	event Event
	done  bool // Done was called
}

// StartCopyOut enqueues a copy of size bytes of device memory at src to the host.
func (g *GPU) StartCopyOut(s gpu.Stream, src gpu.Pointer, size int) (gpu.Transfer, error) {
	t := &transfer{gpu: g}
	if n := len(g.transfers); n > 0 {
		t, g.transfers = g.transfers[n-1], g.transfers[:n-1]
	}
	t.bytes, t.done = reuse.Slice(t.bytes, size), false
	t.poison()
	err := g.CopyOutAsync(s, t.bytes, src)
	if err == nil {
		t.event, err = g.Record(s)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (t *transfer) Wait() ([]byte, error) {
	if t.done {
		return nil, errors.New("ptxsim: wait for a transfer after Done")
	}
	return t.bytes, t.gpu.SyncEvent(t.event)
}

func (t *transfer) Done() {
	t.poison()
	t.done = true
	if t.gpu.passed(t.event) { // else the copy may still write the bytes
		t.gpu.transfers = append(t.gpu.transfers, t)
	}
}

func (t *transfer) poison() {
	for i := range t.bytes {
		t.bytes[i] = poison
	}
}
