package alpha_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
)

// TestGolden compares with recorded results of GUDHI.
func TestGolden(t *testing.T) {
	var file struct {
		Cases []struct {
			Name       string
			D          int
			Points     [][]float64
			Simplices  []int
			Bars       [][][4]*float64 // birth and death, squared and not
			Filtration [][2]any
			Degenerate bool
		} `json:"alpha"`
	}
	golden.Read(t, &file, "golden2", "complexes.json")
	require.NotEmpty(t, file.Cases)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			points := ph.Points[float64]{Dim: c.D, Coords: slices.Concat(c.Points...)}
			for root, o := range []alpha.Options{{}, {Radii: true}} {
				complex, err := alpha.New(t.Context(), points, o)
				require.NoError(t, err)
				if !c.Degenerate || c.Name != "grid12" && c.D == 2 {
					for dim, n := range c.Simplices {
						require.Equal(t, n, complex.Len(dim), "dimension %d", dim)
					}
				}
				result, err := ph.Compute(t.Context(), complex, ph.Options{MaxDegree: c.D - 1})
				require.NoError(t, err)
				for degree, bars := range c.Bars {
					var want [][2]float64
					for _, b := range bars {
						interval := [2]float64{*b[2*root], math.Inf(1)}
						if b[1] != nil {
							interval[1] = *b[2*root+1]
						}
						want = append(want, interval)
					}
					requireBars(t, want, intervals(result.Classes[degree], 1e-12), 1e-12)
				}
				if c.Degenerate || root == 1 {
					continue
				}
				values := make(map[string]float64)
				for dim := range 4 {
					for i := range complex.Len(dim) {
						values[fmt.Sprint(complex.Simplex(dim, i))] = complex.Value(dim, i)
					}
				}
				for _, entry := range c.Filtration {
					require.InEpsilon(t, 1+entry[1].(float64), 1+values[fmt.Sprint(entry[0])], 1e-11, entry[0])
				}
			}
		})
	}
}

// intervals returns births and deaths, without classes whose persistence is at most the
// least one relative to the death.
func intervals(classes []ph.Class, least float64) (list [][2]float64) {
	for _, c := range classes {
		if c.Essential() || c.Persistence() > least*c.Death {
			list = append(list, [2]float64{c.Birth, c.Death})
		}
	}
	return list
}

// requireBars compares bars in any order, up to a relative tolerance.
func requireBars(t *testing.T, want, got [][2]float64, tolerance float64, about ...any) {
	t.Helper()
	require.Len(t, got, len(want), about...)
	near := func(x, y float64) bool { return x == y || math.Abs(x-y) <= tolerance*math.Abs(x) }
	rest := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(rest, func(g [2]float64) bool { return near(w[0], g[0]) && near(w[1], g[1]) })
		require.GreaterOrEqual(t, i, 0, "%v is missing: want %v, got %v: %v", w, want, got, about)
		rest = slices.Delete(rest, i, i+1)
	}
}

// draw returns a cloud in general position or one of several degenerate kinds.
func draw(r *rand.Rand, n, dim, kind int) [][]float64 {
	points := make([][]float64, n)
	for i := range points {
		p := make([]float64, dim)
		for a := range p {
			switch kind {
			case 0:
				p[a] = r.Float64()
			case 1: // a grid, with coinciding points
				p[a] = float64(r.IntN(3))
			case 2: // a grid whose differences are rounded
				p[a] = 0.1 * float64(r.IntN(3))
			case 3: // in a plane of space, or on a line of the plane
				p[a] = r.Float64()
				if a == dim-1 {
					p[a] = 2*p[0] - p[dim-2]
				}
			case 4: // on a line
				p[a] = float64(a+1) * p[0]
				if a == 0 {
					p[0] = float64(r.IntN(8))
				}
			case 5: // far from the origin
				p[a] = 1000 + r.Float64()
			}
		}
		if kind == 6 { // on a sphere
			length := 0.0
			for a := range p {
				p[a] = r.NormFloat64()
				length += p[a] * p[a]
			}
			for a := range p {
				p[a] /= math.Sqrt(length)
			}
		}
		points[i] = p
	}
	return points
}

const kinds = 7

// TestBuildAgain checks that a complex built in the memory of another one equals a new one, and
// that the order of the points changes values by rounding alone.
func TestBuildAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var c alpha.Complex
	for trial := range 20 * kinds {
		points := draw(r, 1+r.IntN(40), 2+trial/kinds%2, trial%kinds)
		p := ph.Points[float64]{Dim: len(points[0]), Coords: slices.Concat(points...)}
		fresh, err := alpha.New(t.Context(), p, alpha.Options{})
		require.NoError(t, err)
		require.NoError(t, alpha.Build(t.Context(), &c, p, alpha.Options{}))
		n := len(points)
		order := r.Perm(n)
		permuted := ph.Points[float64]{Dim: p.Dim, Coords: make([]float64, len(p.Coords))}
		for i, k := range order {
			copy(permuted.At(k), p.At(i))
		}
		other, err := alpha.New(t.Context(), permuted, alpha.Options{})
		require.NoError(t, err)
		for dim := range 5 {
			require.Equal(t, fresh.Len(dim), c.Len(dim))
			require.Equal(t, fresh.Len(dim), other.Len(dim))
			for i := range fresh.Len(dim) {
				require.Equal(t, fresh.Simplex(dim, i), c.Simplex(dim, i))
				require.Equal(t, fresh.Value(dim, i), c.Value(dim, i))
				require.Equal(t, fresh.Cell(dim, i), c.Cell(dim, i))
				require.Equal(t, fresh.AppendCofacets(nil, dim, i), c.AppendCofacets(nil, dim, i))
				require.InEpsilon(t, 1+fresh.Value(dim, i), 1+other.Value(dim, i), 1e-10)
			}
		}
	}
}

