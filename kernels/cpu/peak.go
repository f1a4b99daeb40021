package cpu

import (
	"slices"
	"time"
)

// Peak measures how many floating-point operations per second the device's
// threads reach together when they do nothing but multiply-adds in registers:
// the bound on every kernel. It is the median of a few runs, as what is compared
// with it should be: on a shared machine both lose time to others. It takes
// about 5 ms.
func (d *Device) Peak() float64 {
	const rounds, parts = 10_000, 8
	operations := float64(24 * d.products.tiling.lanes * rounds * parts * d.threads)
	var times [5]time.Duration
	for i := range times {
		start := time.Now()
		d.run(parts*d.threads, func(a *args, _ int) { a.products.tiling.peak(a.n) }, args{products: d.products, n: rounds})
		times[i] = time.Since(start)
	}
	slices.Sort(times[:])
	return operations / times[len(times)/2].Seconds()
}
