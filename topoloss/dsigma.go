package topoloss

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// Dsigma is k(P,P) − 2k(P,Q) for the persistence scale-space kernel of Reininghaus et
// al. (2015, section 4)
//
//	k(P,Q) = 1/(8πσ) Σ exp(−‖p−q‖²/8σ) − exp(−‖p−q̄‖²/8σ)  over p ∈ P, q ∈ Q,
//
// in which q̄ is q mirrored at the diagonal. As a bar approaches the diagonal its share
// goes to 0, which makes the value stable. The kernel is the inner product of two
// diagrams, each diffused by the heat equation for a time σ, with the value 0 on the
// diagonal.
//
// The squared distance of the diagrams under this kernel is k(P,P) − 2k(P,Q) + k(Q,Q).
// Like the original program Topo-GEN, Dsigma leaves out k(Q,Q), which is constant and has
// no gradient. So the value for equal diagrams is −k(Q,Q), below 0. The field Constant adds
// k(Q,Q).
type Dsigma struct {
	Sigma    float64 // the scale σ of the kernel, a squared length; 0.05 is usual
	Constant bool    // whether k(Q,Q) is part of the value

	lattice lattice
	unused  []BarGradient // derivatives of k(Q,Q), which nothing reads
}

// Evaluate takes time proportional to |P|·(|P|+|Q|). If all bars are born at 0, as in
// degree 0, a lattice reduces this to |P|+|Q|, unless the range of deaths is many times
// √σ. It panics unless Sigma is positive.
func (r *Dsigma) Evaluate(learnable, truth []ph.Bar, gradients []BarGradient) (float64, bool) {
	if !(r.Sigma > 0) {
		panic(fmt.Sprintf("topoloss: Dsigma with sigma %v, must be positive", r.Sigma))
	}
	if len(learnable) == 0 {
		return 0, false
	}
	sum := r.evaluate(learnable, truth, gradients)
	if r.Constant && len(truth) > 0 {
		r.unused = reuse.Slice(r.unused, len(truth))
		sum += r.evaluate(truth, nil, r.unused)
	}
	c := 1 / (8 * r.Sigma)
	norm := 1 / (8 * math.Pi * r.Sigma)
	for i := range gradients {
		gradients[i].Birth *= 4 * c * norm
		gradients[i].Death *= 4 * c * norm
	}
	return norm * sum, true
}

// evaluate returns the sum that scaleSpace returns, and adds the same derivatives. If all
// bars are born at 0 and a lattice fits their deaths, it takes linear time.
func (r *Dsigma) evaluate(learnable, truth []ph.Bar, gradients []BarGradient) float64 {
	c := 1 / (8 * r.Sigma)
	if bornAtZero(learnable) && bornAtZero(truth) && r.lattice.fits(r.Sigma, learnable, truth) {
		return r.lattice.near(learnable, truth, gradients) - mirrored(c, learnable, truth, gradients)
	}
	return scaleSpace(c, learnable, truth, gradients)
}

// scaleSpace returns k(P,P) − 2k(P,Q) without the factor 1/(8πσ), for c = 1/8σ and the
// learnable bars P and true bars Q. It adds the derivatives by the bars of P to gradients,
// without the factor 4c/(8πσ). Of the factor 4c, the derivative of the exponent −c‖p−q‖²
// gives 2c. The other 2 is the factor of k(P,Q). In k(P,P) it is there too, since a bar of P
// stands on both sides of the kernel.
//
// The mirror image of q is farther from p than q is, by
// ‖p−q̄‖² − ‖p−q‖² = 2·ℓₚ·ℓ_q for the lengths ℓ of the bars.
func scaleSpace(c float64, learnable, truth []ph.Bar, gradients []BarGradient) (sum float64) {
	for i, p := range learnable {
		length := p.Persistence()
		own := expNegative(2 * c * length * length)
		sum += 1 - own
		slope := BarGradient{Birth: -length * own, Death: length * own}
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
			gradients[j].Birth += x*near - v*far
			gradients[j].Death += y*near - u*far
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
		gradients[i].Birth += slope.Birth
		gradients[i].Death += slope.Death
	}
	return sum
}

// mirrored returns Σ exp(−c‖p−q̄‖²) over all p and q of P, less twice this sum over p ∈ P
// and q ∈ Q, for bars born at 0. The sum that scaleSpace returns has this part with a minus
// sign, so that mirrored subtracts the derivatives from gradients. Sum and derivatives lack
// the same factors as in scaleSpace. A bar (0, d) and the mirror image (d′, 0) of
// another bar have the squared distance d² + d′². So the double sum is a product of sums.
func mirrored(c float64, learnable, truth []ph.Bar, gradients []BarGradient) float64 {
	// With w = exp(−c·d²) for a death d, a weight is Σ w and a moment is Σ d·w.
	var weight, moment, weightTrue, momentTrue float64
	for _, b := range learnable {
		w := expNegative(c * b.Death * b.Death)
		weight += w
		moment += b.Death * w
	}
	for _, b := range truth {
		w := expNegative(c * b.Death * b.Death)
		weightTrue += w
		momentTrue += b.Death * w
	}
	for i, b := range learnable {
		w := expNegative(c * b.Death * b.Death)
		gradients[i].Birth -= w * (moment - momentTrue)
		gradients[i].Death += w * (weight - weightTrue) * b.Death
	}
	return weight * (weight - 2*weightTrue)
}

func bornAtZero(bars []ph.Bar) bool {
	for _, b := range bars {
		if b.Birth != 0 {
			return false
		}
	}
	return true
}

func (families) Dsigma() []Kind { return []Kind{dsigmaKind(0), dsigmaKind(1)} }

func dsigmaKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("dsigma", degree), Degrees: fmt.Sprint(degree),
		Doc: fmt.Sprintf("scale-space distance of the diagrams of degree %d, squared, less a constant", degree),
		Options: []Option{
			positive("sigma", 0.05, "scale of the kernel, a squared length"),
			choice("constant", "whether the value has its constant part, so that it is 0 for equal diagrams", "no", "yes"),
		},
		term: func(s settings) Term {
			return Term{Degree: degree, Regularizer: &Dsigma{Sigma: s.number("sigma"), Constant: s.is("constant", "yes")}}
		},
	}
}
