package ph_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
)

func BenchmarkRips128(b *testing.B) {
	var chosen map[string][]int
	golden.Read(b, &chosen, "bench", "images.json")
	x := golden.Pixels(golden.Images(b), chosen["img128"])
	m := distances(x, 128)
	var e ph.Engine
	b.ReportAllocs()
	for b.Loop() {
		_, err := e.Rips(m, 1)
		require.NoError(b, err)
	}
}

// benchmarkDiagrams runs a benchmark on pairs of diagrams as clouds of so many
// points have them in degrees 0 and 1.
func benchmarkDiagrams(b *testing.B, run func(m *ph.Matcher, p, q []ph.Bar)) {
	for _, kind := range []string{"h0", "h1"} {
		for _, n := range []int{127, 500, 1000} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				p, q := recorded(b, kind, n, "a"), recorded(b, kind, n, "b")
				var m ph.Matcher
				run(&m, p, q)
				b.ReportAllocs()
				for b.Loop() {
					run(&m, p, q)
				}
			})
		}
	}
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
