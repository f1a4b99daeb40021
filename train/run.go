package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn/safetensors"
	"github.com/topogen/topogen/run"
	"github.com/topogen/topogen/topoloss"
)

// An Environment is what a run needs besides its configuration.
type Environment struct {
	Device   kernels.Device
	Data     *data.Sets
	Folder   *run.Folder
	Progress run.Progress // run.Silent{} if nil
}

// A Run is a comparison in progress. It is used by one goroutine.
type Run struct {
	config Config
	Environment
	vae, twin      *model
	loss, latent   *topoloss.Loss
	train, holdout [][]int            // batches of indices
	targets        []*topoloss.Target // of the training batches, as they are first met
	values         []float32          // of a batch
	metrics        *run.Metrics
	epochs         *run.Metrics
	steps          int // done
	pictures       []run.Picture
}

const (
	trainingShare = 0.8 // of the training images; the rest validates
	// checkpointEvery bounds what a crash can cost, in steps.
	checkpointEvery = 500
)

// Streams of random numbers: a step's noise, and that of an evaluation, must not
// meet each other nor the initial weights, which are drawn from stream 0 up.
const (
	trainingNoise   = 1 << 40
	evaluationNoise = 2 << 40
)

// New begins a run in env.Folder.
func New(config Config, env Environment) (*Run, error) {
	r, err := prepare(config, env)
	if err != nil {
		return nil, err
	}
	if r.metrics, err = r.Folder.CreateMetrics("metrics.csv", r.columns()); err != nil {
		return nil, err
	}
	if r.epochs, err = r.Folder.CreateMetrics("epochs.csv", epochColumns); err != nil {
		r.metrics.Close()
		return nil, err
	}
	return r, nil
}

// Resume goes on with the run in env.Folder from its last checkpoint, as if it
// had never stopped. The configuration may ask for more epochs or steps than
// before, and must otherwise be the run's own. A run that was stopped before its
// first checkpoint begins anew.
func Resume(config Config, env Environment) (*Run, error) {
	r, err := prepare(config, env)
	if err != nil {
		return nil, err
	}
	if err := r.readCheckpoint(); err != nil {
		return nil, fmt.Errorf("resuming %s: %w", r.Folder.Path(), err)
	}
	if r.metrics, err = r.Folder.ResumeMetrics("metrics.csv", r.columns(), r.steps); err != nil {
		return nil, err
	}
	// The row of an epoch that was cut short is written again, by then perhaps of
	// the whole epoch.
	if r.epochs, err = r.Folder.ResumeMetrics("epochs.csv", epochColumns, r.steps/len(r.train)); err != nil {
		r.metrics.Close()
		return nil, err
	}
	return r, nil
}

func prepare(config Config, env Environment) (*Run, error) {
	if err := errors.Join(config.Validate(), config.CheckData(env.Data)); err != nil {
		return nil, err
	}
	if env.Progress == nil {
		env.Progress = run.Silent{}
	}
	r := &Run{config: config, Environment: env}
	var err error
	if r.loss, err = topoloss.Weighted(config.TopoWeights, config.Degree, config.Hyperparameters); err != nil {
		return nil, err
	}
	if r.latent, err = topoloss.Weighted(config.LatentWeights, config.Degree, config.Hyperparameters); err != nil {
		return nil, err
	}
	first, rest := data.Split(env.Data.Train.Len(), trainingShare, config.Seed)
	r.train = data.Batches(first, config.BatchSize, config.Seed)
	r.holdout = data.Batches(rest, config.BatchSize, config.Seed)
	r.targets = make([]*topoloss.Target, len(r.train))
	r.vae = newModel("VAE", env.Device, config)
	r.twin = newModel("TopoVAE", env.Device, config)
	return r, nil
}

// Steps returns how many steps are done and how many there are.
func (r *Run) Steps() (done, total int) {
	total = r.config.Epochs * len(r.train)
	if r.config.MaxSteps > 0 {
		total = min(total, r.config.MaxSteps)
	}
	return r.steps, total
}

// Train makes all steps that are left. If ctx is cancelled it stops after the
// step in hand, writes a checkpoint and returns ctx's error.
func (r *Run) Train(ctx context.Context) (err error) {
	done, total := r.Steps()
	r.Progress.Begin("training", done, total)
	defer r.Progress.End()
	for r.steps < total {
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), r.checkpoint())
		}
		row, err := r.step(context.WithoutCancel(ctx)) // a step is made whole
		if err != nil {
			return fmt.Errorf("step %d: %w", r.steps+1, err)
		}
		if err := r.metrics.Append(row); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
		r.steps++
		r.Progress.Step(r.steps, fmt.Sprintf("BCE %.1f VAE, %.1f TopoVAE, topo %.3g", row[2], row[4], row[6]))
		if every := r.config.PlotEvery; every > 0 && r.steps%every == 0 {
			if err := r.drawTraining(); err != nil {
				return err
			}
		}
		if r.steps%len(r.train) == 0 {
			if err := r.finishEpoch(); err != nil {
				return err
			}
		}
		if r.steps%checkpointEvery == 0 {
			if err := r.checkpoint(); err != nil {
				return err
			}
		}
	}
	if r.steps%len(r.train) > 0 {
		if err := r.finishEpoch(); err != nil {
			return err
		}
	}
	return r.checkpoint()
}

