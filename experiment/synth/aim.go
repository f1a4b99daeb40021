package synth

import (
	"context"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// An aim is the target towards which a cloud moves, and the loss that compares the cloud with
// the target.
type aim struct {
	objective *topoloss.Objective
	target    *topoloss.Target
	truth     *autograd.Tensor // the true cloud; nil if there are only diagrams
	diagrams  []ph.Diagram     // the true diagrams, with the essential bar of degree 0
}

// aim returns the aim of the configuration's cloud.
func (c Config) aim(ctx context.Context, dev kernels.Device) (*aim, error) {
	a := new(aim)
	var err error
	if a.objective, err = c.objective(); err != nil {
		return nil, err
	}
	if c.Truth == nil {
		// If no diagram of degree 1 is given, it has no bars.
		a.target, err = topoloss.TargetFromDiagrams(append([]ph.Diagram{{Degree: 1}}, c.TrueDiagrams...)...)
		if err != nil {
			return nil, err
		}
		a.diagrams = withEssential(a.target)
		return a, nil
	}
	a.truth = autograd.TensorOf(dev, c.Truth.Coords, c.Truth.Len(), c.Truth.Dim)
	tape := autograd.NewTape(dev)
	defer tape.Free()
	if a.target, err = a.objective.Target(ctx, tape.Input(a.truth)); err != nil {
		return nil, err
	}
	a.diagrams, err = DiagramsOf(ctx, dev, c.Truth)
	return a, err
}

// bottlenecks returns the bottleneck distances among the terms that use all points. They can
// be evaluated from diagrams without points.
func (a *aim) bottlenecks() *topoloss.Loss {
	some := new(topoloss.Loss)
	if all := a.objective.Loss(topoloss.Output); all != nil {
		for _, t := range all.Terms {
			if _, ok := t.Regularizer.(*topoloss.Bottleneck); ok {
				t.Balance = false // a balanced weight needs points
				some.Terms = append(some.Terms, t)
			}
		}
	}
	return some
}

// loss is the [Loss] of the run's mover.
func (a *aim) loss(ctx context.Context, step uint64, x *autograd.Var) (topoloss.Outcome, error) {
	s := topoloss.Step{Number: step, Output: x}
	if a.truth != nil {
		s.Batch = x.Tape().Input(a.truth)
	}
	return a.objective.Apply(ctx, s, a.target)
}

// free returns the memory of the true cloud to the device.
func (a *aim) free() {
	if a.truth != nil {
		a.truth.Free()
	}
}
