// Package parallel divides work among goroutines and stops it when a context ends.
package parallel

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// mostWorkers is the largest number of workers. Each worker has a workspace, so that an absurd
// number would fill memory.
const mostWorkers = 1024

// Workers returns the number of goroutines for a problem. It returns asked if this is
// positive, but at most 1024. Otherwise it returns GOMAXPROCS for a large problem and 1 for a
// small one. One goroutine solves a small problem before others would have started.
func Workers(asked int, isLarge bool) int {
	switch {
	case asked > 0:
		return min(asked, mostWorkers)
	case isLarge:
		return runtime.GOMAXPROCS(0)
	}
	return 1
}

// Run calls work once for each worker from 0 on, concurrently, and waits for all calls.
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

// For calls work for each i below n and waits for all calls. A worker takes run consecutive
// values of i at a time. Once a stop is requested, For begins no further call.
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

// A Stop tells loops whether a context is done. The zero value never requests a stop.
//
// A loop that sees a stop returns early and leaves its results incomplete. The
// function that owns the context then discards them and returns the error of the
// context. Loops call [Stop.Requested] about once in a millisecond or more often. A call
// takes a few nanoseconds, and less if the context cannot be cancelled.
type Stop struct{ done <-chan struct{} }

// StopOf returns the Stop of a context.
func StopOf(ctx context.Context) Stop {
	if ctx == nil {
		panic("ph: the context is nil: want context.Background() if nothing cancels")
	}
	return Stop{ctx.Done()}
}

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

// Each calls work for each i below n and waits for all calls. Calls begin in the order of i.
// Once a call fails, Each begins no further one. It returns the error of the least i whose
// call failed.
func Each(workers, n int, work func(worker, i int) error) error {
	workers = max(1, min(workers, n))
	type failure struct {
		at  int
		err error
	}
	failures := make([]failure, workers) // of each worker the call that failed, or at = n
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

// Map calls work for each i below n and waits for all calls, as [Each] does, and returns the
// results in the order of i. The error of a call begins with what its i stands for, as in
// "cloud 3". If no call fails, but ctx is done at the end, Map returns the error of ctx.
func Map[T any](ctx context.Context, workers, n int, what string, work func(worker, i int) (T, error)) ([]T, error) {
	results := make([]T, n)
	err := Each(workers, n, func(worker, i int) (err error) {
		if results[i], err = work(worker, i); err != nil {
			return fmt.Errorf("%s %d: %w", what, i, err)
		}
		return nil
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return results, nil
}
