package cpu

import (
	"slices"
	"testing"
	"time"
)

// Reach runs a kernel of so many floating-point operations and reports its
// median speed, absolutely and as a part of the device's peak, the median of
// what it reaches in between.
func Reach(b *testing.B, dev *Device, operations float64, kernel func()) {
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
