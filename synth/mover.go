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

// A Mover moves the points of a cloud, step by step, so that a loss of its
// persistence falls. Its memory is constant: a step allocates next to nothing.
type Mover struct {
	dim       int
	points    *autograd.Parameter
	loss      *topoloss.Loss
	target    *topoloss.Target
	optimizer nn.Optimizer
	tape      *autograd.Tape
}

// NewMover returns a mover of a copy of the cloud start on a device. A nil
// target stands for empty diagrams, as for a loss that has no target.
func NewMover(dev kernels.Device, start *ph.Points[float32], loss *topoloss.Loss, target *topoloss.Target, optimizer Optimizer, rate float64) (*Mover, error) {
	m := &Mover{dim: start.Dim, loss: loss, target: target, tape: autograd.NewTape(dev)}
	m.points = autograd.NewParameter("points", autograd.TensorOf(dev, start.Coords, start.Len(), start.Dim))
	var err error
	if m.optimizer, err = optimizer.open(m.points, rate); err != nil {
		return nil, err
	}
	return m, nil
}

// Step computes the loss where the points are and moves them one step along
// their gradient. Where the loss depends on nothing that can move, the points
// stay and the result is not OK.
//
// The result is valid until the next step, without its Var, which belongs to
// the mover.
func (m *Mover) Step(ctx context.Context) (topoloss.Result, error) {
	m.tape.Reset()
	result, err := m.loss.Apply(ctx, m.tape.Param(m.points), m.target)
	if err != nil || !result.OK {
		return result, err
	}
	m.tape.Backward(result.Var)
	return result, m.optimizer.Step()
}

// Steps returns how many steps have moved the points.
func (m *Mover) Steps() int { return m.optimizer.Steps() }

// Cloud returns a copy of the cloud as it is now.
func (m *Mover) Cloud() (*ph.Points[float32], error) {
	coords, err := m.points.Value.Values()
	if err != nil {
		return nil, fmt.Errorf("synth: reading the points: %w", err)
	}
	return &ph.Points[float32]{Dim: m.dim, Coords: coords}, nil
}

// Free returns the mover's memory to the device.
func (m *Mover) Free() {
	m.tape.Free()
	m.points.Value.Free()
	m.points.Grad.Free()
}
