package topoloss

import (
	"context"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
)

// smooth applies the loss to l.Gradient.Draws perturbed clouds and returns the mean. A
// perturbed cloud is x plus independent Gaussian noise. In each coordinate the noise has
// the deviation l.Gradient.Bandwidth. Bars and BarGradients of the result are those of the
// last draw.
//
// A term may depend on something learnable in some draws and not in others. Its value in
// Terms is the mean over the draws in which it does.
func (l *Loss) smooth(ctx context.Context, in input) (Result, error) {
	tape, x, draws := in.x.Tape(), in.x, uint64(l.Gradient.Draws)
	var out Result
	l.means = reuse.Slice(l.means, len(l.Terms))
	clear(l.means)
	l.counted = reuse.Slice(l.counted, len(l.Terms))
	clear(l.counted)
	for draw := range draws {
		noise := tape.Normal(in.seed^noiseStream, in.step*draws+draw, x.Shape()...)
		in.x = autograd.Add(x, autograd.Scale(noise, float32(l.Gradient.Bandwidth)))
		r, err := l.applyOnce(ctx, in)
		if err != nil {
			return Result{}, err
		}
		for i, v := range r.Terms {
			if v.OK {
				l.counted[i]++
				l.means[i] = Value{l.means[i].Value + v.Value, true}
			}
		}
		sum := r.Var
		if out.Var != nil {
			sum = autograd.Add(out.Var, r.Var)
		}
		out = Result{
			OK: out.OK || r.OK, Value: out.Value + r.Value, Var: sum, Fallback: out.Fallback || r.Fallback,
			Bars: r.Bars, BarGradients: r.BarGradients,
		}
	}
	for i, n := range l.counted {
		if n > 0 {
			l.means[i].Value /= float64(n)
		}
	}
	out.Terms = l.means
	out.Value /= float64(draws)
	out.Var = autograd.Scale(out.Var, 1/float32(draws))
	// The value of out.Var is a sum of float32, rounded at each addition: replace it by the
	// sum of float64.
	tape.Device().Fill(out.Var.Value(), float32(out.Value))
	return out, nil
}

// noiseStream makes the noise independent of random numbers that other code draws with the
// same seed.
const noiseStream = 0x501fe
