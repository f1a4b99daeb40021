package cpu

import "time"

// Peak measures how many floating-point operations per second the device's
// threads reach together when they do nothing but multiply-adds in registers:
// the bound on every kernel. It takes about 5 ms.
func (d *Device) Peak() float64 {
	const rounds, parts = 10_000, 8
	operations := float64(24 * d.products.tiling.lanes * rounds * parts * d.threads)
	best := time.Duration(1<<63 - 1)
	for range 5 {
		start := time.Now()
		d.run(parts*d.threads, func(a *args, _ int) { a.products.tiling.peak(a.n) }, args{products: d.products, n: rounds})
		best = min(best, time.Since(start))
	}
	return operations / best.Seconds()
}
