package ph

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Small problems are solved by one worker: to start others would take longer.
const (
	manyPoints = 768
	manyEdges  = 1 << 14
)

// workersFor returns how many goroutines work on a problem where so many are
// asked for.
func workersFor(asked int, isLarge bool) int {
	switch {
	case asked > 0:
		return asked
	case isLarge:
		return runtime.GOMAXPROCS(0)
	}
	return 1
}

// inParallel calls work once for each worker, at the same time, and waits for all.
func inParallel(workers int, work func(worker int)) {
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

// inRuns calls work for each number below n. Each worker takes a run of them after
// another.
func inRuns(workers, n, run int, work func(worker, i int)) {
	if workers == 1 {
		for i := range n {
			work(0, i)
		}
		return
	}
	var taken atomic.Int64
	inParallel(workers, func(worker int) {
		for {
			end := int(taken.Add(int64(run)))
			for i := end - run; i < min(end, n); i++ {
				work(worker, i)
			}
			if end >= n {
				return
			}
		}
	})
}
