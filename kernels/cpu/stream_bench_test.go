package cpu_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// stream benchmarks a kernel that reads and writes the given number of bytes. It reports the
// median speed in GB/s, and as a percentage of the speed of the triad y += a·x on buffers of
// n elements, which it measures between runs of the kernel.
func stream(b *testing.B, dev *cpu.Device, n, bytes int, kernel func()) {
	b.Helper()
	x, y := filled(dev, n), filled(dev, n)
	defer dev.Free(x)
	defer dev.Free(y)
	triad := func() { dev.AddScaled(y, 0.5, x) }
	kernel()
	triad()
	b.ReportAllocs()
	times := make([]time.Duration, b.N)
	var triads []time.Duration
	b.ResetTimer()
	for i := range times {
		if i&(i-1) == 0 {
			b.StopTimer()
			for range 5 {
				start := time.Now()
				triad()
				triads = append(triads, time.Since(start))
			}
			b.StartTimer()
		}
		start := time.Now()
		kernel()
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	slices.Sort(triads)
	speed := float64(bytes) / times[len(times)/2].Seconds()
	peak := float64(12*n) / triads[len(triads)/2].Seconds()
	b.ReportMetric(speed/1e9, "GB/s")
	b.ReportMetric(100*speed/peak, "%peak")
}

// BenchmarkStream measures the kernels that touch each element once. Its buffers have 64 KB,
// which fit the second-level cache, and 16 MB, which fit no cache of one core.
func BenchmarkStream(b *testing.B) {
	for _, n := range []int{1 << 14, 1 << 22} {
		dev := cpu.New()
		v := make([]kernels.Buffer, 5)
		for i := range v {
			v[i] = filled(dev, n)
		}
		one, dst, x, y, z := dev.Alloc(1), v[0], v[1], v[2], v[3]
		dev.Fill(one, 0.5)
		const overwrite, accumulate = kernels.Overwrite, kernels.Accumulate
		index := make([]int32, n/64)
		for k := range index {
			index[k] = int32(k * 7 % len(index))
		}
		plane, dense, transposed := []int{n / 128, 128}, []int{128, 1}, []int{1, n / 128}
		row, column := []int{0, 1}, []int{1, 0}
		run := func(name string, streams int, kernel func()) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) { stream(b, dev, n, 4*n*streams, kernel) })
		}
		run("Fill", 1, func() { dev.Fill(dst, 1) })
		run("Copy", 2, func() { dev.Copy(dst, x) })
		run("CopyStrided/transpose", 2, func() { dev.CopyStrided(dst, transposed, x, dense, plane, overwrite) })
		run("CopyStrided/repeat", 1, func() { dev.CopyStrided(dst, dense, x, row, plane, overwrite) })
		run("Affine", 2, func() { dev.Affine(dst, x, 2, 1, overwrite) })
		run("AddScaled", 3, func() { dev.AddScaled(dst, 0.5, x) })
		for _, f := range kernels.Funcs() {
			run("Map/"+f.String(), 2, func() { dev.Map(f, dst, x) })
			run("MapGrad/"+f.String(), 3, func() { dev.MapGrad(f, dst, y, x, x, overwrite) })
		}
		for _, op := range kernels.Ops() {
			run("Zip/"+op.String(), 3, func() { dev.Zip(op, dst, x, y, overwrite) })
		}
		run("ZipStrided/rows", 2, func() {
			dev.ZipStrided(kernels.Add, dst, x, dense, y.Slice(0, 128), row, plane, overwrite)
		})
		run("ZipStrided/columns", 2, func() {
			dev.ZipStrided(kernels.Add, dst, x, dense, y.Slice(0, n/128), column, plane, overwrite)
		})
		run("Sum/all", 1, func() { dev.Sum(one, x, kernels.SumShape{K0: 1, R0: n, K1: 1, R1: 1}, 1, overwrite) })
		run("Sum/rows", 1, func() {
			dev.Sum(dst.Slice(0, n/128), x, kernels.SumShape{K0: n / 128, R0: 128, K1: 1, R1: 1}, 1, overwrite)
		})
		run("Sum/columns", 1, func() {
			dev.Sum(dst.Slice(0, 128), x, kernels.SumShape{K0: 1, R0: n / 128, K1: 128, R1: 1}, 1, overwrite)
		})
		run("Sum/channels", 1, func() {
			dev.Sum(dst.Slice(0, 32), x, kernels.SumShape{K0: 1, R0: n / 32 / 64, K1: 32, R1: 64}, 1, overwrite)
		})
		run("BiasGrad/columns", 3, func() {
			dev.BiasGrad(kernels.ReLU, dst, v[4].Slice(0, 128), x, y, kernels.SumShape{K0: 1, R0: n / 128, K1: 128, R1: 1}, overwrite)
		})
		run("BiasGrad/channels", 3, func() {
			dev.BiasGrad(kernels.ReLU, dst, v[4].Slice(0, 32), x, y, kernels.SumShape{K0: 1, R0: n / 32 / 64, K1: 32, R1: 64}, overwrite)
		})
		run("Dot", 2, func() { dev.Dot(one, x, y) })
		run("BCE", 2, func() { dev.BCE(one, x, y) })
		run("BCEGrad", 3, func() { dev.BCEGrad(dst, x, y, one, overwrite) })
		run("BCELogits", 2, func() { dev.BCELogits(one, x, y) })
		run("BCELogitsGrad", 3, func() { dev.BCELogitsGrad(dst, x, y, one, overwrite) })
		run("KLD", 2, func() { dev.KLD(one, x, y) })
		run("KLDGrad", 6, func() { dev.KLDGrad(dst, z, x, y, one, accumulate, overwrite) })
		run("Uniform", 1, func() { dev.Uniform(dst, 1, 2) })
		run("Normal", 1, func() { dev.Normal(dst, 1, 2) })
		run("Reparameterize", 4, func() { dev.Reparameterize(dst, x, y, z) })
		run("ReparameterizeGrad", 5, func() { dev.ReparameterizeGrad(dst, v[4], x, y, z, overwrite, overwrite) })
		run("Adam", 7, func() {
			dev.Adam(dst, x, v[4], z, kernels.Adam{LearningRate: 1e-9, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Step: 1, GradientScale: 1})
		})
		run("SGD", 5, func() { dev.SGD(dst, x, v[4], kernels.SGD{LearningRate: 1e-9, Momentum: 0.9, GradientScale: 1}) })
		run("GatherRows", 2, func() { dev.GatherRows(dst, x, 64, index) })
		run("ScatterRows", 3, func() { dev.ScatterRows(dst, x, 64, index) })
		dev.Close()
	}
}

