package sparse_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/ph/sparse"
)

// draw returns a cloud of one of several kinds.
func draw(r *rand.Rand, n, kind int) ph.Points[float64] {
	p := ph.Points[float64]{Dim: 2 + kind%2}
	for i := range n {
		for range p.Dim {
			p.Coords = append(p.Coords, r.NormFloat64())
		}
		x := p.At(i)
		length := 0.0
		for _, v := range x {
			length += v * v
		}
		for a := range x {
			switch kind / 2 {
			case 0: // on a circle or a sphere, with noise
				x[a] = x[a]/math.Sqrt(length) + 0.05*r.NormFloat64()
			case 1: // a grid, with coinciding points
				x[a] = math.Round(x[a])
			case 2: // clusters of all sizes
				x[a] *= math.Pow(3, float64(r.IntN(8)))
			}
		}
	}
	return p
}

const kinds = 6

// TestGuarantee checks, by matching logarithms of bars, that no birth and no death is off by
// more than the factor 1+ε.
func TestGuarantee(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var m distance.Matcher
	for trial := range 20 * kinds {
		epsilon := []float64{0.05, 0.3, 1, 4}[trial%4]
		modulus := []int{2, 3}[trial/4%2]
		p := draw(r, 1+r.IntN(40), trial%kinds)
		edges, err := sparse.Rips(t.Context(), p, epsilon)
		require.NoError(t, err)
		o := ph.Options{MaxDegree: 2, Modulus: modulus}
		got, err := ph.Rips(t.Context(), edges, o)
		require.NoError(t, err)
		want, err := ph.Rips(t.Context(), p, o)
		require.NoError(t, err)
		// In degree 0 all births are 0: the least cost is that of the sorted deaths.
		var deaths [2][]float64
		for i, result := range []*ph.Result{want, got} {
			for _, c := range result.Classes[0] {
				if c.Death > 0 {
					deaths[i] = append(deaths[i], c.Death)
				}
			}
			slices.Sort(deaths[i])
		}
		require.Len(t, deaths[1], len(deaths[0]))
		for i, death := range deaths[0] {
			if math.IsInf(death, 1) {
				require.Equal(t, death, deaths[1][i])
				continue
			}
			require.GreaterOrEqual(t, deaths[1][i], death*(1-1e-12))
			require.LessOrEqual(t, deaths[1][i], death*(1+epsilon)*(1+1e-12))
		}
		for degree := 1; degree < len(want.Classes); degree++ {
			var logs [2][]ph.Bar
			for i, result := range []*ph.Result{want, got} {
				for _, c := range result.Classes[degree] {
					logs[i] = append(logs[i], ph.Bar{Birth: math.Log(c.Birth), Death: math.Log(c.Death)})
				}
			}
			value, _, err := m.Bottleneck(t.Context(), logs[0], logs[1])
			require.NoError(t, err)
			require.LessOrEqual(t, value, math.Log1p(epsilon)+1e-9, "degree %d, epsilon %v, %v", degree, epsilon, p)
		}
	}
}

// TestNumberOfEdges checks that many points have few of all edges, and that a small error keeps
// all edges of a few points.
func TestNumberOfEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	p := draw(r, 2000, 0)
	edges, err := sparse.Rips(t.Context(), p, 1)
	require.NoError(t, err)
	require.Less(t, len(edges.Entries), 2000*1999/2/10)
	p = draw(r, 30, 0)
	edges, err = sparse.Rips(t.Context(), p, 1e-3)
	require.NoError(t, err)
	require.Len(t, edges.Entries, 30*29/2)
	for _, e := range edges.Entries {
		require.Equal(t, p.Distance(e.I, e.J), e.Distance)
	}
}

func TestRefuses(t *testing.T) {
	two := ph.Points[float64]{Dim: 1, Coords: []float64{0, 1}}
	for _, epsilon := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err := sparse.Rips(t.Context(), two, epsilon)
		require.ErrorContains(t, err, "want a positive number")
	}
	_, err := sparse.Rips(t.Context(), ph.LowerMatrix[float64]{N: 3, Data: []float64{1, 2, math.NaN()}}, 1)
	require.ErrorContains(t, err, "points 2 and 1 is NaN")
	_, err = sparse.Rips(t.Context(), ph.LowerMatrix[float64]{N: 2, Data: []float64{math.Inf(1)}}, 1)
	require.ErrorContains(t, err, "points 1 and 0 is +Inf")
	_, err = sparse.Rips(t.Context(), ph.LowerMatrix[float64]{N: 3}, 1)
	require.ErrorContains(t, err, "0 distances for 3 points, want 3")
	edges, err := sparse.Rips(t.Context(), ph.Points[float64]{Dim: 2}, 1)
	require.NoError(t, err)
	require.Empty(t, edges.Entries)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = sparse.Rips(ctx, two, 1)
	require.ErrorIs(t, err, context.Canceled)
}

// A circle of a thousand points needs few of its half million edges.
func ExampleRips() {
	circle := ph.Points[float64]{Dim: 2}
	for i := range 1000 {
		at := 2 * math.Pi * float64(i) / 1000
		circle.Coords = append(circle.Coords, math.Cos(at), math.Sin(at))
	}
	edges, err := sparse.Rips(context.Background(), circle, 0.5)
	if err != nil {
		panic(err)
	}
	result, err := ph.Rips(context.Background(), edges, ph.Options{MaxDegree: 1})
	if err != nil {
		panic(err)
	}
	longest := slices.MaxFunc(result.Classes[1], func(a, b ph.Class) int {
		return int(math.Copysign(1, a.Persistence()-b.Persistence()))
	})
	fmt.Println(len(edges.Entries) < 20000)
	fmt.Println(longest.Death > math.Sqrt(3)/1.5 && longest.Death < math.Sqrt(3)*1.5)
	// Output:
	// true
	// true
}
