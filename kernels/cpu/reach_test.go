package cpu_test

import (
	"slices"
	"testing"
	"time"

	"github.com/topogen/topogen/kernels/cpu"
)

// reach benchmarks a kernel that computes the given number of floating-point operations. It
// reports the median speed in GFLOP/s, and as a percentage of the median of Device.Peak,
// which it measures between runs of the kernel.
func reach(b *testing.B, dev *cpu.Device, operations float64, kernel func()) {
	b.Helper()
	kernel()
	b.ReportAllocs()
	times := make([]time.Duration, b.N)
	var peaks []float64
	b.ResetTimer()
	for i := range times {
		if i%(1+b.N/20) == 0 {
			b.StopTimer()
			peaks = append(peaks, dev.Peak())
			b.StartTimer()
		}
		start := time.Now()
		kernel()
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	slices.Sort(peaks)
	speed := operations / times[len(times)/2].Seconds()
	b.ReportMetric(speed/1e9, "GFLOP/s")
	b.ReportMetric(100*speed/peaks[len(peaks)/2], "%peak")
}
