package ptxsim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/topogen/topogen/kernels/gpu"
)

// A stream holds enqueued work, which runs when the host waits for the stream, or when the
// queue is full. A host that copies out on one stream, and forgets to wait for another that
// computes the values, therefore reads old contents of memory, with any timing.
type stream struct {
	queue []func() error
	ran   int // pieces of work that have left the queue
}

// maxQueue bounds the length of a queue, and so the host memory that enqueued copies take.
const maxQueue = 1024

// enqueue appends work to stream s. If the queue is then full, it runs all of the queue and
// returns the error of Sync.
func (g *GPU) enqueue(s gpu.Stream, work func() error) error {
	if g.lost != nil {
		return g.lost
	}
	if int(s) >= len(g.streams) {
		return fmt.Errorf("ptxsim: stream %d does not exist", s)
	}
	q := &g.streams[s]
	q.queue = append(q.queue, work)
	if len(q.queue) >= maxQueue {
		return g.runUntil(s, everything)
	}
	return nil
}

// Sync runs the work enqueued on s, up to the first error. An error means that the GPU is
// lost: this call and every later call return the error.
func (g *GPU) Sync(s gpu.Stream) error {
	g.waits++
	return g.runUntil(s, everything)
}

// everything is an end for runUntil that leaves no work in the queue.
const everything = math.MaxInt

// runUntil runs the work in the queue of s, up to the first error, until end pieces of work
// have run on the stream since it was made. Later pieces stay in the queue.
func (g *GPU) runUntil(s gpu.Stream, end int) error {
	if g.lost != nil {
		return g.lost
	}
	if int(s) >= len(g.streams) {
		return fmt.Errorf("ptxsim: stream %d does not exist", s)
	}
	q := &g.streams[s]
	run := min(len(q.queue), max(0, end-q.ran))
	for i, work := range q.queue[:run] {
		q.queue[i] = nil
		if err := work(); err != nil {
			g.lost = err
			q.queue = nil
			return err
		}
	}
	q.queue, q.ran = slices.Delete(q.queue, 0, run), q.ran+run
	return nil
}

// SyncContext runs the work enqueued on s, as Sync does. When ctx is cancelled, it stops the
// running kernel, which leaves memory half written, and returns an error that wraps
// context.Cause(ctx). The GPU is lost if a kernel was stopped. If ctx is cancelled before
// the call, no work runs and the GPU is not lost.
func (g *GPU) SyncContext(ctx context.Context, s gpu.Stream) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ptxsim: %w", context.Cause(ctx))
	}
	stop := new(atomic.Bool)
	defer context.AfterFunc(ctx, func() { stop.Store(true) })()
	g.stop = stop
	defer func() { g.stop = nil }()
	err := g.Sync(s)
	if err != nil && stop.Load() {
		return fmt.Errorf("%w: %w", err, context.Cause(ctx))
	}
	return err
}

// SyncAll runs the work enqueued on all streams, one stream after another.
func (g *GPU) SyncAll() error {
	g.waits++
	for s := range g.streams {
		if err := g.runUntil(gpu.Stream(s), everything); err != nil {
			return err
		}
	}
	return g.lost
}

// NewStream returns a new stream. The error is nil unless the GPU is lost.
func (g *GPU) NewStream() (gpu.Stream, error) {
	g.streams = append(g.streams, stream{})
	return gpu.Stream(len(g.streams) - 1), g.lost
}

// Close runs all enqueued work and frees all memory. It returns the error of the work. Later
// calls fail.
func (g *GPU) Close() error {
	err := g.SyncAll()
	g.memory = newMemory(0, false, false)
	g.streams = g.streams[:1]
	if g.lost == nil {
		g.lost = fmt.Errorf("ptxsim: the GPU is closed")
	}
	return err
}

// CopyIn enqueues a copy of src to dst. The caller may change src after the call.
func (g *GPU) CopyIn(s gpu.Stream, dst gpu.Pointer, src []byte) error {
	a, offset, err := g.memory.span(uint64(dst), len(src))
	if err != nil {
		return g.refuse("copy in", err)
	}
	data := append([]byte(nil), src...)
	return g.enqueue(s, func() error {
		if err := a.inUse(offset, len(data)); err != nil {
			return fmt.Errorf("ptxsim: copy in: %w", err)
		}
		copy(a.data[offset:], data)
		a.setDefined(offset, len(data))
		return nil
	})
}

// CopyOut waits for stream s and copies len(dst) bytes at src to dst.
func (g *GPU) CopyOut(s gpu.Stream, dst []byte, src gpu.Pointer) error {
	g.waits++
	if err := g.runUntil(s, everything); err != nil {
		return err
	}
	a, offset, err := g.memory.span(uint64(src), len(dst))
	if err != nil {
		return g.refuse("copy out", err)
	}
	if err := a.inUse(offset, len(dst)); err != nil {
		return g.refuse("copy out", err)
	}
	copy(dst, a.data[offset:])
	return nil
}

// Copy enqueues a copy of size bytes within the GPU's memory. The spans must not overlap.
func (g *GPU) Copy(s gpu.Stream, dst, src gpu.Pointer, size int) error {
	to, toOffset, err := g.memory.span(uint64(dst), size)
	if err != nil {
		return g.refuse("copy to", err)
	}
	from, fromOffset, err := g.memory.span(uint64(src), size)
	if err != nil {
		return g.refuse("copy from", err)
	}
	if from == to && fromOffset < toOffset+size && toOffset < fromOffset+size && size > 0 {
		return g.refuse("copy", fmt.Errorf("%d bytes at %#x overlap those at %#x", size, src, dst))
	}
	return g.enqueue(s, func() error {
		if err := errors.Join(to.inUse(toOffset, size), from.inUse(fromOffset, size)); err != nil {
			return fmt.Errorf("ptxsim: copy: %w", err)
		}
		copy(to.data[toOffset:toOffset+size], from.data[fromOffset:])
		copyDefined(to, toOffset, from, fromOffset, size)
		return nil
	})
}

// Fill enqueues work that sets the count 32-bit words from address dst on to word.
func (g *GPU) Fill(s gpu.Stream, dst gpu.Pointer, word uint32, count int) error {
	a, offset, err := g.memory.span(uint64(dst), 4*count)
	switch {
	case err != nil:
		return g.refuse("fill", err)
	case offset%4 != 0:
		return g.refuse("fill", fmt.Errorf("address %#x is not a multiple of 4", dst))
	}
	return g.enqueue(s, func() error {
		if err := a.inUse(offset, 4*count); err != nil {
			return fmt.Errorf("ptxsim: fill: %w", err)
		}
		for i := offset; i < offset+4*count; i += 4 {
			a.data[i], a.data[i+1], a.data[i+2], a.data[i+3] = byte(word), byte(word>>8), byte(word>>16), byte(word>>24)
		}
		a.setDefined(offset, 4*count)
		return nil
	})
}

// Recycle enqueues work that marks the allocation at p for a new use of its first size
// bytes: the allocation then counts as unwritten, and accesses beyond size are out of
// bounds.
func (g *GPU) Recycle(s gpu.Stream, p gpu.Pointer, size int) error {
	return g.enqueue(s, func() error {
		if err := g.memory.recycle(uint64(p), size); err != nil {
			return fmt.Errorf("ptxsim: %w", err)
		}
		return nil
	})
}

// refuse returns the error of a call whose arguments are wrong, as err says. If the GPU is
// lost, it returns the error that lost the GPU instead.
func (g *GPU) refuse(call string, err error) error {
	if g.lost != nil {
		return g.lost
	}
	return fmt.Errorf("ptxsim: %s: %w", call, err)
}
