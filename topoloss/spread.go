package topoloss

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// A spreadNode is an operation on the tape between a cloud and its loss, for the methods
// Average and Interpolate of a [Gradient]. Its output is a copy of the points. Its backward
// pass multiplies the gradient, one row for each of n points, by an n×n matrix of weights.
type spreadNode struct {
	x, y    *autograd.Var  // input and output
	weights kernels.Buffer // n×n
	run     func()         // s.backward, made once so that an application allocates nothing
}

// begin returns a copy of x, to which the loss is to apply.
func (s *spreadNode) begin(x *autograd.Var) *autograd.Var {
	s.x, s.y = x, x.Tape().Result(x.Shape(), x)
	x.Tape().Device().Affine(s.y.Value(), x.Value(), 1, 0, kernels.Overwrite)
	s.y.OnBackward(s.run)
	return s.y
}

// end computes the weights. They depend on which points have a gradient: those in the pairs
// of p and of its joint clouds.
func (s *spreadNode) end(l *Loss, p *pullback) error {
	tape := s.x.Tape()
	n := s.x.Shape()[0]
	if !l.rips.measured {
		if err := l.rips.measure(s.x); err != nil {
			return err
		}
		for i, d := range l.rips.distances {
			if !isFinite(d) {
				return fmt.Errorf("topoloss: points %d and %d are too far apart for a float32 to say how far: no gradient can be spread", i/n, i%n)
			}
		}
	}
	w := &l.spreader
	w.begin(n)
	w.mark(p.pairs, nil)
	for i := range p.joints[:p.used] {
		j := &p.joints[i]
		w.mark(j.pairs, func(row int32) int32 {
			switch {
			case int(row) >= j.n:
				return -1
			case j.n < n:
				return j.learnable[row]
			}
			return row
		})
	}
	weights, err := w.weights(l.Gradient, l.rips.distances, n)
	if err != nil {
		return err
	}
	s.weights = tape.Scratch(len(weights))
	tape.Device().Write(s.weights, weights)
	return nil
}

func (s *spreadNode) backward() {
	n := s.x.Shape()[0]
	dx, mode := s.x.GradTarget()
	product := kernels.Gemm{M: n, N: autograd.Size(s.x.Shape()[1:]), K: n, Alpha: 1, A: s.weights, B: s.y.Grad(), C: dx, Unrounded: true}
	if mode == kernels.Accumulate {
		product.Beta = 1
	}
	s.x.Tape().Device().Gemm(product)
}