// BenchmarkDistances measures a cloud of 128 points with 784 dimensions, such as a batch of
// images, and one of 1000 points with 3 dimensions. The difference of two coordinates, its
// square, and the addition of the square count as 3 operations.
func BenchmarkDistances(b *testing.B) {
	for _, s := range [][2]int{{128, 784}, {1000, 3}} {
		n, d := s[0], s[1]
		dev := cpu.New()
		x, dist, g, dx, one := filled(dev, n*d), dev.Alloc(n*n), filled(dev, n*n), dev.Alloc(n*d), filled(dev, 1)
		dev.Distances(dist, x, n, d)
		pairs := make([]kernels.Pair, n-1)
		for k := range pairs {
			pairs[k] = kernels.Pair{U: int32(k), V: int32(k*7%n + k/n), Coef: 1}
		}
		run := func(name string, operations int, kernel func()) {
			b.Run(fmt.Sprintf("%s/%d×%d", name, n, d), func(b *testing.B) { reach(b, dev, float64(operations), kernel) })
		}
		run("Distances", 3*n*(n-1)/2*d, func() { dev.Distances(dist, x, n, d) })
		run("DistancesGrad", 3*n*n*d, func() { dev.DistancesGrad(dx, g, x, dist, n, d, kernels.Overwrite) })
		run("PairsGrad", 9*len(pairs)*d, func() { dev.PairsGrad(dx, x, n, d, pairs, one, kernels.Overwrite) })
		dev.Close()
	}
}
