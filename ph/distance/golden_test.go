package distance_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// goldenLosses are reference values, and slopes, of distances between bars.
type goldenLosses struct {
	Clouds map[string]struct {
		Deaths0 []float64    `json:"deaths0"`
		Bars1   [][2]float64 `json:"bars1"`
	} `json:"clouds"`
	Diagrams map[string][][2]float64 `json:"diagrams"`
	// Of clouds, by degree.
	Wasserstein []goldenPair `json:"wasserstein"`
	Sliced      []goldenPair `json:"sliced"`
	// Of diagrams.
	Bars []struct {
		P, Q   string
		Losses map[string]goldenLoss
	} `json:"bars"`
}

type goldenPair struct {
	X, Y   string
	Losses map[string]goldenLoss
}

type goldenLoss struct {
	Cost, Distance, Value float64
	Slopes                [][2]float64
	Ambiguous             any
}

func pairs(list [][2]float64) (bars []ph.Bar) {
	for _, b := range list {
		bars = append(bars, ph.Bar{Birth: b[0], Death: b[1]})
	}
	return bars
}

// orderAndNorm reads names like p2_ninf.
func orderAndNorm(t *testing.T, name string) (order, norm float64) {
	t.Helper()
	before, after, ok := strings.Cut(name, "_n")
	require.True(t, ok, name)
	_, err := fmt.Sscanf(before, "p%g", &order)
	require.NoError(t, err)
	if after == "inf" {
		return order, math.Inf(1)
	}
	_, err = fmt.Sscan(after, &norm)
	require.NoError(t, err)
	return order, norm
}

func TestGoldenDistancesOfClouds(t *testing.T) {
	var file goldenLosses
	golden.Read(t, &file, "golden2", "losses.json")
	diagram := func(cloud string, degree int) []ph.Bar {
		c := file.Clouds[cloud]
		if degree == 1 {
			return pairs(c.Bars1)
		}
		var list []ph.Bar
		for _, d := range c.Deaths0 {
			list = append(list, ph.Bar{Death: d})
		}
		return list
	}
	var m distance.Matcher
	each := func(pairs []goldenPair, check func(a, b []ph.Bar, name string, want goldenLoss)) {
		count := 0
		for _, pair := range pairs {
			for name, want := range pair.Losses {
				degree, rest := int(name[1]-'0'), name[3:]
				check(diagram(pair.X, degree), diagram(pair.Y, degree), rest, want)
				count++
			}
		}
		require.Greater(t, count, 50)
	}
	each(file.Wasserstein, func(a, b []ph.Bar, name string, want goldenLoss) {
		order, norm := orderAndNorm(t, name)
		got := wasserstein(t, &m, a, b, order, norm)
		require.InDelta(t, want.Distance, got, 1e-12*(1+want.Distance), name)
		require.InDelta(t, want.Cost, math.Pow(got, order), 1e-12*(1+want.Cost), name)
	})
	each(file.Sliced, func(a, b []ph.Bar, name string, want goldenLoss) {
		var directions int
		_, err := fmt.Sscan(name, &directions)
		require.NoError(t, err)
		require.InDelta(t, want.Value, sliced(t, &m, a, b, directions), 1e-12*(1+want.Value), name)
	})
}

func TestGoldenGradients(t *testing.T) {
	var file goldenLosses
	golden.Read(t, &file, "golden2", "losses.json")
	var m distance.Matcher
	count := 0
	for _, c := range file.Bars {
		a, b := pairs(file.Diagrams[c.P]), pairs(file.Diagrams[c.Q])
		for name, want := range c.Losses {
			grad := make([]ph.Gradient, len(a))
			scale := 1.0
			if rest, ok := strings.CutPrefix(name, "wasserstein_"); ok {
				order, norm := orderAndNorm(t, rest)
				d, err := m.WassersteinGradient(t.Context(), a, b, order, norm, grad)
				require.NoError(t, err)
				require.InDelta(t, want.Distance, d, 1e-12*(1+want.Distance), name)
				if d > 0 {
					scale = order * math.Pow(d, order-1) // slopes are those of the cost
				}
			} else if rest, ok := strings.CutPrefix(name, "sliced_"); ok {
				var directions int
				_, err := fmt.Sscan(rest, &directions)
				require.NoError(t, err)
				d, err := m.SlicedWassersteinGradient(t.Context(), a, b, directions, grad)
				require.NoError(t, err)
				require.InDelta(t, want.Value, d, 1e-12*(1+want.Value), name)
			} else {
				continue
			}
			count++
			if want.Ambiguous != nil {
				continue
			}
			for i, s := range want.Slopes {
				require.InDelta(t, s[0], scale*grad[i].Birth, 1e-10, "%s of %s and %s, birth of bar %d", name, c.P, c.Q, i)
				require.InDelta(t, s[1], scale*grad[i].Death, 1e-10, "%s of %s and %s, death of bar %d", name, c.P, c.Q, i)
			}
		}
	}
	require.Greater(t, count, 50)
}
