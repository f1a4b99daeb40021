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
	batch := r.decode(r.sets.Train, r.train[index])
	n := float32(len(r.train[index]))
	row = []float64{float64(number), float64(k/len(r.train) + 1)}

	var outcome topoloss.Outcome
	outs := make([]models.Output, len(r.models))
	for i, m := range r.models {
		m.tape.CheckFinite(m.checks)
		x := r.input(m, batch)
		m.tape.Train(r.config.Seed, uint64(k))
		outs[i] = m.net.Forward(x, r.config.Seed, noise.Training+uint64(k))
		if err := m.tape.NotFinite(); err != nil {
			return nil, "", fmt.Errorf("%s: %w", m.name, err)
		}
		loss := outs[i].Total
		if m == r.twin() {
			if outcome, err = r.compare(ctx, x, outs[i], k, index); err != nil {
				return nil, "", err
			}
			if outcome.OK {
				loss = autograd.Add(loss, outcome.Var)
			}
		}
		m.tape.Backward(autograd.Scale(loss, 1/n))
		if err := m.tape.NotFinite(); err != nil {
			return nil, "", fmt.Errorf("%s: %w", m.name, err)
		}
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

// compare computes the terms of step k between the output of the model with terms
// for a training batch and the batch itself.
func (r stepper) compare(ctx context.Context, x *autograd.Var, out models.Output, k, index int) (topoloss.Outcome, error) {
	step := topoloss.Step{Number: uint64(k), Batch: x, Output: out.Reconstruction, Latent: out.Latent}
	if r.targets[index] == nil && len(r.objective.Specs()) > 0 {
		target, err := r.objective.Target(ctx, x)
		if err != nil {
			return topoloss.Outcome{}, err
		}
		r.targets[index] = target
	}
	if r.objective.Needs(topoloss.Samples, step.Number) {
		count := r.config.Samples
		if count == 0 {
			count = len(r.train[index])
		}
		step.Samples = models.Sample(r.twin().net, x.Tape(), count, r.config.Seed, noise.Samples+uint64(k))
	}
	return r.objective.Apply(ctx, step, r.targets[index])
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
	return m.begin().Constant(batch, r.batchShape(len(batch)/data.Size(r.sets.Train))...)
}

// batchShape returns the shape of a batch of n examples.
func (r *Run) batchShape(n int) []int { return append([]int{n}, r.sets.Train.Shape()...) }
