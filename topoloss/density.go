package topoloss

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// Density is the mean of (ρ_P(x) − ρ_Q(x))² over Points numbers x, equally
// spaced from 0 to Range, for the smoothed density of a diagram's deaths d
//
//	ρ(x) = Scale · Σ d⁴ exp(−((d−x)/Sigma)²),
//
// where d⁴ lets long bars count most (Jedlicki 2024, hdl:2445/217016). It is meant for
// degree 0, where all births are 0. Exponentials below the least positive float32 count
// as 0.
type Density struct {
	Sigma  float64 // the width of the smoothing, a length; 0.2 is usual
	Scale  float64 // the factor of ρ; 0.002 is usual
	Range  float64 // the largest x, a length; 35 is usual
	Points int     // the number of x; 30 is usual

	gap, truth []float64 // by x: gap is first ρ_P(x), then ρ_P(x) − ρ_Q(x); truth is ρ_Q(x)
}

// Evaluate takes time proportional to the number of bars times the number of x within
// about 10·Sigma of the death of a bar. It panics unless Sigma, Range and Points are
// positive.
func (r *Density) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (float64, bool) {
	if !(r.Sigma > 0) || !(r.Range > 0) || r.Points < 1 {
		panic(fmt.Sprintf("topoloss: Density with sigma %v, range %v and %d points, all must be positive", r.Sigma, r.Range, r.Points))
	}
	if len(learnable) == 0 {
		return 0, false
	}
	r.gap, r.truth = r.density(r.gap, learnable), r.density(r.truth, truth)
	var square float64
	for k, rho := range r.truth {
		r.gap[k] -= rho
		square += r.gap[k] * r.gap[k]
	}

	n, spacing := float64(r.Points), r.spacing()
	for i, b := range learnable {
		d := b.Death
		var slope float64
		from, to := r.near(d, spacing)
		for k := from; k < to; k++ {
			z := (d - spacing*float64(k)) / r.Sigma
			slope += r.gap[k] * (4 - 2*d*z/r.Sigma) * expNegative(z*z)
		}
		gradients[i].Death = 2 / n * r.Scale * d * d * d * slope
	}
	return square / n, true
}

// density returns ρ at each x. It reuses the memory of rho.
func (r *Density) density(rho []float64, bars []ph.Bar) []float64 {
	rho = reuse.Slice(rho, r.Points)
	clear(rho)
	spacing := r.spacing()
	for _, b := range bars {
		d := b.Death
		w := r.Scale * d * d * d * d
		from, to := r.near(d, spacing)
		for k := from; k < to; k++ {
			z := (d - spacing*float64(k)) / r.Sigma
			rho[k] += w * expNegative(z*z)
		}
	}
	return rho
}

// spacing returns the distance from one x to the next.
func (r *Density) spacing() float64 { return r.Range / float64(max(1, r.Points-1)) }

// near returns the range [from, to) of the indices of the x at which exp(−((d−x)/Sigma)²)
// is not below the least positive float32.
func (r *Density) near(d, spacing float64) (from, to int) {
	reach, last := math.Sqrt(negligible)*r.Sigma, float64(r.Points-1)
	from = int(min(max(math.Ceil((d-reach)/spacing), 0), last+1))
	to = int(min(max(math.Floor((d+reach)/spacing), -1), last)) + 1
	return from, to
}

func (families) Density() []Kind { return []Kind{densityKind()} }

func densityKind() Kind {
	return Kind{
		Name: "density", Degrees: "0",
		Doc: "mean squared difference of the smoothed densities of deaths in degree 0",
		Options: []Option{
			positive("sigma", 0.2, "width of the smoothing, a length"),
			positive("scale", 0.002, "factor of the density"),
			positive("maxrange", 35, "largest death at which densities are compared"),
			count(1, "npoints", 30, "number of deaths at which densities are compared"),
		},
		term: func(s settings) Term {
			return Term{Degree: 0, Regularizer: &Density{
				Sigma: s.number("sigma"), Scale: s.number("scale"), Range: s.number("maxrange"), Points: s.count("npoints"),
			}}
		},
	}
}
