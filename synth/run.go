package synth

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/run"
	"github.com/topogen/topogen/topoloss"
)

// An Environment is what a run needs besides its configuration.
type Environment struct {
	Device   kernels.Device
	Folder   *run.Folder
	Progress run.Progress // run.Silent{} if nil
}

// A Run moves a cloud and records it in a folder. It is used by one goroutine.
type Run struct {
	config Config
	Environment
	loss    *topoloss.Loss
	target  *topoloss.Target
	mover   *Mover
	metrics *run.Metrics
	row     []float64
	steps   int                   // made
	frames  []*ph.Points[float32] // after 0, FrameEvery, 2·FrameEvery, … steps
	speed   float64               // steps per second of the last call of Move
	saved   time.Time             // when the last checkpoint was written
}

// New begins a run in env.Folder.
func New(config Config, env Environment) (*Run, error) {
	r, err := prepare(config, env)
	if err != nil {
		return nil, err
	}
	if r.metrics, err = r.Folder.CreateMetrics("metrics.csv", r.columns()); err != nil {
		r.mover.Free()
		return nil, err
	}
	return r, nil
}

// Resume goes on with the run in env.Folder from its last checkpoint, as if it
// had never stopped. The configuration may ask for more steps than before, and
// must otherwise be the run's own. A run that was stopped before its first
// checkpoint begins anew.
func Resume(config Config, env Environment) (*Run, error) {
	r, err := prepare(config, env)
	if err != nil {
		return nil, err
	}
	if err = r.readCheckpoint(); err == nil {
		r.metrics, err = r.Folder.ResumeMetrics("metrics.csv", r.columns(), r.steps)
	}
	if err != nil {
		r.mover.Free()
		return nil, fmt.Errorf("resuming %s: %w", r.Folder.Path(), err)
	}
	return r, nil
}

func prepare(config Config, env Environment) (*Run, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if env.Progress == nil {
		env.Progress = run.Silent{}
	}
	r := &Run{config: config, Environment: env}
	var err error
	if r.loss, err = config.loss(); err != nil {
		return nil, err
	}
	if r.target, err = config.target(env.Device); err != nil {
		return nil, err
	}
	r.mover, err = NewMover(env.Device, config.Start, r.loss, r.target, config.Optimizer, config.LearningRate)
	return r, err
}

// target returns what the configuration's cloud moves towards.
func (c Config) target(dev kernels.Device) (*topoloss.Target, error) {
	if c.Truth == nil {
		// A diagram of degree 1 without bars stands for one that is left out.
		return topoloss.TargetFromDiagrams(append([]ph.Diagram{{Degree: 1}}, c.TrueDiagrams...)...)
	}
	x := autograd.TensorOf(dev, c.Truth.Coords, c.Truth.Len(), c.Truth.Dim)
	defer x.Free()
	return topoloss.TargetFromPoints(context.Background(), x, 1)
}

// Steps returns how many steps are done and how many there are.
func (r *Run) Steps() (done, total int) { return r.steps, r.config.Steps }

// Between checkpoints a crash costs no more than this.
const checkpointEvery = 10 * time.Second

// Move makes all steps that are left. If ctx is cancelled it stops after the
// step in hand, writes a checkpoint and returns ctx's error.
func (r *Run) Move(ctx context.Context) error {
	first, begin := r.steps, time.Now()
	r.saved = begin
	r.Progress.Begin("moving", r.steps, r.config.Steps)
	defer r.Progress.End()
	for r.steps < r.config.Steps {
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), r.checkpoint())
		}
		if err := r.frame(); err != nil {
			return err
		}
		result, err := r.mover.Step(context.WithoutCancel(ctx)) // a step is made whole
		if err != nil {
			return fmt.Errorf("step %d: %w", r.steps+1, err)
		}
		r.steps++
		if err := r.record(result); err != nil {
			return err
		}
	}
	if elapsed := time.Since(begin); r.steps > first {
		r.speed = float64(r.steps-first) / elapsed.Seconds()
	}
	return r.checkpoint()
}

// Close closes the run's table and frees its memory.
func (r *Run) Close() error {
	r.mover.Free()
	return r.metrics.Close()
}

// frame remembers the cloud if its turn has come.
func (r *Run) frame() error {
	if every := r.config.FrameEvery; every == 0 || r.steps%every != 0 || len(r.frames) > r.steps/every {
		return nil
	}
	c, err := r.mover.Cloud()
	r.frames = append(r.frames, c)
	return err
}

// columns names what a row of metrics.csv holds: the weighted sum of the
// regularizers, each one without its weight, and what took their place. What
// depends on nothing that can move is empty.
func (r *Run) columns() []string {
	columns := []string{"step", "loss"}
	for _, t := range append(r.loss.Terms[:len(r.loss.Terms):len(r.loss.Terms)], r.loss.Fallback...) {
		columns = append(columns, t.Name)
	}
	return columns
}

// record writes the row of a step and, now and then, reports and saves.
func (r *Run) record(result topoloss.Result) error {
	value := func(v float64, ok bool) float64 {
		if !ok {
			return math.NaN()
		}
		return v
	}
	r.row = append(r.row[:0], float64(r.steps), value(result.Value, result.OK && !result.Fallback))
	for _, t := range result.Terms {
		r.row = append(r.row, value(t.Value, t.OK))
	}
	if len(r.loss.Fallback) > 0 {
		r.row = append(r.row, value(result.Value, result.Fallback))
	}
	if err := r.metrics.Append(r.row); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	if r.steps%64 == 0 {
		r.Progress.Step(r.steps, fmt.Sprintf("loss %.4g", result.Value))
		if time.Since(r.saved) > checkpointEvery {
			return r.checkpoint()
		}
	}
	return nil
}
