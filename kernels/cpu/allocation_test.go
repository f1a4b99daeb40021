package cpu_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// TestKernelsAllocateNothing checks that a kernel allocates nothing after its first run. The
// packages of matrix products and convolutions test those kernels.
func TestKernelsAllocateNothing(t *testing.T) {
	const n, rows, width = 40_000, 200, 200
	const overwrite = kernels.Overwrite
	d := cpu.New(cpu.Threads(2))
	defer d.Close()
	w, x, y, z := d.Alloc(n), d.Alloc(n), d.Alloc(n), d.Alloc(n)
	for _, b := range []kernels.Buffer{w, x, y, z} {
		d.Uniform(b, 1, 2)
	}
	one := d.Alloc(1)
	d.Fill(one, 1)
	shape, dense, transposed, row := []int{rows, width}, []int{width, 1}, []int{1, rows}, []int{0, 1}
	index, pairs := []int32{3, 1, 4, 1}, []kernels.Pair{{U: 1, V: 2, Coef: 1}, {U: 3, V: 4, Coef: 1}}
	host := make([]float32, n)
	for name, kernel := range map[string]func(){
		"Alloc":                 func() { d.Free(d.Alloc(1000)) },
		"Write":                 func() { d.Write(x, host) },
		"Read":                  func() { _ = d.Read(host, x) },
		"Fill":                  func() { d.Fill(w, 1) },
		"Copy":                  func() { d.Copy(w, x) },
		"CopyStrided":           func() { d.CopyStrided(w, dense, x, dense, shape, kernels.Accumulate) },
		"CopyStrided transpose": func() { d.CopyStrided(w, dense, x, transposed, shape, overwrite) },
		"Affine":                func() { d.Affine(w, x, 2, 1, overwrite) },
		"AddScaled":             func() { d.AddScaled(w, 2, x) },
		"Map":                   func() { d.Map(kernels.Sin, w, x) },
		"MapGrad":               func() { d.MapGrad(kernels.Sin, w, x, y, z, overwrite) },
		"Zip":                   func() { d.Zip(kernels.Max, w, x, y, overwrite) },
		"ZipStrided":            func() { d.ZipStrided(kernels.Add, w, x, row, y, dense, shape, overwrite) },
		"ZipStrided columns":    func() { d.ZipStrided(kernels.Add, w, x, transposed, y, dense, shape, overwrite) },
		"Sum":                   func() { d.Sum(one, x, kernels.SumShape{K0: 1, R0: n, K1: 1, R1: 1}, 1, overwrite) },
		"Sum columns":           func() { d.Sum(w.Slice(0, width), x, kernels.SumShape{K0: 1, R0: rows, K1: width, R1: 1}, 1, overwrite) },
		"BiasGrad": func() {
			d.BiasGrad(kernels.ReLU, w, one, y, z, kernels.SumShape{K0: 1, R0: n, K1: 1, R1: 1}, overwrite)
		},
		"Dot":                func() { d.Dot(one, x, y) },
		"BCE":                func() { d.BCE(one, x, y) },
		"BCEGrad":            func() { d.BCEGrad(w, x, y, one, overwrite) },
		"BCELogits":          func() { d.BCELogits(one, x, y) },
		"BCELogitsGrad":      func() { d.BCELogitsGrad(w, x, y, one, overwrite) },
		"KLD":                func() { d.KLD(one, x, y) },
		"KLDGrad":            func() { d.KLDGrad(w, z, x, y, one, overwrite, overwrite) },
		"Uniform":            func() { d.Uniform(w, 1, 2) },
		"Normal":             func() { d.Normal(w, 1, 2) },
		"Reparameterize":     func() { d.Reparameterize(w, x, y, z) },
		"ReparameterizeGrad": func() { d.ReparameterizeGrad(w, z, x, y, x, overwrite, overwrite) },
		"Adam":               func() { d.Adam(w, x, y, z, kernels.Adam{Step: 1, Epsilon: 1}) },
		"SGD":                func() { d.SGD(w, x, y, kernels.SGD{Momentum: 0.9}) },
		"Distances":          func() { d.Distances(w, x, rows, width) },
		"DistancesGrad":      func() { d.DistancesGrad(w, x, y, z, rows, width, overwrite) },
		"PairsGrad":          func() { d.PairsGrad(w, x, rows, width, pairs, one, overwrite) },
		"GatherRows":         func() { d.GatherRows(w.Slice(0, 4*width), x, width, index) },
		"ScatterRows":        func() { d.ScatterRows(w, x.Slice(0, 4*width), width, index) },
	} {
		kernel() // the first run may grow scratch memory
		require.Zero(t, testing.AllocsPerRun(20, kernel), name)
	}
}
