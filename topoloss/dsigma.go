package topoloss

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
)

// Dsigma is k(P,P) − 2k(P,Q), the squared distance of two diagrams less the
// constant k(Q,Q), under the persistence scale-space kernel of Reininghaus et
// al. (2015, section 4)
//
//	k(P,Q) = 1/(8πσ) Σ exp(−‖p−q‖²/8σ) − exp(−‖p−q̄‖²/8σ)  over p ∈ P, q ∈ Q,
//
// in which q̄ is q mirrored at the diagonal: bars near the diagonal weigh
// nothing, so that the distance is stable. Exponentials below the least
// positive float32 are taken for 0.
type Dsigma struct {
	Sigma float64 // the scale σ of the kernel, a squared length; 0.05 is usual
}

// Evaluate takes time proportional to |P|·(|P|+|Q|). It panics unless Sigma is
// positive.
func (r Dsigma) Evaluate(learnable, truth []ph.Bar, slopes []Slope) (float64, bool) {
	if !(r.Sigma > 0) {
		panic(fmt.Sprintf("topoloss: Dsigma with sigma %v, must be positive", r.Sigma))
	}
	if len(learnable) == 0 {
		return 0, false
	}
	c := 1 / (8 * r.Sigma)
	var sum float64
	if bornAtZero(learnable) && bornAtZero(truth) {
		sum = dsigmaFromZero(c, learnable, truth, slopes)
	} else {
		sum = dsigma(c, learnable, truth, slopes)
	}
	norm := 1 / (8 * math.Pi * r.Sigma)
	for i := range slopes {
		slopes[i].Birth *= 4 * c * norm
		slopes[i].Death *= 4 * c * norm
	}
	return norm * sum, true
}

// dsigma returns k(P,P) − 2k(P,Q) without its factor, and adds to each slope
// that of its bar without its factor: k(P,P) moves by both of its arguments,
// which makes twice the derivative by one of them.
//
// The mirror image of q is farther from p by ‖p−q̄‖² − ‖p−q‖² = 2·ℓₚ·ℓ_q, for the
// lengths ℓ of the bars.
func dsigma(c float64, learnable, truth []ph.Bar, slopes []Slope) (sum float64) {
	for i, p := range learnable {
		length := p.Persistence()
		own := expNegative(2 * c * length * length)
		sum += 1 - own
		slope := Slope{Birth: -length * own, Death: length * own}
		for j, q := range learnable[:i] {
			x, y := p.Birth-q.Birth, p.Death-q.Death
			e := c * (x*x + y*y)
			if e > negligible {
				continue
			}
			near, far := expNegative(e), expNegative(e+2*c*length*q.Persistence())
			u, v := p.Birth-q.Death, p.Death-q.Birth
			sum += 2 * (near - far)
			slope.Birth -= x*near - u*far
			slope.Death -= y*near - v*far
			slopes[j].Birth += x*near - v*far
			slopes[j].Death += y*near - u*far
		}
		for _, q := range truth {
			x, y := p.Birth-q.Birth, p.Death-q.Death
			e := c * (x*x + y*y)
			if e > negligible {
				continue
			}
			near, far := expNegative(e), expNegative(e+2*c*length*q.Persistence())
			u, v := p.Birth-q.Death, p.Death-q.Birth
			sum -= 2 * (near - far)
			slope.Birth += x*near - u*far
			slope.Death += y*near - v*far
		}
		slopes[i].Birth += slope.Birth
		slopes[i].Death += slope.Death
	}
	return sum
}

// dsigmaFromZero is dsigma for bars born at 0. Their mirror images (d, 0) are at
// the squared distance d² + d′² from each other's bars, so that the second
// exponential of the kernel is a product, and its sums take linear time.
func dsigmaFromZero(c float64, learnable, truth []ph.Bar, slopes []Slope) (sum float64) {
	weight, moment := mirrored(c, learnable)
	trueWeight, trueMoment := mirrored(c, truth)
	sum = float64(len(learnable)) - weight*(weight-2*trueWeight)
	for i, p := range learnable {
		w := expNegative(c * p.Death * p.Death)
		slope := p.Death * w * (weight - trueWeight)
		for j, q := range learnable[:i] {
			y := p.Death - q.Death
			if e := c * y * y; e <= negligible {
				near := expNegative(e)
				sum += 2 * near
				slope -= y * near
				slopes[j].Death += y * near
			}
		}
		for _, q := range truth {
			y := p.Death - q.Death
			if e := c * y * y; e <= negligible {
				near := expNegative(e)
				sum -= 2 * near
				slope += y * near
			}
		}
		slopes[i].Birth -= w * (moment - trueMoment)
		slopes[i].Death += slope
	}
	return sum
}

// mirrored returns Σ w and Σ d·w over bars born at 0, with w = exp(−c·d²).
func mirrored(c float64, bars []ph.Bar) (weight, moment float64) {
	for _, b := range bars {
		w := expNegative(c * b.Death * b.Death)
		weight += w
		moment += b.Death * w
	}
	return weight, moment
}

func bornAtZero(bars []ph.Bar) bool {
	for _, b := range bars {
		if b.Birth != 0 {
			return false
		}
	}
	return true
}