// Close closes the run's tables.
func (r *Run) Close() error { return errors.Join(r.metrics.Close(), r.epochs.Close()) }

// columns names what a row of metrics.csv holds. Cross-entropies and
// divergences are means over the batch's images; topo_loss is the weighted sum
// of the terms, each of which is empty where it depends on nothing learnable.
func (r *Run) columns() []string {
	columns := []string{"step", "epoch"}
	for _, m := range []*model{r.vae, r.twin} {
		for _, name := range m.net.LossNames() {
			columns = append(columns, strings.ToLower(m.name)+"_"+name)
		}
	}
	columns = append(columns, "topo_loss")
	for _, t := range r.loss.Terms {
		columns = append(columns, t.Name)
	}
	for _, t := range r.latent.Terms {
		columns = append(columns, "latent_"+t.Name)
	}
	return append(columns, "seconds")
}

// step trains both models on the next batch and returns the row for metrics.csv.
func (r *Run) step(ctx context.Context) ([]float64, error) {
	start := time.Now()
	number := r.steps % len(r.train)
	batch := r.decode(r.Data.Train, r.train[number])
	row := []float64{float64(r.steps + 1), float64(r.steps/len(r.train) + 1)}

	// The plain model.
	x, out := r.forward(r.vae, batch, uint64(trainingNoise+r.steps))
	n := float32(x.Shape()[0])
	r.vae.tape.Backward(autograd.Scale(out.Total(), 1/n))
	if err := r.finish(r.vae, out.Losses, n, &row); err != nil {
		return nil, err
	}

	// Its twin.
	x, out = r.forward(r.twin, batch, uint64(trainingNoise+r.steps))
	loss := out.Total()
	var topo float64
	var terms []float64
	deeper := r.loss
	if r.latent.Degree() > deeper.Degree() {
		deeper = r.latent
	}
	if r.targets[number] == nil && deeper.Degree() >= 0 {
		target, err := deeper.Target(ctx, x)
		if err != nil {
			return nil, err
		}
		r.targets[number] = target
	}
	for _, part := range []struct {
		loss *topoloss.Loss
		x    *autograd.Var
	}{{r.loss, out.Reconstruction}, {r.latent, out.Latent}} {
		result, err := part.loss.Apply(ctx, part.x, r.targets[number])
		if err != nil {
			return nil, err
		}
		if result.OK {
			loss = autograd.Add(loss, result.Var)
			topo += result.Value
		}
		for _, t := range result.Terms {
			if !t.OK {
				t.Value = math.NaN()
			}
			terms = append(terms, t.Value)
		}
	}
	r.twin.tape.Backward(autograd.Scale(loss, 1/n))
	if err := r.finish(r.twin, out.Losses, n, &row); err != nil {
		return nil, err
	}
	row = append(append(row, topo), terms...)
	return append(row, time.Since(start).Seconds()), nil
}

// forward puts a batch through a model.
func (r *Run) forward(m *model, batch []float32, stream uint64) (*autograd.Var, models.Output) {
	x := r.input(m, batch)
	return x, m.net.Forward(x, r.config.Seed, stream)
}

// input begins a tape of a model with a batch.
func (r *Run) input(m *model, batch []float32) *autograd.Var {
	m.tape.Reset()
	shape := append([]int{len(batch) / data.Size(r.Data.Train)}, r.Data.Train.Shape()...)
	return m.tape.Constant(batch, shape...)
}

// finish updates the model and appends its losses to row.
func (r *Run) finish(m *model, losses []models.Loss, n float32, row *[]float64) error {
	if err := m.adam.Step(); err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	for _, l := range losses {
		value, err := l.Var.Item()
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if value-value != 0 {
			return fmt.Errorf("the %s of the %s became %v: try a lower learning rate", l.Name, m.name, value)
		}
		*row = append(*row, float64(value)/float64(n))
	}
	return nil
}

// decode returns the values of a batch, valid until the next call.
func (r *Run) decode(set data.Dataset, indices []int) []float32 {
	size := len(indices) * data.Size(set)
	if cap(r.values) < size {
		r.values = make([]float32, size)
	}
	r.values = r.values[:size]
	set.Decode(r.values, indices)
	return r.values
}

// checkpoint writes what Resume needs. The tables are flushed first: they must
// never be behind the checkpoint.
func (r *Run) checkpoint() error {
	if err := errors.Join(r.metrics.Flush(), r.epochs.Flush()); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	f := new(safetensors.File)
	if err := errors.Join(r.vae.tensors(f, "vae."), r.twin.tensors(f, "topovae.")); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return r.Folder.WriteCheckpoint(r.steps, f)
}

func (r *Run) readCheckpoint() error {
	_, total := r.Steps()
	steps, f, err := r.Folder.ReadCheckpoint(total)
	if f == nil {
		return err
	}
	r.steps = steps
	if err := errors.Join(r.vae.restore(f, "vae.", steps), r.twin.restore(f, "topovae.", steps)); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}
