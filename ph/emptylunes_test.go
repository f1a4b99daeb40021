package ph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// BenchmarkEmptyLunes shows what it spares to know the edges with empty lunes.
func BenchmarkEmptyLunes(b *testing.B) {
	for _, n := range []int{512, 1024} {
		for _, dim := range []int{2, 10} {
			m := distances(draw(rand.New(rand.NewPCG(7, 8)), n, dim, 0), n)
			edges := emptyLunes(m)
			for _, c := range []struct {
				name  string
				known []ph.Edge
			}{{"looked for", nil}, {"known", edges}} {
				b.Run(fmt.Sprintf("%d points in R%d, %s", n, dim, c.name), func(b *testing.B) {
					m.EmptyLunes = c.known
					var e ph.Engine
					for b.Loop() {
						_, err := e.Rips(m, 1)
						require.NoError(b, err)
					}
				})
			}
		}
	}
}

// emptyLunes returns the relative neighborhood graph, from the last edge to the first.
func emptyLunes(m ph.Matrix32) (edges []ph.Edge) {
	before := func(a, b, c, d int) bool {
		return slices.Compare([]float64{m.Distance(a, b), float64(max(a, b)), float64(min(a, b))}, []float64{m.Distance(c, d), float64(max(c, d)), float64(min(c, d))}) < 0
	}
	for a := m.N - 1; a >= 0; a-- {
	next:
		for b := a - 1; b >= 0; b-- {
			for c := range m.N {
				if c != a && c != b && before(a, c, a, b) && before(b, c, a, b) {
					continue next
				}
			}
			edges = append(edges, ph.Edge{U: int32(b), V: int32(a)})
		}
	}
	return edges
}

// Who knows the empty lunes gets the same bars with the same edges, whether or not the
// engine would have looked for them.
func TestEmptyLunesKnown(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var e ph.Engine
	for trial, n := range []int{1, 2, 3, 30, 31, 32, 70, 71, 300, 600} {
		m := distances(draw(r, n, 2, trial), n)
		for _, threshold := range []float64{0, 0.7} {
			o := ph.Options{MaxDegree: 1, Threshold: threshold}
			unknown, err := ph.Rips(m, o)
			require.NoError(t, err)
			known := m
			known.EmptyLunes = emptyLunes(m)
			got, err := e.Compute(known, o)
			require.NoError(t, err)
			for degree, d := range unknown.Diagrams {
				require.True(t, slices.Equal(d.Bars, got.Diagrams[degree].Bars), "degree %d of %d points up to %v", degree, n, threshold)
			}
		}
	}
}
