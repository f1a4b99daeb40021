package simplicial_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/simplicial"
)

// requireIntervals compares births and deaths, where nil stands for +Inf.
func requireIntervals(t *testing.T, want [][2]*float64, got []ph.Class, tolerance float64) {
	t.Helper()
	var a, b [][2]float64
	for _, w := range want {
		interval := [2]float64{*w[0], math.Inf(1)}
		if w[1] != nil {
			interval[1] = *w[1]
		}
		a = append(a, interval)
	}
	for _, c := range got {
		if c.Death-c.Birth > tolerance {
			b = append(b, [2]float64{c.Birth, c.Death})
		}
	}
	require.Len(t, b, len(a))
	compare := func(x, y [2]float64) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) }
	slices.SortFunc(a, compare)
	slices.SortFunc(b, compare)
	for i := range a {
		require.InDelta(t, a[i][0], b[i][0], tolerance)
		if math.IsInf(a[i][1], 1) {
			require.Equal(t, a[i][1], b[i][1])
		} else {
			require.InDelta(t, a[i][1], b[i][1], tolerance)
		}
	}
}

// TestGoldenLowerStar compares with gudhi.
func TestGoldenLowerStar(t *testing.T) {
	var file struct {
		Cases []struct {
			Name       string
			Vertices   []float64
			Edges      []ph.Simplex
			Bars0      [][5]float64 // birth, death, birth vertex, death edge
			Essential0 [][2]float64
			Essential1 [][3]float64
		} `json:"lower_star"`
	}
	golden.Read(t, &file, "golden2", "complexes.json")
	require.NotEmpty(t, file.Cases)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			complex, err := simplicial.LowerStar(c.Vertices, c.Edges)
			require.NoError(t, err)
			result, err := ph.Compute(t.Context(), complex, ph.Options{MaxDegree: 1, Simplices: true})
			require.NoError(t, err)
			ties := len(slices.Compact(slices.Sorted(slices.Values(c.Vertices)))) < len(c.Vertices)
			var bars [][4]float64
			var essential [][2]float64
			for _, class := range result.Classes[0] {
				require.Equal(t, c.Vertices[class.BirthCell.U], class.Birth)
				if class.Essential() {
					essential = append(essential, [2]float64{class.Birth, float64(class.BirthSimplex[0])})
					continue
				}
				require.Equal(t, c.Vertices[class.DeathCell.U], class.Death)
				bar := [4]float64{class.Birth, class.Death}
				if !ties {
					require.Contains(t, class.DeathSimplex, class.DeathCell.U)
					bar[2], bar[3] = float64(class.BirthSimplex[0]), float64(class.DeathCell.U)
				}
				bars = append(bars, bar)
			}
			var wanted [][4]float64
			for _, b := range c.Bars0 {
				bar := [4]float64{b[0], b[1]}
				if !ties {
					// Several edges may enter with the same vertex: their order is arbitrary.
					last := b[3]
					if c.Vertices[int(b[4])] > c.Vertices[int(b[3])] {
						last = b[4]
					}
					bar[2], bar[3] = b[2], last
				}
				wanted = append(wanted, bar)
			}
			require.ElementsMatch(t, wanted, bars)
			if !ties {
				require.ElementsMatch(t, c.Essential0, essential)
			}
			require.Len(t, essential, len(c.Essential0))
			var births, want []float64
			for _, class := range result.Classes[1] {
				require.True(t, class.Essential())
				births = append(births, class.Birth)
			}
			for _, e := range c.Essential1 {
				want = append(want, e[0])
			}
			require.ElementsMatch(t, want, births)
		})
	}
}

// TestGoldenWeightedRips compares with gudhi and giotto-tda.
func TestGoldenWeightedRips(t *testing.T) {
	type bars struct {
		Weights []float64     `json:"half_weights"`
		Bars0   [][2]*float64 `json:"bars0"`
		Bars1   [][2]*float64 `json:"bars1"`
	}
	var file struct {
		Cases []struct {
			Name   string
			D      int
			Points [][]float64
			Given  []bars
			DTM    []struct {
				bars
				K int
				Q float64
				P json.RawMessage
			}
		} `json:"weighted_rips"`
	}
	golden.Read(t, &file, "golden2", "complexes.json")
	require.NotEmpty(t, file.Cases)
	for _, c := range file.Cases {
		points := ph.Points[float64]{Dim: c.D, Coords: slices.Concat(c.Points...)}
		check := func(weights []float64, power float64, want bars) {
			complex, err := simplicial.WeightedRips(points, weights, simplicial.WeightedRipsOptions{Degree: 1, Power: power})
			require.NoError(t, err)
			result, err := ph.Compute(t.Context(), complex, ph.Options{MaxDegree: 1})
			require.NoError(t, err)
			requireIntervals(t, want.Bars0, result.Classes[0], 1e-12)
			requireIntervals(t, want.Bars1, result.Classes[1], 1e-12)
		}
		for _, g := range c.Given {
			check(g.Weights, 0, g)
		}
		for _, g := range c.DTM {
			weights, err := simplicial.DistanceToMeasure(points, g.K, g.Q)
			require.NoError(t, err)
			require.InDeltaSlice(t, g.Weights, weights, 1e-12)
			power := math.Inf(1)
			if string(g.P) != `"inf"` {
				require.NoError(t, json.Unmarshal(g.P, &power))
			}
			check(weights, power, g.bars)
		}
	}
}

