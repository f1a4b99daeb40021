package cpu

import (
	"slices"
	"time"
)

// Peak measures how many floating-point operations per second all threads of the device
// reach together with nothing but multiply-adds in registers: an upper bound for every
// kernel. It takes about 5 ms and returns the median of five runs, because other
// processes on the machine slow down single runs.
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

type peakJob struct {
	peak   func(rounds int)
	rounds int
}

// Part implements workers.Job.
func (j peakJob) Part(_, _ int) { j.peak(j.rounds) }
