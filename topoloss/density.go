package topoloss

import "github.com/topogen/topogen/ph"

// Density is the mean of (ρ_P(x) − ρ_Q(x))² over Points values x, equally spaced
// from 0 to Range, where ρ(x) = Scale·Σ d⁴ exp(−((d−x)/Sigma)²) is the density
// of a diagram's deaths d in degree 0, smoothed and weighted (Jedlicki 2024).
type Density struct {
	Sigma, Scale, Range float64
	Points              int
	rho, rhoTrue        []float64
}

// Name returns "density".
func (r *Density) Name() string { return "density" }

// Degree returns 0.
func (r *Density) Degree() int { return 0 }

// Evaluate implements [Regularizer].
func (r *Density) Evaluate(learnable, truth []ph.Bar, weight float64, slopes []Slope) (float64, bool) {
	if len(learnable) == 0 {
		return 0, false
	}
	r.rho, r.rhoTrue = r.density(r.rho, learnable), r.density(r.rhoTrue, truth)
	var value float64
	for k := range r.rho {
		r.rho[k] -= r.rhoTrue[k]
		value += r.rho[k] * r.rho[k]
	}
	n := float64(r.Points)
	for i, b := range learnable {
		d := b.Death
		var slope float64
		for k, gap := range r.rho {
			z := (d - r.at(k)) / r.Sigma
			slope += gap * (4 - 2*d*z/r.Sigma) * gauss(z*z)
		}
		slopes[i].add(0, weight*2/n*r.Scale*d*d*d*slope)
	}
	return value / n, true
}

// at returns the k-th value of x.
func (r *Density) at(k int) float64 {
	if r.Points == 1 {
		return 0
	}
	return r.Range * float64(k) / float64(r.Points-1)
}

func (r *Density) density(rho []float64, bars []ph.Bar) []float64 {
	if cap(rho) < r.Points {
		rho = make([]float64, r.Points)
	}
	rho = rho[:r.Points]
	clear(rho)
	for _, b := range bars {
		w := r.Scale * b.Death * b.Death * b.Death * b.Death
		for k := range rho {
			z := (b.Death - r.at(k)) / r.Sigma
			rho[k] += w * gauss(z*z)
		}
	}
	return rho
}
