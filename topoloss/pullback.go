package topoloss

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/ph"
)

// A pullback carries the gradients of bars to the points that their births and
// deaths are distances of: for a length ℓ = ‖u−v‖ with slope g, g·(u−v)/ℓ to u
// and its negative to v, nothing where the points coincide. It serves one application of a
// loss and is then used again.
type pullback struct {
	loss    *Loss
	x, y    *autograd.Var
	pairs   []kernels.Pair
	weights kernels.Buffer // n×n, of Gradient; empty without
	run     func()
}

// record makes Backward carry the gradients of r to x.
func (l *Loss) record(x *autograd.Var, r Result) error {
	p := l.spare()
	p.x, p.y, p.pairs, p.weights = x, r.Var, p.pairs[:0], kernels.Buffer{}
	for degree, bars := range r.Bars {
		for i, b := range bars {
			s := r.BarGradients[degree][i]
			if !p.add(b.BirthCell, b.Birth, s.Birth) || !p.add(b.DeathCell, b.Death, s.Death) {
				return fmt.Errorf("topoloss: the derivative with respect to bar %d of degree %d, from %v to %v, is %v: too large for a float32", i, degree, b.Birth, b.Death, s)
			}
		}
	}
	if l.Gradient.Method != Plain && !r.Fallback {
		if err := l.spread(p); err != nil {
			return err
		}
	}
	r.Var.OnBackward(p.run)
	return nil
}

// spread puts the weights of Gradient on the device.
func (l *Loss) spread(p *pullback) error {
	tape := p.x.Tape()
	if !l.rips.measured {
		if err := l.rips.measure(p.x); err != nil {
			return err
		}
		n := p.x.Shape()[0]
		for i, d := range l.rips.distances {
			if !isFinite(d) {
				return fmt.Errorf("topoloss: points %d and %d are too far apart for a float32 to say how far: no gradient can be spread", i/n, i%n)
			}
		}
	}
	weights, err := l.spreader.weights(l.Gradient, p.pairs, l.rips.distances, p.x.Shape()[0])
	if err != nil {
		return err
	}
	p.weights = tape.Scratch(len(weights))
	tape.Device().Write(p.weights, weights)
	return nil
}

// spare returns a pullback that no application waits for.
func (l *Loss) spare() *pullback {
	if n := len(l.pullback); n > 0 {
		p := l.pullback[n-1]
		l.pullback = l.pullback[:n-1]
		return p
	}
	p := &pullback{loss: l}
	p.run = p.backward
	return p
}

// shortest is the length of an edge below which points count as coinciding:
// devices divide by it in float32.
const shortest = 1e-30

// add adds the slope of an edge's length and reports whether it can be
// represented. A vertex has no length to change.
func (p *pullback) add(e ph.Cell, length, slope float64) bool {
	c := float32(slope)
	if c != 0 && e.U != e.V && length >= shortest {
		p.pairs = append(p.pairs, kernels.Pair{U: e.U, V: e.V, Coef: c})
	}
	return isFinite(c)
}

func (p *pullback) backward() {
	tape := p.x.Tape()
	dev := tape.Device()
	n := p.x.Shape()[0]
	dim := autograd.Size(p.x.Shape()[1:])
	dx, store := p.x.GradTarget()
	if p.weights.Len() == 0 {
		fused.PairsGrad(dev, dx, p.x.Value(), n, dim, p.pairs, p.y.Grad(), store)
	} else {
		sparse := tape.Scratch(n * dim)
		fused.PairsGrad(dev, sparse, p.x.Value(), n, dim, p.pairs, p.y.Grad(), kernels.Set)
		product := kernels.Gemm{M: n, N: dim, K: n, Alpha: 1, A: p.weights, B: sparse, C: dx}
		if store == kernels.Add {
			product.Beta = 1
		}
		dev.Gemm(product)
	}
	p.loss.pullback = append(p.loss.pullback, p)
}
