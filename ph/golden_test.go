package ph_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
)

// distances returns the Euclidean distances between n points.
func distances(coords []float32, n int) ph.Matrix32 {
	dim := len(coords) / n
	m := ph.Matrix32{N: n, Data: make([]float32, n*n)}
	for i := range n {
		for j := range i {
			var s float64
			for k := range dim {
				d := float64(coords[i*dim+k]) - float64(coords[j*dim+k])
				s += d * d
			}
			v := float32(math.Sqrt(s))
			m.Data[i*n+j], m.Data[j*n+i] = v, v
		}
	}
	return m
}

// TestGoldenDiagrams compares diagrams with those of giotto-ph, and pairings too unless a
// tie makes another pairing as good.
func TestGoldenDiagrams(t *testing.T) { testClouds(t, golden.Clouds(t)) }

// TestRecordedDiagrams does the same for a few of the clouds, from testdata.
func TestRecordedDiagrams(t *testing.T) {
	data, err := os.ReadFile("testdata/clouds.json")
	require.NoError(t, err)
	var file struct{ Clouds []golden.Cloud }
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Clouds, 10)
	for k := range file.Clouds {
		file.Clouds[k].Coords = slices.Concat(file.Clouds[k].Points...)
	}
	testClouds(t, file.Clouds)
}

func testClouds(t *testing.T, clouds []golden.Cloud) {
	var e ph.Engine
	for _, c := range clouds {
		t.Run(c.Name, func(t *testing.T) {
			dgms, err := e.Rips(t.Context(), distances(c.Coords, c.N), 1)
			require.NoError(t, err)
			finite := dgms[0].Finite()
			require.Len(t, finite, c.N-1)
			// The reference leaves out bars of length 0, except a few that its formula for
			// distances makes slightly longer.
			finite = slices.DeleteFunc(slices.Clone(finite), func(b ph.Bar) bool { return b.Death == 0 })
			skip := 0
			for skip < len(c.F32.Gens0) && *c.F32.Dgm0[skip][1] < 1e-6 {
				skip++
			}
			require.Len(t, finite, len(c.F32.Gens0)-skip)
			for k, bar := range finite {
				i := k + skip
				require.InEpsilon(t, *c.F32.Dgm0[i][1], bar.Death, 1e-6)
				tied := slices.Contains(c.Ambig.Bars0, i) ||
					slices.ContainsFunc(finite, func(b ph.Bar) bool { return b != bar && b.Death == bar.Death })
				if g := c.F32.Gens0[i]; !tied {
					require.Equal(t, ph.Cell{U: g[1], V: g[2]}, bar.DeathCell, "bar %d", i)
				}
			}
			bars := slices.Clone(dgms[1].Bars)
			slices.SortFunc(bars, func(a, b ph.Bar) int {
				switch {
				case a.Birth != b.Birth && a.Birth > b.Birth:
					return -1
				case a.Birth != b.Birth:
					return 1
				case a.Death > b.Death:
					return -1
				}
				return 1
			})
			require.Len(t, bars, len(c.F32.Dgm1))
			for i, bar := range bars {
				want := c.F32.Dgm1[i]
				require.InEpsilon(t, *want[0], bar.Birth, 1e-6)
				require.InEpsilon(t, *want[1], bar.Death, 1e-6)
				if g := c.F32.Gens1[i]; !slices.Contains(c.Ambig.Bars1, i) {
					require.Equal(t, ph.Cell{U: g[0], V: g[1]}, bar.BirthCell, "bar %d", i)
					require.Equal(t, ph.Cell{U: g[2], V: g[3]}, bar.DeathCell, "bar %d", i)
				}
			}
		})
	}
}
