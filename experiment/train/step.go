package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/internal/noise"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
	"github.com/topogen/topogen/topoloss"
)

// A stepper makes the steps of a run for its loop.
type stepper struct{ *Run }

// Columns returns the headings of metrics.csv. The losses of the models are means over the
// batch's examples. The column topo_loss has the weighted sum of the terms. The column of a
// term has its value without the weight, and is empty if the term depends on nothing
// learnable.
func (r stepper) Columns() []string {
	columns := []string{"step", "epoch"}
	for _, m := range r.models {
		for _, name := range m.lossNames() {
			columns = append(columns, m.prefix()+"_"+name)
		}
	}
	columns = append(columns, "topo_loss")
	columns = append(columns, r.objective.Specs().Labels()...)
	return append(columns, run.SecondsColumn)
}

// Step trains the models on the next batch. It computes the gradients of all models before
// it changes any model, so that a cancelled step leaves the state of the step before.
func (r stepper) Step(ctx context.Context, number int) (row []float64, status string, err error) {
	start := time.Now()
	k := number - 1
	index := k % len(r.train)
	r.deal(k / len(r.train))
	batch := r.decode(r.sets.Train, r.train[index])
	n := float32(len(r.train[index]))
	row = []float64{float64(number), float64(k/len(r.train) + 1)}

	outs, outcome, err := r.gradients(ctx, batch, k, index)
	if err != nil {
		return nil, "", err
	}

	// Read the losses when all work of the step is on the device's queue: the host then
	// waits for a GPU once, and not for each loss.
	var losses []*autograd.Var
	for i, m := range r.models {
		if err := m.adam.Step(); err != nil {
			return nil, "", fmt.Errorf("%s: %w", m.name, err)
		}
		if m.checks {
			if err := nn.CheckFinite(m.params); err != nil {
				return nil, "", fmt.Errorf("%s: after the step of the optimizer: %w", m.name, err)
			}
		}
		for _, l := range outs[i].Losses {
			losses = append(losses, l.Var)
		}
		// The critic learns after the model, whose gradient depends on the critic: a step
		// that is cancelled before leaves the critic unchanged.
		loss, err := m.judge(batch, r.batchShape(len(r.train[index])), r.config.Seed, noise.Critic+uint64(k))
		if err != nil {
			return nil, "", err
		}
		if loss != nil {
			losses = append(losses, loss)
		}
	}
	values, err := autograd.Items(losses...)
	if err != nil {
		return nil, "", fmt.Errorf("losses: %w", err)
	}
	var errorsOf []float64 // of reconstructions, by model
	for _, m := range r.models {
		count, first := len(m.lossNames()), len(row)
		if row, err = m.appendMeans(row, values[:count], n); err != nil {
			return nil, "", err
		}
		values, errorsOf = values[count:], append(errorsOf, row[first])
	}
	row = append(row, outcome.Value)
	for _, t := range outcome.Terms {
		if !t.OK {
			t.Value = math.NaN()
		}
		row = append(row, t.Value)
	}
	status = fmt.Sprintf("%s %s, topo %.3g", r.errorTitle(), r.note("%.1f", errorsOf), outcome.Value)
	return append(row, time.Since(start).Seconds()), status, nil
}

// gradients computes the outputs of all models for a batch, the terms of step k, and the
// gradients of all parameters.
//
// If the device can begin the terms, the forward pass of the model with terms comes first: the
// device then works for the other model while the host finds the diagrams. The bits are the
// same in either order, because models share nothing.
func (r stepper) gradients(ctx context.Context, batch []float32, k, index int) ([]models.Output, topoloss.Outcome, error) {
	twin := len(r.models) - 1
	step := topoloss.Step{Number: uint64(k)}
	early := topoloss.CanBegin(r.Device) && len(r.objective.Specs()) > 0
	outs := make([]models.Output, len(r.models))
	forward := func(i int) error {
		m := r.models[i]
		m.tape.CheckFinite(m.checks)
		x := r.input(m, batch)
		m.tape.Train(r.config.Seed, uint64(k))
		if i == twin && early {
			outs[i] = r.forwardEarly(x, &step)
		} else {
			outs[i] = m.net.Forward(x, r.config.Seed, noise.Training+uint64(k))
		}
		if i == twin {
			step.Batch, step.Output, step.Latent = x, outs[i].Reconstruction, outs[i].Latent
		}
		return m.named(m.tape.NotFinite())
	}
	if early {
		if err := forward(twin); err != nil {
			return nil, topoloss.Outcome{}, err
		}
		r.objective.Begin(&step)
	}
	var outcome topoloss.Outcome
	n := float32(len(r.train[index]))
	for i, m := range r.models {
		if i != twin || !early {
			if err := forward(i); err != nil {
				return nil, outcome, err
			}
		}
		loss := outs[i].Total
		if i == twin {
			var err error
			if outcome, err = r.compare(ctx, &step, index); err != nil {
				return nil, outcome, err
			}
			if outcome.OK {
				loss = autograd.Add(loss, outcome.Var)
			}
		}
		m.tape.Backward(autograd.Scale(loss, 1/n))
		if err := m.named(m.tape.NotFinite()); err != nil {
			return nil, outcome, err
		}
	}
	return outs, outcome, nil
}

