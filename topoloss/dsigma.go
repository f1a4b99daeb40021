package topoloss

import (
	"math"
	"strconv"

	"github.com/topogen/topogen/ph"
)

// Dsigma is the squared distance k(P,P) − 2k(P,Q) + k(Q,Q) of two diagrams under
// the persistence scale space kernel of Reininghaus et al. (2015, §4),
//
//	k(P,Q) = 1/(8πσ) Σ_{p,q} exp(−‖p−q‖²/8σ) − exp(−‖p−q̄‖²/8σ),
//
// with q̄ the mirror image of q at the diagonal, less the constant k(Q,Q). It
// takes time proportional to |P|·(|P|+|Q|).
type Dsigma struct {
	In    int     // the degree
	Sigma float64 // the kernel's scale, a squared length
}

// Name returns "dsigma0" or "dsigma1".
func (r *Dsigma) Name() string { return "dsigma" + strconv.Itoa(r.In) }

// Degree returns the degree.
func (r *Dsigma) Degree() int { return r.In }

// Evaluate implements [Regularizer].
func (r *Dsigma) Evaluate(learnable, truth []ph.Bar, weight float64, slopes []Slope) (float64, bool) {
	if len(learnable) == 0 {
		return 0, false
	}
	norm := 1 / (8 * math.Pi * r.Sigma)
	var within, across float64
	for i, p := range learnable {
		// Both arguments of k(P,P) move, which doubles its derivative; pairs
		// with i are met twice over the loop, once as p and once as q.
		v, s := r.sum(p, learnable)
		within += v
		w, t := r.sum(p, truth)
		across += w
		c := 2 * weight * norm
		slopes[i].add(c*(s.Birth-t.Birth), c*(s.Death-t.Death))
	}
	return norm * (within - 2*across), true
}

// sum returns Σ_q exp(−‖p−q‖²/8σ) − exp(−‖p−q̄‖²/8σ) and its derivative by p,
// with q held.
func (r *Dsigma) sum(p ph.Bar, bars []ph.Bar) (value float64, slope Slope) {
	c := 1 / (8 * r.Sigma)
	for _, q := range bars {
		x, y := p.Birth-q.Birth, p.Death-q.Death
		k := gauss((x*x + y*y) * c)
		u, v := p.Birth-q.Death, p.Death-q.Birth
		m := gauss((u*u + v*v) * c)
		value += k - m
		slope.Birth -= x*k - u*m
		slope.Death -= y*k - v*m
	}
	slope.Birth *= 2 * c
	slope.Death *= 2 * c
	return value, slope
}

// gauss returns e^−x, taking what is below any float32 for 0: most bars are far
// apart, and an exponential costs more than all the rest.
func gauss(x float64) float64 {
	if x > 104 {
		return 0
	}
	return math.Exp(-x)
}
