package cpu

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A pool runs kernels in parts on a fixed set of goroutines. Where sums are cut
// depends on a kernel's sizes alone, each part writes its own results, and partial
// sums are combined in the order of the parts: so results are the same, bit for
// bit, for any number of workers.
//
// Each worker has its share of the parts, one run of them, and the same share of
// every kernel: what it has computed of a batch it is likely to need next, and to
// find near. Who is done with his own takes from the ends of others' shares.
//
// The caller works too. A worker that has nothing to do spins for a moment,
// since the next kernel usually follows at once, then sleeps on a channel.
type pool struct {
	// state holds the generation of the newest job in its high half, then
	// whether the job is open, then the number of workers in it. Only a worker
	// that has joined an open job may read body and args; the caller changes
	// them only once the job is closed and the last worker has left.
	state   atomic.Uint64
	body    func(a *args, part int)
	args    *args
	workers []*worker // the first is the caller
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
	share  share
	args   args // of the job that it is in
	asleep atomic.Bool
	wake   chan struct{}
}

// A share is parts that nobody has taken: the first and the end of a run, each in
// half of a word.
type share struct{ parts atomic.Uint64 }

func (s *share) set(first, end int) { s.parts.Store(uint64(first)<<32 | uint64(end)) }

// takeFirst takes the first part, −1 if there is none.
func (s *share) takeFirst() int {
	for {
		parts := s.parts.Load()
		first, end := parts>>32, parts&math.MaxUint32
		if first >= end {
			return -1
		}
		if s.parts.CompareAndSwap(parts, parts+1<<32) {
			return int(first)
		}
	}
}

// takeLast takes the last part, −1 if there is none.
func (s *share) takeLast() int {
	for {
		parts := s.parts.Load()
		first, end := parts>>32, parts&math.MaxUint32
		if first >= end {
			return -1
		}
		if s.parts.CompareAndSwap(parts, parts-1) {
			return int(end) - 1
		}
	}
}

func newPool(threads int) *pool {
	p := new(pool)
	for range threads {
		p.workers = append(p.workers, &worker{wake: make(chan struct{}, 1)})
	}
	for i := 1; i < threads; i++ {
		p.done.Add(1)
		go p.serve(i)
	}
	return p
}

// run calls body(a, part) for each part in [0, parts) and returns when all
// have returned. It is not to be called from within a body.
func (p *pool) run(parts int, body func(a *args, part int), a *args) {
	if parts <= 1 || len(p.workers) == 1 {
		for part := range parts {
			body(a, part)
		}
		return
	}
	p.body, p.args = body, a
	for i, w := range p.workers {
		w.share.set(i*parts/len(p.workers), (i+1)*parts/len(p.workers))
	}
	p.state.Store(p.state.Load()&^(generation-1) + generation | open)
	for _, w := range p.workers {
		if w.asleep.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
	p.work(0)
	p.state.And(^uint64(open))
	for i := 0; p.state.Load()&members != 0; i++ {
		if i&63 == 63 {
			runtime.Gosched()
		}
	}
	p.args = nil
}

// work runs a worker's own parts, then what is left of others'.
func (p *pool) work(worker int) {
	w := p.workers[worker]
	w.args = *p.args
	w.args.worker = worker
	for part := w.share.takeFirst(); part >= 0; part = w.share.takeFirst() {
		p.body(&w.args, part)
	}
	for i := 1; i < len(p.workers); i++ {
		other := &p.workers[(worker+i)%len(p.workers)].share
		for part := other.takeLast(); part >= 0; part = other.takeLast() {
			p.body(&w.args, part)
		}
	}
	w.args = args{}
}

func (p *pool) serve(worker int) {
	defer p.done.Done()
	w := p.workers[worker]
	var seen uint64 // the generation that this worker has worked for
	for !p.stopped.Load() {
		if s, fresh := p.fresh(seen); fresh {
			if p.state.CompareAndSwap(s, s+1) {
				seen = s / generation
				p.work(worker)
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
