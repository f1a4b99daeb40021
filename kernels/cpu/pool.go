package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A pool runs kernels in parts on a fixed set of goroutines. How a kernel is
// divided into parts depends on its sizes alone, each part writes its own
// results, and partial sums are combined in the order of the parts: so results
// are the same, bit for bit, for any number of workers.
//
// The caller works too. A worker that has nothing to do spins for a moment,
// since the next kernel usually follows at once, then sleeps on a channel.
type pool struct {
	// state holds the generation of the newest job in its high half, then
	// whether the job is open, then the number of workers in it. Only a worker
	// that has joined an open job may read body and args; the caller changes
	// them only once the job is closed and the last worker has left.
	state atomic.Uint64
	body  func(a *args, part int)
	args  *args
	parts int32
	next  atomic.Int32 // the next part that nobody has taken

	workers []*worker
	stopped atomic.Bool
	done    sync.WaitGroup
}

const (
	generation = 1 << 32
	open       = 1 << 31
	members    = open - 1
)

// spin is how long an idle worker looks for work before it sleeps: longer than
// the persistence of a batch takes, which comes between two kernels of a step. To
// wake it takes half as long as that.
const spin = 200 * time.Microsecond

type worker struct {
	asleep atomic.Bool
	wake   chan struct{}
}

func newPool(threads int) *pool {
	p := new(pool)
	for range threads - 1 {
		w := &worker{wake: make(chan struct{}, 1)}
		p.workers = append(p.workers, w)
		p.done.Add(1)
		go p.serve(w)
	}
	return p
}

// run calls body(a, part) for each part in [0, parts) and returns when all
// have returned. It is not to be called from within a body.
func (p *pool) run(parts int, body func(a *args, part int), a *args) {
	if parts <= 1 || len(p.workers) == 0 {
		for part := range parts {
			body(a, part)
		}
		return
	}
	p.body, p.args, p.parts = body, a, int32(parts)
	p.next.Store(0)
	p.state.Store(p.state.Load()&^(generation-1) + generation | open)
	for _, w := range p.workers {
		if w.asleep.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
	p.work()
	p.state.And(^uint64(open))
	for i := 0; p.state.Load()&members != 0; i++ {
		if i&63 == 63 {
			runtime.Gosched()
		}
	}
	p.args = nil
}

func (p *pool) work() {
	for {
		part := p.next.Add(1) - 1
		if part >= p.parts {
			return
		}
		p.body(p.args, int(part))
	}
}

func (p *pool) serve(w *worker) {
	defer p.done.Done()
	var seen uint64 // the generation that this worker has worked for
	for !p.stopped.Load() {
		if s, fresh := p.fresh(seen); fresh {
			if p.state.CompareAndSwap(s, s+1) {
				seen = s / generation
				p.work()
				p.state.Add(^uint64(0))
			}
			continue
		}
		if p.await(seen) {
			continue
		}
		w.asleep.Store(true)
		if _, fresh := p.fresh(seen); fresh || p.stopped.Load() {
			if w.asleep.CompareAndSwap(true, false) {
				continue
			}
		}
		<-w.wake
	}
}

// fresh reports whether an open job is there that is not of generation seen.
func (p *pool) fresh(seen uint64) (state uint64, ok bool) {
	state = p.state.Load()
	return state, state&open != 0 && state/generation != seen
}

// await spins until there is something to do, or for as long as is worth while.
func (p *pool) await(seen uint64) bool {
	for start := time.Now(); time.Since(start) < spin; {
		for range 64 {
			if _, fresh := p.fresh(seen); fresh || p.stopped.Load() {
				return true
			}
		}
	}
	return false
}

// stop ends the workers and waits for them.
func (p *pool) stop() {
	p.stopped.Store(true)
	for _, w := range p.workers {
		if w.asleep.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
	p.done.Wait()
}
