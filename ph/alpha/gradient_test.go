package alpha_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
)

// TestGradient compares derivatives of sums over births and deaths with differences.
func TestGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for trial := range 12 {
		dim := 2 + trial%2
		o := alpha.Options{Radii: trial%4 >= 2}
		p := ph.Points[float64]{Dim: dim, Coords: slices.Concat(draw(r, 25, dim, 0)...)}
		if trial >= 8 {
			for i := range p.Coords {
				p.Coords[i] *= 37
			}
		}
		loss := func(gradient []float64) float64 {
			c, err := alpha.New(t.Context(), p, o)
			require.NoError(t, err)
			result, err := ph.Compute(t.Context(), c, ph.Options{MaxDegree: dim - 1})
			require.NoError(t, err)
			sum := 0.0
			for degree, classes := range result.Classes {
				for i, b := range classes {
					if b.Essential() {
						continue
					}
					u, v := math.Sin(float64(degree+3*i)), math.Cos(float64(degree+5*i))
					sum += u*b.Birth + v*b.Death
					if gradient != nil {
						c.AddGradient(gradient, b.BirthCell, u)
						c.AddGradient(gradient, b.DeathCell, v)
					}
				}
			}
			return sum
		}
		gradient := make([]float64, len(p.Coords))
		loss(gradient)
		for i := range p.Coords {
			x := p.Coords[i]
			h := 1e-6 * math.Abs(x)
			p.Coords[i] = x + h
			more := loss(nil)
			p.Coords[i] = x - h
			less := loss(nil)
			p.Coords[i] = x
			require.InDelta(t, gradient[i], (more-less)/(2*h), 1e-5*max(1, math.Abs(gradient[i])), "trial %d, coordinate %d", trial, i)
		}
	}
}

// TestGradientOfSimplices compares derivatives of the values of all simplices with differences.
func TestGradientOfSimplices(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for dim := 2; dim <= 3; dim++ {
		p := ph.Points[float64]{Dim: dim, Coords: slices.Concat(draw(r, 12, dim, 0)...)}
		values := func() (*alpha.Complex, map[string]float64) {
			c, err := alpha.New(t.Context(), p, alpha.Options{})
			require.NoError(t, err)
			list := make(map[string]float64)
			for d := range dim + 1 {
				for i := range c.Len(d) {
					list[fmt.Sprint(c.Simplex(d, i))] = c.Value(d, i)
				}
			}
			return c, list
		}
		c, _ := values()
		for d := range dim + 1 {
			for i := range c.Len(d) {
				gradient := make([]float64, len(p.Coords))
				c.AddGradient(gradient, c.Cell(d, i), 1)
				require.Subset(t, c.Sphere(c.Cell(d, i)), c.Simplex(d, i))
				coordinate := r.IntN(len(p.Coords))
				x := p.Coords[coordinate]
				const h = 1e-7
				p.Coords[coordinate] = x + h
				_, more := values()
				p.Coords[coordinate] = x - h
				_, less := values()
				p.Coords[coordinate] = x
				name := fmt.Sprint(c.Simplex(d, i))
				slope := (more[name] - less[name]) / (2 * h)
				require.InDelta(t, gradient[coordinate], slope, 1e-5*(1+math.Abs(slope))*(1+c.Value(d, i)), name)
			}
		}
	}
}
