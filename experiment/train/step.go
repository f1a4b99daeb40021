package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn/safetensors"
	"github.com/topogen/topogen/topoloss"
)

// Streams of random numbers. Those of training, evaluation and samples must not
// meet each other nor those of the initial weights, which count from 0.
const (
	trainingNoise   = 1 << 40
	evaluationNoise = 2 << 40
	sampleNoise     = 3 << 40
	criticNoise     = 4 << 40
)

// A stepper makes the steps of a run for its loop.
type stepper struct{ *Run }

// Columns names what a row of metrics.csv holds. The losses of the models are
// means over the batch's examples; topo_loss is the weighted sum of the terms, each
// of which is empty where it depends on nothing learnable.
func (r stepper) Columns() []string {
	columns := []string{"step", "epoch"}
	for _, m := range r.models {
		for _, name := range m.lossNames() {
			columns = append(columns, m.prefix()+"_"+name)
		}
	}
	columns = append(columns, "topo_loss")
	columns = append(columns, r.objective.Specs().Labels()...)
	return append(columns, "seconds")
}

// Step trains both models on the next batch. Neither changes before the gradients
// of both are there, so that a step that is cancelled leaves the state before it.
func (r stepper) Step(ctx context.Context, number int) (row []float64, status string, err error) {
	start := time.Now()
	k := number - 1
	index := k % len(r.train)
	batch := r.decode(r.sets.Train, r.train[index])
	n := float32(len(r.train[index]))
	row = []float64{float64(number), float64(k/len(r.train) + 1)}

	plain, twin := r.models[0], r.models[1]
	_, plainOut := r.forward(plain, batch, trainingNoise+uint64(k))
	plain.tape.Backward(autograd.Scale(plainOut.Total, 1/n))

	x, twinOut := r.forward(twin, batch, trainingNoise+uint64(k))
	outcome, err := r.compare(ctx, x, twinOut, k, index)
	if err != nil {
		return nil, "", err
	}
	loss := twinOut.Total
	if outcome.OK {
		loss = autograd.Add(loss, outcome.Var)
	}
	twin.tape.Backward(autograd.Scale(loss, 1/n))

	for i, out := range []models.Output{plainOut, twinOut} {
		losses, err := r.models[i].update(out.Losses, n)
		if err != nil {
			return nil, "", err
		}
		row = append(row, losses...)
		// The critic learns last: what the model's gradient went through is as it
		// was when the step is cancelled before.
		if row, err = r.models[i].judge(row, batch, x.Shape(), r.config.Seed, criticNoise+uint64(k)); err != nil {
			return nil, "", err
		}
	}
	row = append(row, outcome.Value)
	for _, t := range outcome.Terms {
		if !t.OK {
			t.Value = math.NaN()
		}
		row = append(row, t.Value)
	}
	names := len(plain.lossNames())
	status = fmt.Sprintf("%s %.1f %s, %.1f %s, topo %.3g", r.errorTitle(), row[2], plain.name, row[2+names], twin.name, outcome.Value)
	return append(row, time.Since(start).Seconds()), status, nil
}

// compare computes the terms of step k between what the twin makes of a training
// batch and the batch itself.
func (r stepper) compare(ctx context.Context, x *autograd.Var, out models.Output, k, index int) (topoloss.Outcome, error) {
	step := topoloss.Step{Number: uint64(k), Batch: x, Output: out.Reconstruction, Latent: out.Latent}
	if r.targets[index] == nil {
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
		step.Samples = models.Sample(r.models[1].net, x.Tape(), count, r.config.Seed, sampleNoise+uint64(k))
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

// Save appends both models and their optimizers.
func (r stepper) Save(f *safetensors.File) error {
	return errors.Join(r.models[0].save(f), r.models[1].save(f))
}

// Restore puts both models and their optimizers back.
func (r stepper) Restore(f *safetensors.File, steps int) error {
	return errors.Join(r.models[0].restore(f, steps), r.models[1].restore(f, steps))
}

// forward puts a batch through a model.
func (r *Run) forward(m *model, batch []float32, stream uint64) (*autograd.Var, models.Output) {
	x := r.input(m, batch)
	return x, m.net.Forward(x, r.config.Seed, stream)
}

// input begins a tape of a model with a batch.
func (r *Run) input(m *model, batch []float32) *autograd.Var {
	m.tape.Reset()
	shape := append([]int{len(batch) / data.Size(r.sets.Train)}, r.sets.Train.Shape()...)
	return m.tape.Constant(batch, shape...)
}
