package ph

import (
	"runtime"
	"sync"
)

// manyPoints is from how many points on it pays to work on several processors.
const manyPoints = 768

// workersFor returns how many goroutines work on a problem of so many points,
// where so many are asked for.
func workersFor(asked, points int) int {
	switch {
	case points < manyPoints && asked == 0:
		return 1
	case asked == 0:
		return runtime.GOMAXPROCS(0)
	}
	return asked
}

// inParallel calls work once for each worker, at the same time, and waits for all.
func inParallel(workers int, work func(worker int)) {
	var wait sync.WaitGroup
	for w := 1; w < workers; w++ {
		wait.Go(func() { work(w) })
	}
	work(0)
	wait.Wait()
}
