package workers

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A partFunc is a Job that calls a function.
type partFunc func(worker, part int)

func (f partFunc) Part(worker, part int) { f(worker, part) }

func TestRunCallsEachPartOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		p := New(workers)
		for _, parts := range []int{0, 1, 2, 3, 7, 100, 1000} {
			for range 50 {
				count := make([]int32, parts)
				p.Run(parts, partFunc(func(worker, part int) {
					if worker < 0 || worker >= workers {
						t.Errorf("part %d runs on worker %d of %d", part, worker, workers)
					}
					atomic.AddInt32(&count[part], 1)
				}))
				for part, n := range count {
					require.EqualValues(t, 1, n, "part %d of %d on %d workers", part, parts, workers)
				}
			}
		}
		p.Stop()
	}
}

// TestWorkerRunsOnePartAtATime changes one sum for each worker without synchronization. The
// sums are wrong, or the race detector fails the test, if a worker runs two parts at once.
func TestWorkerRunsOnePartAtATime(t *testing.T) {
	p := New(3)
	defer p.Stop()
	for range 100 {
		sums := make([]int, p.Workers())
		p.Run(100, partFunc(func(worker, part int) { sums[worker] += part }))
		require.Equal(t, 100*99/2, sums[0]+sums[1]+sums[2])
	}
}

// TestRunWakesSleepingWorkers waits between jobs until the workers sleep, and checks that the
// next job still runs all parts.
func TestRunWakesSleepingWorkers(t *testing.T) {
	p := New(3)
	defer p.Stop()
	for range 20 {
		time.Sleep(10 * spin)
		total := make([]float64, 64)
		p.Run(len(total), partFunc(func(_, part int) { total[part] = 1 }))
		for _, v := range total {
			require.EqualValues(t, 1, v)
		}
	}
}

func TestStopEndsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		p := New(5)
		p.Run(10, partFunc(func(int, int) {}))
		p.Stop()
		p.Stop() // Stop may be called again
	}
	// A goroutine that has told Stop of its return is still counted until the scheduler ends it.
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestRunAllocatesNothing(t *testing.T) {
	p := New(3)
	defer p.Stop()
	var job Job = partFunc(func(int, int) {})
	require.Zero(t, testing.AllocsPerRun(100, func() { p.Run(16, job) }))
}

func BenchmarkRun(b *testing.B) {
	p := New(runtime.GOMAXPROCS(0))
	defer p.Stop()
	job := partFunc(func(int, int) {})
	b.ReportAllocs()
	for b.Loop() {
		p.Run(16, job)
	}
}
