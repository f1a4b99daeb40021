package cpu

import (
	"slices"
	"time"
)

// Peak measures the largest number of floating-point operations per second that all threads
// of the device reach together. They execute multiply-adds of registers only, so the result
// is an upper bound for every kernel. Peak takes about 5 ms. It returns the median of five
// runs, because other processes on the machine slow down single runs.
func (d *Device) Peak() float64 {
	const rounds, partsPerThread = 10_000, 8
	parts := partsPerThread * d.pool.Workers()
	job := peakJob{peak: d.micro.Peak, rounds: rounds}
	var times [5]time.Duration
	for i := range times {
		start := time.Now()
		d.pool.Run(parts, job)
		times[i] = time.Since(start)
	}
	slices.Sort(times[:])
	return float64(24*d.micro.Lanes*rounds*parts) / times[len(times)/2].Seconds()
}

// A peakJob is the job of Peak. Each part executes the same multiply-adds: 24·Lanes·rounds
// operations.
type peakJob struct {
	peak   func(rounds int)
	rounds int
}

// Part implements workers.Job.
func (j peakJob) Part(_, _ int) { j.peak(j.rounds) }
