package ph_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
)

// BenchmarkRips times the engine of a training step on clouds of as many points as
// batches have: images where they are at hand, Gaussian points of R¹⁰, whose loops
// are many, and a noisy circle, whose one loop lives nearly to the end.
func BenchmarkRips(b *testing.B) {
	for _, n := range []int{64, 128, 256, 512} {
		random := rand.New(rand.NewPCG(5, uint64(n)))
		run := func(name string, cloud func(b *testing.B) []float32) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				m := distances(cloud(b), n)
				var e ph.Engine
				_, err := e.Rips(b.Context(), m, 1)
				require.NoError(b, err)
				b.ReportAllocs()
				for b.Loop() {
					_, err := e.Rips(b.Context(), m, 1)
					require.NoError(b, err)
				}
			})
		}
		run("images", func(b *testing.B) []float32 {
			pixels := golden.Images(b)
			return golden.Pixels(pixels, random.Perm(len(pixels) / 784)[:n])
		})
		run("gauss", func(*testing.B) []float32 { return draw(random, n, 10, 0) })
		run("circle", func(*testing.B) []float32 { return circle(random, n) })
	}
}

// circle draws points around a circle.
func circle(r *rand.Rand, n int) []float32 {
	coords := make([]float32, 2*n)
	for i := range n {
		s, c := math.Sincos(2 * math.Pi * r.Float64())
		coords[2*i], coords[2*i+1] = float32(c+0.1*r.NormFloat64()), float32(s+0.1*r.NormFloat64())
	}
	return coords
}

// benchmarkDiagrams runs a benchmark on pairs of diagrams as clouds of so many
// points have them in degrees 0 and 1: drawn ones, and recorded ones where they
// are at hand.
func benchmarkDiagrams(b *testing.B, run func(m *ph.Matcher, p, q []ph.Bar)) {
	on := func(b *testing.B, p, q []ph.Bar) {
		var m ph.Matcher
		run(&m, p, q)
		b.ReportAllocs()
		for b.Loop() {
			run(&m, p, q)
		}
	}
	for _, kind := range []string{"h0", "h1"} {
		for _, n := range []int{127, 500, 1000} {
			b.Run(fmt.Sprintf("drawn/%s/%d", kind, n), func(b *testing.B) {
				random := rand.New(rand.NewPCG(6, uint64(n)))
				on(b, drawBars(random, kind, n), drawBars(random, kind, n))
			})
			b.Run(fmt.Sprintf("recorded/%s/%d", kind, n), func(b *testing.B) {
				on(b, recorded(b, kind, n, "a"), recorded(b, kind, n, "b"))
			})
		}
	}
}

// drawBars draws a diagram: deaths around a few lengths in degree 0, and in
// degree 1 many short bars and few long ones.
func drawBars(r *rand.Rand, kind string, n int) []ph.Bar {
	bars := make([]ph.Bar, n)
	for i := range bars {
		if kind == "h0" {
			bars[i].Death = math.Abs(4 + 2*r.NormFloat64())
		} else {
			bars[i].Birth = 4 + 8*r.Float64()
			bars[i].Death = bars[i].Birth + 0.5*r.ExpFloat64()
		}
	}
	slices.SortFunc(bars, func(p, q ph.Bar) int { return cmp.Compare(p.Death, q.Death) })
	return bars
}

// recorded reads a diagram, a bar in a line.
func recorded(t testing.TB, kind string, n int, which string) (bars []ph.Bar) {
	t.Helper()
	text, err := os.ReadFile(golden.Path(t, "bench", fmt.Sprintf("dgm_%s_%d_%s.txt", kind, n, which)))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var b ph.Bar
		_, err := fmt.Sscan(line, &b.Birth, &b.Death)
		require.NoError(t, err)
		bars = append(bars, b)
	}
	return bars
}

func BenchmarkBottleneck(b *testing.B) {
	benchmarkDiagrams(b, func(m *ph.Matcher, p, q []ph.Bar) { m.Bottleneck(p, q) })
}

func BenchmarkWasserstein(b *testing.B) {
	benchmarkDiagrams(b, func(m *ph.Matcher, p, q []ph.Bar) { m.Wasserstein(p, q, 2, 2) })
}

func BenchmarkWasserstein1(b *testing.B) {
	benchmarkDiagrams(b, func(m *ph.Matcher, p, q []ph.Bar) { m.Wasserstein(p, q, 1, math.Inf(1)) })
}

func BenchmarkApproximateWasserstein(b *testing.B) {
	for _, relative := range []float64{0.01, 0.1, 0.5} {
		b.Run(fmt.Sprint(relative), func(b *testing.B) {
			benchmarkDiagrams(b, func(m *ph.Matcher, p, q []ph.Bar) { m.ApproximateWasserstein(p, q, 2, 2, relative) })
		})
	}
}

func BenchmarkSlicedWasserstein(b *testing.B) {
	benchmarkDiagrams(b, func(m *ph.Matcher, p, q []ph.Bar) { m.SlicedWasserstein(p, q, 50) })
}

// What gudhi 3.13 and POT say.
func TestRecordedDistances(t *testing.T) {
	for _, want := range []struct {
		kind           string
		n              int
		bottleneck     float64
		order2, order1 float64 // the latter with the sup-norm
	}{
		{"h0", 127, 1.8859429599650888, 4.026230323969025, 33.06393792788646},
		{"h1", 127, 1.5056274440926511, 2.5230071324416024, 17.54150024007686},
		{"h0", 500, 3.287917083610157, 8.091645105613264, 89.42597811654909},
		{"h1", 500, 1.5282353933862831, 3.758065040490781, 44.51054830806037},
		{"h0", 1000, 4.077753930536135, 5.86350270181288, 90.15952765454696},
		{"h1", 1000, 1.0564807725387078, 3.737915076164737, 63.59698469926593},
	} {
		a, b := recorded(t, want.kind, want.n, "a"), recorded(t, want.kind, want.n, "b")
		var m ph.Matcher
		got, _ := m.Bottleneck(a, b)
		require.InDelta(t, want.bottleneck, got, 1e-12)
		require.InEpsilon(t, want.order2, m.Wasserstein(a, b, 2, 2), 1e-9)
		require.InEpsilon(t, want.order1, m.Wasserstein(a, b, 1, math.Inf(1)), 1e-9)
	}
}