// TestWeightsOfZero checks that without weights the filtration is that of Rips, pairing
// included, up to a threshold, too.
func TestWeightsOfZero(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 40 {
		n := 1 + r.IntN(12)
		points := ph.Points[float64]{Dim: 2}
		for range 2 * n {
			points.Coords = append(points.Coords, r.Float64())
		}
		threshold := []float64{0, 0.5}[trial%2]
		for _, power := range []float64{1, 2, math.Inf(1)} {
			complex, err := simplicial.WeightedRips(points, make([]float64, n), simplicial.WeightedRipsOptions{Degree: 2, Power: power, Threshold: threshold})
			require.NoError(t, err)
			o := ph.Options{MaxDegree: 2, Simplices: true, Threshold: threshold}
			got, err := ph.Compute(t.Context(), complex, o)
			require.NoError(t, err)
			if threshold == 0 {
				o.Threshold = math.Inf(1)
			}
			want, err := ph.Rips(t.Context(), points, o)
			require.NoError(t, err)
			for degree, classes := range want.Classes {
				require.Len(t, got.Classes[degree], len(classes))
				for i, c := range classes {
					require.InDelta(t, c.Birth, got.Classes[degree][i].Birth, 1e-14)
					require.Equal(t, c.BirthCell, got.Classes[degree][i].BirthCell)
					require.Equal(t, c.DeathCell, got.Classes[degree][i].DeathCell)
				}
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	point := func(v int32, value float64) simplicial.Simplex {
		return simplicial.Simplex{Points: ph.Simplex{v}, Value: value}
	}
	edge := func(u, v int32, value float64) simplicial.Simplex {
		return simplicial.Simplex{Points: ph.Simplex{u, v}, Value: value}
	}
	for _, c := range []struct {
		simplices []simplicial.Simplex
		want      string
	}{
		{[]simplicial.Simplex{{}}, "simplex 0, [], has no points"},
		{[]simplicial.Simplex{point(0, math.NaN())}, "simplex 0, [0], has the value NaN"},
		{[]simplicial.Simplex{point(0, 0), edge(0, 0, 1)}, "simplex 1, [0 0], has points that do not ascend"},
		{[]simplicial.Simplex{point(-1, 0)}, "do not ascend from 0"},
		{[]simplicial.Simplex{point(0, 0), point(0, 0)}, "[0] is listed twice"},
		{[]simplicial.Simplex{point(0, 0), edge(0, 1, 1)}, "[0 1] lacks its facet without point 0"},
		{[]simplicial.Simplex{point(0, 0), point(1, 2), edge(0, 1, 1)}, "[0 1] enters at 1, before its facet [1] at 2"},
	} {
		_, err := simplicial.New(c.simplices)
		require.ErrorContains(t, err, c.want)
	}
	_, err := simplicial.LowerStar([]float64{0, 1}, []ph.Simplex{{0, 2}})
	require.ErrorContains(t, err, "simplex 0, [0 2]: want different vertices from 0 to 1")
	_, err = simplicial.LowerStar([]float64{0, 1}, []ph.Simplex{{1, 1}})
	require.ErrorContains(t, err, "want different vertices")
	_, err = simplicial.LowerStar(make([]float64, 64), []ph.Simplex{{0}, make(ph.Simplex, 64)})
	require.ErrorContains(t, err, "simplex 1 has 64 vertices, of which every set is a face: want at most 24")
	short := ph.LowerMatrix[float32]{N: 3}
	_, err = simplicial.DistanceToMeasure(short, 1, 2)
	require.ErrorContains(t, err, "0 distances for 3 points, want 3")
	_, err = simplicial.WeightedRips(short, make([]float64, 3), simplicial.WeightedRipsOptions{})
	require.ErrorContains(t, err, "0 distances for 3 points, want 3")
	_, err = simplicial.DistanceToMeasure(ph.LowerMatrix[float32]{N: 2, Data: []float32{float32(math.NaN())}}, 1, 2)
	require.ErrorContains(t, err, "the distance of points 0 and 1 is NaN")
	points := ph.Points[float64]{Dim: 1, Coords: []float64{0, 1}}
	for _, c := range []struct {
		weights []float64
		o       simplicial.WeightedRipsOptions
		want    string
	}{
		{[]float64{0}, simplicial.WeightedRipsOptions{}, "1 weights for 2 points"},
		{[]float64{0, -1}, simplicial.WeightedRipsOptions{}, "point 1 has the weight -1"},
		{[]float64{0, 0}, simplicial.WeightedRipsOptions{Power: 3}, "power 3"},
		{[]float64{0, 0}, simplicial.WeightedRipsOptions{Degree: -1}, "degree -1"},
		{[]float64{0, 0}, simplicial.WeightedRipsOptions{Threshold: math.NaN()}, "threshold NaN"},
	} {
		_, err := simplicial.WeightedRips(points, c.weights, c.o)
		require.ErrorContains(t, err, c.want)
	}
	_, err = simplicial.DistanceToMeasure(points, 3, 2)
	require.ErrorContains(t, err, "k is 3: want 1 to 2 nearest points")
	_, err = simplicial.DistanceToMeasure(points, 1, 0)
	require.ErrorContains(t, err, "power 0")
}

// The peaks of a signal: the longest bar is the highest peak, and each other one shows how
// far a peak rises above its surroundings.
func ExampleLowerStar() {
	signal := []float64{1, 3, 2, 5, 0}
	negated := make([]float64, len(signal))
	var path []ph.Simplex
	for i, v := range signal {
		negated[i] = -v
		if i > 0 {
			path = append(path, ph.Simplex{int32(i - 1), int32(i)})
		}
	}
	complex, err := simplicial.LowerStar(negated, path)
	if err != nil {
		panic(err)
	}
	result, err := ph.Compute(context.Background(), complex, ph.Options{})
	if err != nil {
		panic(err)
	}
	for _, peak := range result.Classes[0] {
		fmt.Printf("%+v\n", peak.Bar)
	}
	// Output:
	// [-3, -2) from 1 to 2
	// [-5, ∞) from 3
}
