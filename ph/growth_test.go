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

// BenchmarkGrowth times degree 1 of 64 to 8192 points, with one worker and with
// GOMAXPROCS: uniform in the square, on a noisy circle, and uniform in the cube of ten
// dimensions. It reports the peak memory of the process, which is that of one run if
// nothing else ran before it, as in
//
//	go test ./ph -run xxx -bench 'Growth/circle/8192/1$' -benchtime 1x
func BenchmarkGrowth(b *testing.B) {
	for _, kind := range []struct {
		name string
		draw func(r *rand.Rand, n int) ph.Points[float32]
	}{
		{"square", func(r *rand.Rand, n int) ph.Points[float32] { return cube(r, n, 2) }},
		{"circle", noisyCircle},
		{"cube10", func(r *rand.Rand, n int) ph.Points[float32] { return cube(r, n, 10) }},
	} {
		for n := 64; n <= 8192; n *= 2 {
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
