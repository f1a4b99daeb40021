package vector_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/vector"
)

// numbers are the numbers of nested lists of any depth, in their order.
type numbers []float64

func (n *numbers) UnmarshalJSON(data []byte) error {
	var lists []numbers
	if json.Unmarshal(data, &lists) == nil {
		for _, l := range lists {
			*n = append(*n, l...)
		}
		return nil
	}
	var x float64
	err := json.Unmarshal(data, &x)
	*n = append(*n, x)
	return err
}

// A goldenVector is a reference vector and the gradient of Σ sin(i+1)·v[i].
type goldenVector struct {
	Diagram    string
	Bandwidth  float64
	Sigma      float64
	Weight     string
	Resolution [2]int
	Range      [4]float64
	Grid       [3]float64
	K          int
	Value      float64
	Values     numbers
	Grad       [][2]float64
	Kink       bool
	NearTie    []int `json:"near_tie"`
}

func (g *goldenVector) grid() vector.Grid {
	return vector.Grid{Lo: g.Grid[0], Hi: g.Grid[1], N: int(g.Grid[2])}
}

var weightNames = map[string]vector.Weight{
	"one": vector.Constant, "persistence": vector.Linear, "persistence2": vector.Quadratic, "arctan": vector.Arctangent,
}

func TestGoldenVectors(t *testing.T) {
	var file struct {
		Diagrams     map[string][][2]float64
		Image        []goldenVector
		Landscape    []goldenVector
		Silhouette   []goldenVector
		Betti        []goldenVector
		Entropy      []goldenVector
		EntropyCurve []goldenVector `json:"entropy_curve"`
		Heat         []goldenVector
	}
	golden.Read(t, &file, "golden2", "vectors.json")
	weight := func(name string) vector.Weight {
		w, ok := weightNames[name]
		require.True(t, ok, name)
		return w
	}
	count := 0
	check := func(list []goldenVector, make func(g *goldenVector) vector.Vectorizer) {
		for _, g := range list {
			var bars []ph.Bar
			for _, b := range file.Diagrams[g.Diagram] {
				bars = append(bars, ph.Bar{Birth: b[0], Death: b[1]})
			}
			compare(t, make(&g), bars, &g)
			count++
		}
	}
	check(file.Image, func(g *goldenVector) vector.Vectorizer {
		return &vector.Image{
			Births:    vector.Grid{Lo: g.Range[0], Hi: g.Range[1], N: g.Resolution[0]},
			Lengths:   vector.Grid{Lo: g.Range[2], Hi: g.Range[3], N: g.Resolution[1]},
			Bandwidth: g.Bandwidth, Weight: weight(g.Weight),
		}
	})
	check(file.Landscape, func(g *goldenVector) vector.Vectorizer { return &vector.Landscape{Grid: g.grid(), Layers: g.K} })
	check(file.Silhouette, func(g *goldenVector) vector.Vectorizer {
		return &vector.Silhouette{Grid: g.grid(), Weight: weight(g.Weight)}
	})
	check(file.Betti, func(g *goldenVector) vector.Vectorizer { return &vector.Betti{Grid: g.grid()} })
	check(file.Entropy, func(g *goldenVector) vector.Vectorizer {
		g.Values = numbers{g.Value}
		return vector.Entropy{}
	})
	check(file.EntropyCurve, func(g *goldenVector) vector.Vectorizer { return &vector.EntropyCurve{Grid: g.grid()} })
	check(file.Heat, func(g *goldenVector) vector.Vectorizer {
		return &vector.Heat{Grid: g.grid(), Bandwidth: g.Sigma}
	})
	require.Greater(t, count, 200)
}

// compare checks a vector, and its gradient where the reference has one.
func compare(t *testing.T, v vector.Vectorizer, bars []ph.Bar, want *goldenVector) {
	t.Helper()
	require.Equal(t, len(want.Values), v.Len(), "%T of %s", v, want.Diagram)
	got := make([]float64, v.Len())
	require.NoError(t, v.Vector(got, bars))
	for i, x := range want.Values {
		if !slices.Contains(want.NearTie, i) {
			require.InDelta(t, x, got[i], 1e-12*max(1, math.Abs(x)), "%T of %s, element %d", v, want.Diagram, i)
		}
	}
	weights := make([]float64, v.Len())
	for i := range weights {
		weights[i] = math.Sin(float64(i + 1))
	}
	grad := make([]ph.Gradient, len(bars))
	require.NoError(t, v.Gradient(grad, bars, weights))
	if want.Kink || want.Grad == nil {
		return
	}
	largest := 0.0
	for _, s := range want.Grad {
		largest = max(largest, math.Abs(s[0]), math.Abs(s[1]))
	}
	for i, s := range want.Grad {
		require.InDelta(t, s[0], grad[i].Birth, 1e-10*max(1, largest), "%T of %s, birth of bar %d", v, want.Diagram, i)
		require.InDelta(t, s[1], grad[i].Death, 1e-10*max(1, largest), "%T of %s, death of bar %d", v, want.Diagram, i)
	}
}