// With coefficients in any field the diagrams of these complexes are the same: they have no
// torsion. Modulo 2 the degree below the dimension is computed by duality.
func TestModuli(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for trial := range 20 {
		points := draw(r, 40, 2+trial%2, trial/2%2)
		complex, err := alpha.New(t.Context(), ph.Points[float64]{Dim: len(points[0]), Coords: slices.Concat(points...)}, alpha.Options{})
		require.NoError(t, err)
		want, err := ph.Compute(t.Context(), complex, ph.Options{MaxDegree: 3})
		require.NoError(t, err)
		for _, o := range []ph.Options{{MaxDegree: 3, Modulus: 3}, {MaxDegree: 3, Cocycles: true}, {MaxDegree: 3, Modulus: 3, Cycles: true}} {
			got, err := ph.Compute(t.Context(), complex, o)
			require.NoError(t, err)
			require.Equal(t, want.Diagrams(), got.Diagrams())
			for degree, classes := range got.Classes {
				for _, c := range classes {
					if degree == 0 || !o.Cycles {
						continue
					}
					boundary := make(map[string]int)
					require.NotEmpty(t, c.Cycle)
					for _, term := range c.Cycle {
						require.Len(t, term.Simplex, degree+1)
						for skip := range term.Simplex {
							facet := fmt.Sprint(slices.Delete(slices.Clone(term.Simplex), skip, skip+1))
							boundary[facet] += []int{1, 2}[skip%2] * term.Coefficient
						}
					}
					for facet, x := range boundary {
						require.Zero(t, x%3, "the boundary at %v of the cycle of %v", facet, c.Bar)
					}
				}
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		points ph.Points[float64]
		want   string
	}{
		{ph.Points[float64]{Dim: 4}, "dimension 4: want 2 or 3"},
		{ph.Points[float64]{Dim: 2, Coords: []float64{1}}, "1 coordinates"},
		{ph.Points[float64]{Dim: 2, Coords: []float64{1, 2, math.NaN(), 3}}, "coordinate 0 of point 1 is NaN"},
		{ph.Points[float64]{Dim: 3, Coords: []float64{1, 2, math.Inf(-1)}}, "coordinate 2 of point 0 is -Inf"},
		{ph.Points[float64]{Dim: 2, Coords: []float64{1, 1e200}}, "largest coordinate is 1e+200"},
		{ph.Points[float64]{Dim: 2, Coords: []float64{0, 1e-200}}, "largest coordinate is 1e-200"},
	} {
		_, err := alpha.New(t.Context(), c.points, alpha.Options{})
		require.ErrorContains(t, err, c.want)
	}
	complex, err := alpha.New(t.Context(), ph.Points[float32]{Dim: 2}, alpha.Options{})
	require.NoError(t, err)
	result, err := ph.Compute(t.Context(), complex, ph.Options{MaxDegree: 1})
	require.NoError(t, err)
	require.Empty(t, result.Classes[0])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = alpha.New(ctx, ph.Points[float32]{Dim: 2, Coords: make([]float32, 100)}, alpha.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.PanicsWithValue(t, "alpha: a gradient of 1 elements for 0 coordinates", func() {
		complex.AddGradient(make([]float64, 1), ph.Cell{}, 1)
	})
}

// A triangle is a loop until the disks around its corners meet in the middle.
func Example() {
	points := ph.Points[float64]{Dim: 2, Coords: []float64{0, 0, 2, 0, 0.5, 1.5}}
	complex, err := alpha.New(context.Background(), points, alpha.Options{})
	if err != nil {
		panic(err)
	}
	result, err := ph.Compute(context.Background(), complex, ph.Options{MaxDegree: 1})
	if err != nil {
		panic(err)
	}
	loop := result.Classes[1][0]
	fmt.Printf("%.4g to %.4g\n", loop.Birth, loop.Death)
	fmt.Println(complex.Sphere(loop.BirthCell), complex.Sphere(loop.DeathCell))
	gradient := make([]float64, 6)
	complex.AddGradient(gradient, loop.DeathCell, 1)
	fmt.Printf("%.3g\n", gradient)
	// Output:
	// 1.125 to 1.25
	// [1 2] [0 1 2]
	// [-0.5 -0.25 0.833 -0.417 -0.333 0.667]
}
