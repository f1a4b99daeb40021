package distance_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// requireSlopes compares a gradient with central differences of the distance.
func requireSlopes(t *testing.T, a []ph.Bar, grad []ph.Gradient, measure func(a []ph.Bar) float64) {
	t.Helper()
	const step = 1e-6
	moved := slices.Clone(a)
	for i := range a {
		slope := func(end *float64) float64 {
			x := *end
			*end = x + step
			up := measure(moved)
			*end = x - step
			down := measure(moved)
			*end = x
			return (up - down) / (2 * step)
		}
		require.InDelta(t, slope(&moved[i].Birth), grad[i].Birth, 1e-5, "birth of bar %d", i)
		if !a[i].Essential() {
			require.InDelta(t, slope(&moved[i].Death), grad[i].Death, 1e-5, "death of bar %d", i)
		}
	}
}

func TestWassersteinGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	var m distance.Matcher
	for trial := range 60 {
		a, b := bars(r, 1+r.IntN(6), 2), bars(r, r.IntN(6), 2)
		if trial%3 == 0 {
			a = append(a, ph.Bar{Birth: r.Float64(), Death: math.Inf(1)})
			b = append(b, ph.Bar{Birth: r.Float64(), Death: math.Inf(1)})
		}
		for _, c := range []struct{ order, norm float64 }{{1, 2}, {1, math.Inf(1)}, {1, 1}, {2, 2}, {3, 1.5}, {7, math.Inf(1)}} {
			t.Run(fmt.Sprintf("%d, order %v, norm %v", trial, c.order, c.norm), func(t *testing.T) {
				grad := make([]ph.Gradient, len(a))
				d, err := m.WassersteinGradient(t.Context(), a, b, c.order, c.norm, grad)
				require.NoError(t, err)
				require.Equal(t, wasserstein(t, &m, a, b, c.order, c.norm), d)
				requireSlopes(t, a, grad, func(a []ph.Bar) float64 { return wasserstein(t, &m, a, b, c.order, c.norm) })
			})
		}
	}
}

func TestSlicedWassersteinGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 15))
	var m distance.Matcher
	for range 60 {
		a, b := bars(r, 1+r.IntN(6), 2), bars(r, r.IntN(6), 2)
		a = append(a, ph.Bar{Birth: r.Float64(), Death: math.Inf(1)})
		b = append(b, ph.Bar{Birth: r.Float64(), Death: math.Inf(1)})
		grad := make([]ph.Gradient, len(a))
		d, err := m.SlicedWassersteinGradient(t.Context(), a, b, 7, grad)
		require.NoError(t, err)
		requireClose(t, sliced(t, &m, a, b, 7), d, 1e-13)
		requireSlopes(t, a, grad, func(a []ph.Bar) float64 { return sliced(t, &m, a, b, 7) })
	}
}

func TestGradientsAtKinks(t *testing.T) {
	var m distance.Matcher
	gradient := func(a, b []ph.Bar, order, norm float64) []ph.Gradient {
		grad := make([]ph.Gradient, len(a))
		_, err := m.WassersteinGradient(t.Context(), a, b, order, norm, grad)
		require.NoError(t, err)
		return grad
	}
	inf := math.Inf(1)
	require.Equal(t, []ph.Gradient{{}}, gradient(diagram(1, 9), diagram(1, 9), 1, 2), "no move")
	require.Equal(t, []ph.Gradient{{}}, gradient(diagram(3, 3), diagram(1, 9), 1, 2), "no length")
	require.Equal(t, []ph.Gradient{{Birth: -0.5, Death: 0.5}}, gradient(diagram(1, 9), diagram(2, 8), 1, inf), "a tie of the sup-norm")
	require.Equal(t, []ph.Gradient{{}}, gradient(diagram(1, inf), nil, 1, 2), "an infinite distance")
	require.Equal(t, []ph.Gradient{{Birth: -1}, {Birth: -1}}, gradient(diagram(1, inf, 2, 9), diagram(2, inf, 4, 9), 1, 1), "essential bars move by their births")
	// The derivative of a norm of a large exponent is that of the sup-norm, but for ties.
	grad := gradient(diagram(1, 9), diagram(2, 8), 1, 1e300)
	require.InDelta(t, -0.5, grad[0].Birth, 1e-12)
	require.InDelta(t, 0.5, grad[0].Death, 1e-12)
	require.Panics(t, func() { m.WassersteinGradient(t.Context(), diagram(1, 2), nil, 1, 1, nil) })
	require.Panics(t, func() { m.SlicedWassersteinGradient(t.Context(), diagram(1, 2), nil, 1, nil) })

	sliced := make([]ph.Gradient, 2)
	d, err := m.SlicedWassersteinGradient(t.Context(), diagram(1, 2, 3, 4), diagram(3, 4, 1, 2), 5, sliced)
	require.NoError(t, err)
	require.Zero(t, d)
	require.Equal(t, make([]ph.Gradient, 2), sliced)
	d, err = m.SlicedWassersteinGradient(t.Context(), diagram(1, inf, 3, 4), nil, 5, sliced)
	require.NoError(t, err)
	require.Equal(t, inf, d)
	require.Equal(t, make([]ph.Gradient, 2), sliced)
}
