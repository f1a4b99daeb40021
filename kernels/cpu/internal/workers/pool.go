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
// Each worker owns a share of the parts, a contiguous range. The range is the same for all
// jobs with the same number of parts, so that a worker finds in its cache the data that it
// computed in the job before. A worker that has finished its share steals parts from the
// ends of the shares of others (Blumofe and Leiserson, "Scheduling Multithreaded
// Computations by Work Stealing", JACM 46, 1999). The goroutine that calls Run is worker 0.
// Between jobs the other workers spin for a while, because the next job usually follows at
// once. Then they sleep on a channel.
//
// # Invariant
//
// Each part runs exactly once, on a worker that depends on timing. A job gives the same bits
// for any number of workers if its parts write disjoint memory and it adds the partial sums
// of the parts in the order of the parts.
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

// A Job is work that is divided into parts. Part runs one part on one worker. A worker runs
// one part at a time, and different workers run parts concurrently.
type Job interface {
	Part(worker, part int)
}

// A Pool is a set of workers. Only one goroutine may use it at a time.
type Pool struct {
	// state packs three values. The high 32 bits are the number of the newest job. The
	// next bit is set while the job is open, which means that workers may join it. The
	// low 31 bits are the number of workers that have joined the job and have not left
	// it, without worker 0. Only a worker that has joined an open job may read the field
	// job. Worker 0 changes that field only after it has closed the previous job and the
	// last worker has left it.
	state   atomic.Uint64
	job     Job
	workers []*worker // workers[0] is the goroutine that calls Run
	stopped atomic.Bool
	done    sync.WaitGroup // waits for the goroutines of all workers but the first
}

const (
	generation = 1 << 32  // added to Pool.state, increases the number of the job by 1
	open       = 1 << 31  // the bit of Pool.state that is set while workers may join the job
	members    = open - 1 // mask of the bits of Pool.state that count the workers in the job
)

// spin is the time for which an idle worker polls for a job before it sleeps. The host
// computes the persistent homology of a batch between two jobs of a training step. That
// takes less time than spin, so the workers do not sleep meanwhile. Waking a sleeping worker
// takes about half of spin.
const spin = 200 * time.Microsecond

// A worker is the state of one goroutine that runs parts.
type worker struct {
	share  share
	asleep atomic.Bool   // the worker waits for wake, or is about to; Run and Stop set asleep to false and then send to wake
	wake   chan struct{} // of capacity 1
}

// A share is the range of parts of one worker that no worker has taken yet. The high 32 bits
// of parts are the first part of the range. The low 32 bits are the end, one more than the
// last part.
type share struct{ parts atomic.Uint64 }

// set makes the share the range [first, end).
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

// New returns a pool of n workers. Worker 0 is the goroutine that calls Run. The others are
// goroutines of the pool, which [Pool.Stop] ends.
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

// Workers returns the number of workers, worker 0 included.
func (p *Pool) Workers() int { return len(p.workers) }

// Run calls job.Part for each part in [0, parts) and returns when all calls have returned.
// If there is only one part, it runs on the goroutine that calls Run. Part must not call Run.
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
	p.job = nil // so that an idle pool keeps no job reachable for the garbage collector
}

// work runs parts of the current job on one worker until no part is left. It first takes the
// parts of the worker's own share from the front, then steals parts from the ends of the
// other shares.
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

// serve is the body of the goroutine of a worker: it joins open jobs, polls, and sleeps,
// until the pool is stopped.
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
		// If a job was opened before asleep was set, Run has not woken this worker, so
		// it must look again.
		if _, ok := p.openJob(seen); ok || p.stopped.Load() {
			if w.asleep.CompareAndSwap(true, false) {
				continue
			}
		}
		<-w.wake
	}
}

// openJob returns the state of the pool, and reports whether a job whose number is not seen
// is open.
func (p *Pool) openJob(seen uint64) (state uint64, ok bool) {
	state = p.state.Load()
	return state, state&open != 0 && state/generation != seen
}

// await polls for the time spin. It returns true as soon as a job whose number is not seen is
// open or the pool has been stopped, and false after that time.
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

// Stop ends the goroutines of the workers and waits until they have returned. It may be
// called repeatedly.
func (p *Pool) Stop() {
	p.stopped.Store(true)
	for _, w := range p.workers {
		if w.asleep.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
	p.done.Wait()
}
