package synth

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// An Optimizer names how points follow their gradient.
type Optimizer string

// The optimizers. AdamW decays coordinates by a hundredth of the rate per step,
// which draws a cloud to the origin; SGD is plain descent.
const (
	Adam  Optimizer = "adam"
	AdamW Optimizer = "adamw"
	SGD   Optimizer = "sgd"
)

// decay is AdamW's, as PyTorch sets it.
const decay = 0.01

func (o Optimizer) open(p *autograd.Parameter, rate float64) (nn.Optimizer, error) {
	params := []*autograd.Parameter{p}
	switch o {
	case Adam:
		return nn.NewAdam(params, nn.OptimizerOptions{LearningRate: rate}), nil
	case AdamW:
		return nn.NewAdamW(params, nn.OptimizerOptions{LearningRate: rate, WeightDecay: decay}), nil
	case SGD:
		return nn.NewSGD(params, nn.OptimizerOptions{LearningRate: rate}, 0, false), nil
	}
	return nil, fmt.Errorf("synth: no optimizer %q: choose %s, %s or %s", o, Adam, AdamW, SGD)
}

// A Loss returns the loss of the points x, N×dimension, in a step. Steps count from 0.
type Loss func(ctx context.Context, step uint64, x *autograd.Var) (topoloss.Outcome, error)

// A Mover moves the points of a cloud, step by step, so that a loss falls. Its
// memory is constant: a step allocates next to nothing.
type Mover struct {
	points    *autograd.Parameter
	loss      Loss
	optimizer nn.Optimizer
	tape      *autograd.Tape
	checks    bool // CheckFinite
	made      int  // number of steps, including those that moved nothing
}

// NewMover returns a mover of a copy of the cloud start on a device.
func NewMover(dev kernels.Device, start *ph.Points[float32], loss Loss, optimizer Optimizer, rate float64) (*Mover, error) {
	m := &Mover{loss: loss, tape: autograd.NewTape(dev)}
	m.points = autograd.NewParameter("points", autograd.TensorOf(dev, start.Coords, start.Len(), start.Dim))
	var err error
	m.optimizer, err = optimizer.open(m.points, rate)
	return m, err
}

// CheckFinite turns checks of all values and gradients on or off. A value that is not finite is
// then an error of Step, which names the operation that made it. This is slow.
func (m *Mover) CheckFinite(on bool) { m.checks = on }

// Step computes the loss at the present points and moves them one step of the optimizer, so
// that the loss falls. If the loss does not depend on the points, they stay and OK of the
// outcome is false. If ctx is cancelled the points stay.
//
// The outcome is valid until the next step. Its Var belongs to the mover and must not be
// used.
func (m *Mover) Step(ctx context.Context) (topoloss.Outcome, error) {
	m.tape.CheckFinite(m.checks)
	m.tape.Reset()
	outcome, err := m.loss(ctx, uint64(m.made), m.tape.Param(m.points))
	if err != nil {
		return outcome, err
	}
	m.made++
	if !outcome.OK {
		return outcome, m.tape.NotFinite()
	}
	m.tape.Backward(outcome.Var)
	if err := m.tape.NotFinite(); err != nil {
		return outcome, err
	}
	if err := m.optimizer.Step(); err != nil || !m.checks {
		return outcome, err
	}
	if err := nn.CheckFinite([]*autograd.Parameter{m.points}); err != nil {
		return outcome, fmt.Errorf("after the step of the optimizer: %w", err)
	}
	return outcome, nil
}

// Cloud returns a copy of the cloud as it is now.
func (m *Mover) Cloud() (*ph.Points[float32], error) {
	coords, err := m.points.Value.Values()
	if err != nil {
		return nil, fmt.Errorf("synth: reading the points: %w", err)
	}
	return &ph.Points[float32]{Dim: m.points.Value.Shape()[1], Coords: coords}, nil
}

// Free returns the mover's memory to the device.
func (m *Mover) Free() {
	m.tape.Free()
	m.points.Value.Free()
	m.points.Grad.Free()
}
