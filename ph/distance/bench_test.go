package distance_test

import (
	"cmp"
	"context"
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
	"github.com/topogen/topogen/ph/distance"
)

// benchmarkDiagrams runs a benchmark on pairs of diagrams of degrees 0 and 1: diagrams that
// are drawn at random, and recorded ones of point clouds where their files are found.
func benchmarkDiagrams(b *testing.B, run func(ctx context.Context, m *distance.Matcher, p, q []ph.Bar)) {
	on := func(b *testing.B, p, q []ph.Bar) {
		ctx := b.Context()
		var m distance.Matcher
		run(ctx, &m, p, q)
		b.ReportAllocs()
		for b.Loop() {
			run(ctx, &m, p, q)
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
	benchmarkDiagrams(b, func(ctx context.Context, m *distance.Matcher, p, q []ph.Bar) { m.Bottleneck(ctx, p, q) })
}

func BenchmarkWasserstein(b *testing.B) {
	benchmarkDiagrams(b, func(ctx context.Context, m *distance.Matcher, p, q []ph.Bar) { m.Wasserstein(ctx, p, q, 2, 2) })
}

func BenchmarkWasserstein1(b *testing.B) {
	benchmarkDiagrams(b, func(ctx context.Context, m *distance.Matcher, p, q []ph.Bar) {
		m.Wasserstein(ctx, p, q, 1, math.Inf(1))
	})
}

func BenchmarkApproximateWasserstein(b *testing.B) {
	for _, relative := range []float64{0.01, 0.1, 0.5} {
		b.Run(fmt.Sprint(relative), func(b *testing.B) {
			benchmarkDiagrams(b, func(ctx context.Context, m *distance.Matcher, p, q []ph.Bar) {
				m.ApproximateWasserstein(ctx, p, q, 2, 2, relative)
			})
		})
	}
}

func BenchmarkSlicedWasserstein(b *testing.B) {
	benchmarkDiagrams(b, func(ctx context.Context, m *distance.Matcher, p, q []ph.Bar) { m.SlicedWasserstein(ctx, p, q, 50) })
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
		var m distance.Matcher
		got, _ := bottleneck(t, &m, a, b)
		require.InDelta(t, want.bottleneck, got, 1e-12)
		require.InEpsilon(t, want.order2, wasserstein(t, &m, a, b, 2, 2), 1e-9)
		require.InEpsilon(t, want.order1, wasserstein(t, &m, a, b, 1, math.Inf(1)), 1e-9)
	}
}
