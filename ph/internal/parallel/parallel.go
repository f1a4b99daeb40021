// Package parallel divides work among goroutines and stops it when a context ends.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// mostWorkers bounds the number of goroutines: each has a workspace, and more than this
// many run at once on no machine.
const mostWorkers = 1024

// Workers returns the number of goroutines for a problem: asked if that is positive,
// but at most 1024, else GOMAXPROCS for a large problem and 1 for a small one, which is solved before
// other goroutines would have started.
func Workers(asked int, isLarge bool) int {
	switch {
	case asked > 0:
		return min(asked, mostWorkers)
	case isLarge:
		return runtime.GOMAXPROCS(0)
	}
	return 1
}

// Run calls work once for each worker, at the same time, and waits for all calls.
func Run(workers int, work func(worker int)) {
	if workers == 1 {
		work(0)
		return
	}
	var wait sync.WaitGroup
	for w := 1; w < workers; w++ {
		wait.Go(func() { work(w) })
	}
	work(0)
	wait.Wait()
}

// For calls work for each i below n and waits for all calls. Workers take run
// consecutive numbers at a time. Once a stop is requested it makes no further calls.
func For(stop Stop, workers, n, run int, work func(worker, i int)) {
	if workers == 1 {
		for i := range n {
			if stop.Requested() {
				return
			}
			work(0, i)
		}
		return
	}
	var taken atomic.Int64
	Run(workers, func(worker int) {
		for {
			end := int(taken.Add(int64(run)))
			for i := end - run; i < min(end, n); i++ {
				if stop.Requested() {
					return
				}
				work(worker, i)
			}
			if end >= n {
				return
			}
		}
	})
}

// A Stop tells loops whether a context is done. The zero value never is.
//
// A loop that sees a stop returns early and leaves its results incomplete. The
// function that owns the context then discards them and returns the error of the
// context. Loops ask about once in a millisecond or more often; a question takes a
// few nanoseconds, and none for a context that cannot be cancelled.
type Stop struct{ done <-chan struct{} }

// StopOf returns the Stop of a context.
func StopOf(ctx context.Context) Stop { return Stop{ctx.Done()} }

// Requested reports whether the context is done.
func (s Stop) Requested() bool {
	if s.done == nil {
		return false
	}
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Each calls work for each i below n, in ascending order among workers, and waits for all
// calls. It returns the error of the least i that has one, and makes no call for an i
// above it that had not begun.
func Each(workers, n int, work func(worker, i int) error) error {
	workers = max(1, min(workers, n))
	type failure struct {
		at  int
		err error
	}
	failures := make([]failure, workers) // the first of each worker
	var next, end atomic.Int64
	end.Store(int64(n))
	Run(workers, func(worker int) {
		failures[worker].at = n
		for {
			i := next.Add(1) - 1
			if i >= end.Load() {
				return
			}
			if err := work(worker, int(i)); err != nil {
				failures[worker] = failure{int(i), err}
				end.Store(0)
				return
			}
		}
	})
	first := failures[0]
	for _, f := range failures {
		if f.at < first.at {
			first = f
		}
	}
	return first.err
}
