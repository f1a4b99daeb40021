package topoloss

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/ph"
)

// A balanced term sends its points a gradient whose Euclidean norm, over all coordinates,
// is its weight, whatever the scale of its value: terms of equal weight pull equally. The
// norm is measured in each step and held constant.

// balanced returns weight divided by the norm of the term's gradient. A gradient of 0
// stays 0.
func balanced(weight, norm float64) (float64, error) {
	switch {
	case norm == 0:
		return weight, nil
	case !isFinite(norm):
		return 0, fmt.Errorf("its gradient has the norm %v: it cannot be balanced", norm)
	}
	return weight / norm, nil
}

// barsNorm returns the norm of the gradient at x of a function of bars.
func (l *Loss) barsNorm(x *autograd.Var, bars []ph.Bar, gradients []BarGradient) (float64, error) {
	if x == nil {
		return 0, fmt.Errorf("it is balanced by the gradient at points, of which only diagrams are given")
	}
	var p pullback
	for i, b := range bars {
		if !p.add(b.BirthCell, b.Birth, gradients[i].Birth) || !p.add(b.DeathCell, b.Death, gradients[i].Death) {
			return math.Inf(1), nil
		}
	}
	return pairsNorm(x, x.Shape()[0], p.pairs)
}

// pairsNorm returns the norm of the gradient at the first rows of x that pairs carry.
func pairsNorm(x *autograd.Var, rows int, pairs []kernels.Pair) (float64, error) {
	tape, dev := x.Tape(), x.Tape().Device()
	n, dim := x.Shape()[0], autograd.Size(x.Shape()[1:])
	one, gradient, square := tape.Scratch(1), tape.Scratch(n*dim), tape.Scratch(1)
	dev.Fill(one, 1)
	fused.PairsGrad(dev, gradient, x.Value(), n, dim, pairs, one, kernels.Set)
	learnable := gradient.Slice(0, rows*dim)
	fused.Dot(dev, square, learnable, learnable)
	var host [1]float32
	if err := dev.Read(host[:], square); err != nil {
		return 0, fmt.Errorf("reading the norm of its gradient: %w", err)
	}
	return math.Sqrt(float64(host[0])), nil
}

// normOf returns the norm of a gradient on the host.
func normOf(gradient []float32) float64 {
	var sum float64
	for _, g := range gradient {
		sum += float64(g) * float64(g)
	}
	return math.Sqrt(sum)
}
