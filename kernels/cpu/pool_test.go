package cpu

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPoolRunsEachPartOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 8} {
		p := newPool(threads)
		for _, parts := range []int{0, 1, 2, 3, 7, 100, 1000} {
			for range 50 {
				count := make([]int32, parts)
				a := args{index: count}
				p.run(parts, func(a *args, part int) { atomic.AddInt32(&a.index[part], 1) }, &a)
				for part, n := range count {
					require.EqualValues(t, 1, n, "part %d of %d on %d threads", part, parts, threads)
				}
			}
		}
		p.stop()
	}
}

// TestPoolAfterSleep lets workers fall asleep between jobs.
func TestPoolAfterSleep(t *testing.T) {
	p := newPool(3)
	defer p.stop()
	for range 20 {
		time.Sleep(10 * spin)
		total := make([]float64, 64)
		p.run(len(total), func(a *args, part int) { a.partial[part] = 1 }, &args{partial: total})
		for _, v := range total {
			require.EqualValues(t, 1, v)
		}
	}
}

func TestCloseEndsThreads(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		d := New(Threads(5))
		d.Fill(d.Alloc(100_000), 1)
		require.NoError(t, d.Close())
		require.NoError(t, d.Close(), "a second time")
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestForgottenDevice drops devices without Close.
func TestForgottenDevice(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		d := New(Threads(4))
		d.Fill(d.Alloc(100_000), 1)
	}
	for range 200 {
		runtime.GC()
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func BenchmarkPool(b *testing.B) {
	p := newPool(runtime.GOMAXPROCS(0))
	defer p.stop()
	a := new(args)
	b.ReportAllocs()
	for b.Loop() {
		p.run(16, func(*args, int) {}, a)
	}
}
