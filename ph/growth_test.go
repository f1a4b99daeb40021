package ph_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// BenchmarkGrowth times degree 1 of up to a million points, with one worker and with
// GOMAXPROCS: uniform in the square and in the cubes of three and ten dimensions, and on a
// noisy circle. It reports the peak memory of the process, which is that of one run if
// nothing else ran before it, as in
//
//	go test ./ph -run xxx -bench 'Growth/circle/8192/1$' -benchtime 1x
func BenchmarkGrowth(b *testing.B) {
	in := func(dim int) func(r *rand.Rand, n int) ph.Points[float32] {
		return func(r *rand.Rand, n int) ph.Points[float32] { return cube(r, n, dim) }
	}
	small := []int{64, 128, 256, 512, 1024, 2048, 4096, 8192}
	large := []int{1000, 10_000, 100_000, 1_000_000}
	for _, kind := range []struct {
		name  string
		draw  func(r *rand.Rand, n int) ph.Points[float32]
		sizes []int
	}{
		{"square", in(2), append(small, large...)},
		{"circle", noisyCircle, append(small, large[:3]...)},
		{"cube3", in(3), large},
		{"cube10", in(10), append(small, 1000, 2000, 5000, 10_000, 20_000, 50_000)},
	} {
		for _, n := range kind.sizes {
			points := kind.draw(rand.New(rand.NewPCG(uint64(n), 1)), n)
			for workers, name := range []string{"all", "1"} {
				b.Run(fmt.Sprint(kind.name, "/", n, "/", name), func(b *testing.B) {
					var e ph.Engine
					for b.Loop() {
						_, err := e.Compute(b.Context(), points, ph.Options{MaxDegree: 1, Workers: workers})
						require.NoError(b, err)
					}
					if mb, ok := peakMemory(); ok {
						b.ReportMetric(mb, "peak-MB")
					}
				})
			}
		}
	}
}

// cube returns points that are uniform in the unit cube.
func cube(r *rand.Rand, n, dim int) ph.Points[float32] {
	p := ph.Points[float32]{Dim: dim}
	for range n * dim {
		p.Coords = append(p.Coords, r.Float32())
	}
	return p
}

// peakMemory returns the peak memory of the process in MB. It reports false if the system
// does not tell.
func peakMemory() (mb float64, ok bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	_, err = fmt.Sscan(text, &kb)
	return kb / 1024, err == nil
}
