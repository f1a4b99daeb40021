// Package workers runs the parts of a job on a fixed set of goroutines, called
// workers.
//
//	pool := workers.New(4)
//	defer pool.Stop()
//	pool.Run(100, job) // calls job.Part(worker, part) for each part in [0, 100)
//
// # Problem
//
// A training step is a sequence of hundreds of short jobs, some of them only a few
// microseconds long. Waking a sleeping thread takes longer than that, and a shared
// queue of parts would move data from one core's cache to another's.
//
// # Idea
//
// Each worker owns a share of the parts: a contiguous range, the same for every job
// with the same number of parts, so that a worker finds in its cache what it computed
// in the job before. A worker that has finished its share steals parts from the end of
// the others' shares (Blumofe and Leiserson, "Scheduling Multithreaded Computations by
// Work Stealing", JACM 46, 1999). The caller of Run is worker 0. Between jobs the
// other workers spin for a while, because the next job usually follows at once, and
// then sleep on a channel.
//
// # Invariant
//
// Which worker runs a part depends on timing; which parts exist does not. A job whose
// parts write disjoint memory, and whose partial sums are added in the order of parts,
// therefore gives the same bits for any number of workers.
//
// # Cost
//
// A job costs one atomic operation for each part and a few for each worker. It
// allocates nothing.
package workers

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Job is work that is divided into parts. Part runs one of them on one worker;
// parts with different workers run concurrently.
type Job interface {
	Part(worker, part int)
}

// A Pool is a set of workers. Only one goroutine may use it at a time.
type Pool struct {
	// state packs three values: the number of the newest job in the high half, then
	// one bit that is set while the job accepts workers, then the number of workers
	// in the job, without the caller. Only a worker that has joined an open job may
	// read job. The caller changes job only after it has closed the previous job
	// and the last worker has left.
	state   atomic.Uint64
	job     Job
	workers []*worker // the first is the caller of Run
	stopped atomic.Bool
	done    sync.WaitGroup
}

const (
	generation = 1 << 32  // adds 1 to the number of the job
	open       = 1 << 31  // set while workers may join the job
	members    = open - 1 // mask of the number of workers in the job
)

// spin is how long an idle worker polls for a job before it sleeps. The persistent
// homology of a batch runs between two kernels of a training step. It takes less time than
// spin, so the workers do not sleep meanwhile. Waking a sleeping worker takes about half
// of spin.
const spin = 200 * time.Microsecond

type worker struct {
	share  share
	asleep atomic.Bool
	wake   chan struct{}
}

// A share is the range of a worker's parts that nobody has taken: the first part in
// the high half of a word and the end in the low half.
type share struct{ parts atomic.Uint64 }

func (s *share) set(first, end int) { s.parts.Store(uint64(first)<<32 | uint64(end)) }

// takeFirst removes the first part and returns it, or −1 if the share is empty.
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

// takeLast removes the last part and returns it, or −1 if the share is empty.
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

// New returns a pool of n workers, of which one is the caller of Run and the others
// are goroutines that [Pool.Stop] ends.
func New(n int) *Pool {
	p := new(Pool)
	for range n {
		p.workers = append(p.workers, &worker{wake: make(chan struct{}, 1)})
	}
	for i := 1; i < n; i++ {
		p.done.Add(1)
		go p.serve(i)
	}
	return p
}

// Workers returns the number of workers.
func (p *Pool) Workers() int { return len(p.workers) }

// Run calls job.Part for each part in [0, parts) and returns when all calls have
// returned. A single part runs on the caller. Part must not call Run.
func (p *Pool) Run(parts int, job Job) {
	if parts <= 1 || len(p.workers) == 1 {
		for part := range parts {
			job.Part(0, part)
		}
		return
	}
	p.job = job
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
	p.job = nil // a pool that waits for work keeps no job alive
}

// work runs a worker's own parts from the front, then steals from the ends of others'.
func (p *Pool) work(worker int) {
	job := p.job
	own := &p.workers[worker].share
	for part := own.takeFirst(); part >= 0; part = own.takeFirst() {
		job.Part(worker, part)
	}
	for i := 1; i < len(p.workers); i++ {
		other := &p.workers[(worker+i)%len(p.workers)].share
		for part := other.takeLast(); part >= 0; part = other.takeLast() {
			job.Part(worker, part)
		}
	}
}

// serve is the loop of a worker's goroutine.
func (p *Pool) serve(worker int) {
	defer p.done.Done()
	w := p.workers[worker]
	var seen uint64 // number of the last job that this worker joined
	for !p.stopped.Load() {
		if s, ok := p.openJob(seen); ok {
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
		// A job that opened before asleep was set has sent no wake-up.
		if _, ok := p.openJob(seen); ok || p.stopped.Load() {
			if w.asleep.CompareAndSwap(true, false) {
				continue
			}
		}
		<-w.wake
	}
}

// openJob reports whether a job other than number seen accepts workers.
func (p *Pool) openJob(seen uint64) (state uint64, ok bool) {
	state = p.state.Load()
	return state, state&open != 0 && state/generation != seen
}

// await polls until there is a job or the pool has stopped, and reports whether that
// happened within the time spin.
func (p *Pool) await(seen uint64) bool {
	for start := time.Now(); time.Since(start) < spin; {
		for range 64 {
			if _, ok := p.openJob(seen); ok || p.stopped.Load() {
				return true
			}
		}
	}
	return false
}

// Stop ends the workers' goroutines and waits for them. It may be called repeatedly.
func (p *Pool) Stop() {
	p.stopped.Store(true)
	for _, w := range p.workers {
		if w.asleep.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
	p.done.Wait()
}
