package topoloss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/ph"
)

// BenchmarkRips128 is what a training step needs of a batch before its losses:
// the distances of 128 images in R^784, and their diagrams in degrees 0 and 1 with
// pairings.
func BenchmarkRips128(b *testing.B) {
	const n, dim = 128, 784
	var chosen map[string][]int
	golden.Read(b, &chosen, "bench", "images.json")
	pixels := golden.Pixels(golden.Images(b), chosen["img128"])
	dev := cpu.New()
	defer dev.Close()
	x, d := dev.Alloc(n*dim), dev.Alloc(n*n)
	dev.Write(x, pixels)
	m := ph.Matrix32{N: n, Data: make([]float32, n*n)}
	var e ph.Engine
	run := func() {
		fused.Distances(dev, d, x, n, dim)
		require.NoError(b, dev.Read(m.Data, d))
		_, err := e.Rips(b.Context(), m, 1)
		require.NoError(b, err)
	}
	run()
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}