// forwardEarly makes the forward pass of the model with terms. It first draws samples, if terms
// need them, and has the device begin their terms. The order changes no bit: the gradient of a
// weight of the decoder is the sum of two, one of the samples and one of the batch. It would
// change running statistics, so a model with these draws samples after the batch.
func (r stepper) forwardEarly(x *autograd.Var, s *topoloss.Step) models.Output {
	if !r.config.Model.Normalize && r.objective.Needs(topoloss.Samples, s.Number) {
		s.Samples = r.samples(x, s.Number)
		r.objective.Begin(s)
	}
	return r.twin().net.Forward(x, r.config.Seed, noise.Training+s.Number)
}

// compare computes the terms of a step, given the output of the model with terms for a training
// batch. It draws samples if terms need them and s has none.
func (r stepper) compare(ctx context.Context, s *topoloss.Step, index int) (topoloss.Outcome, error) {
	if r.targets[index] == nil && len(r.objective.Specs()) > 0 {
		target, err := r.objective.Target(ctx, s.Batch)
		if err != nil {
			return topoloss.Outcome{}, err
		}
		r.targets[index] = target
	}
	if s.Samples == nil && r.objective.Needs(topoloss.Samples, s.Number) {
		s.Samples = r.samples(s.Batch, s.Number)
	}
	return r.objective.Apply(ctx, *s, r.targets[index])
}

// samples decodes the draws of the terms of a step, as many as the batch has examples unless
// the configuration says otherwise.
func (r stepper) samples(batch *autograd.Var, step uint64) *autograd.Var {
	count := r.config.Samples
	if count == 0 {
		count = batch.Shape()[0]
	}
	return models.Sample(r.twin().net, batch.Tape(), count, r.config.Seed, noise.Samples+step)
}

// Recorded draws pictures on the way and finishes epochs.
func (r stepper) Recorded(ctx context.Context, number int) error {
	if every := r.config.PlotEvery; every > 0 && number%every == 0 {
		if err := r.drawTraining(number); err != nil {
			return err
		}
	}
	if number%len(r.train) == 0 {
		return r.finishEpoch(ctx, number)
	}
	return nil
}

// Save appends the models and their optimizers.
func (r stepper) Save(f *safetensors.File) error {
	for _, m := range r.models {
		if err := m.save(f); err != nil {
			return err
		}
	}
	return nil
}

// Restore puts the models and their optimizers back.
func (r stepper) Restore(f *safetensors.File, steps int) error {
	var errs []error
	for _, m := range r.models {
		errs = append(errs, m.restore(f, steps))
	}
	return errors.Join(errs...)
}

// forward evaluates a model on a batch.
func (r *Run) forward(m *model, batch []float32, stream uint64) (*autograd.Var, models.Output) {
	x := r.input(m, batch)
	return x, m.net.Forward(x, r.config.Seed, stream)
}

// input begins a tape of a model, in the mode of evaluation, with a batch. Step then switches
// the tape to the mode of training.
func (r *Run) input(m *model, batch []float32) *autograd.Var {
	return m.begin().Constant(batch, r.batchShape(len(batch)/data.ExampleSize(r.sets.Train))...)
}

// batchShape returns the shape of a batch of n examples.
func (r *Run) batchShape(n int) []int { return append([]int{n}, r.sets.Train.Shape()...) }
