package synth

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// A Run moves a cloud and records it in a folder. It is used by one goroutine.
type Run struct {
	run.Environment
	config Config
	loop   *run.Loop
	aim    *aim
	mover  *Mover
	row    []float64
	frames []*ph.Points[float32] // after 0, FrameEvery, 2·FrameEvery, … steps
}

// New begins a run in a folder from [run.Create], or resumes the run in a folder from
// [run.Open], bit for bit, from its last checkpoint. In the configuration of a resumed run,
// only the title, device, learning rate, window, gap, check for finite values, intervals of
// checkpoints and number of steps may differ from those of the run. It must not have fewer
// steps than the checkpoint. If New fails it closes the folder.
func New(ctx context.Context, config Config, env run.Environment) (r *Run, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, env.Folder.Close())
		}
	}()
	if err := errors.Join(env.Check(), config.Validate()); err != nil {
		return nil, err
	}
	r = &Run{config: config}
	if r.aim, err = config.aim(ctx, env.Device); err != nil {
		return nil, err
	}
	facts, err := run.FactsOf(config, "title", "device", "steps", "learning_rate", "window", "gap", "check_finite", "save_every", "save_steps")
	if err != nil {
		return nil, err
	}
	r.mover, err = NewMover(env.Device, config.Start, r.aim.loss, config.Optimizer, config.LearningRate)
	if err == nil {
		r.mover.CheckFinite(config.CheckFinite)
		r.loop, err = run.NewLoop(env, stepper{r}, run.Options{
			Stage: "moving", Total: config.Steps, ReportEvery: 64, Facts: facts,
			SaveEvery: config.SaveEvery, SaveSteps: config.SaveSteps,
		})
	}
	if err != nil {
		r.free()
		return nil, err
	}
	r.Environment = r.loop.Environment
	return r, nil
}

// Steps returns how many steps are made and how many there are.
func (r *Run) Steps() (made, total int) { return r.loop.Steps() }

// Move makes all steps that are left. If ctx is cancelled it stops, writes a
// checkpoint and returns ctx's error.
func (r *Run) Move(ctx context.Context) error { return r.loop.Run(ctx) }

// Close closes the run's table and frees its memory.
func (r *Run) Close() error {
	r.free()
	return r.loop.Close()
}

func (r *Run) free() {
	r.mover.Free()
	r.aim.free()
}

// A stepper makes the steps of a run for its loop.
type stepper struct{ *Run }

// Columns returns the headings of metrics.csv: the number of the step, the weighted sum of
// the terms, each term without its weight and, with Config.Push, the push that takes their
// place. A value that does not depend on the cloud is left empty.
func (r stepper) Columns() []string {
	columns := append([]string{"step", "loss"}, r.aim.objective.Specs().Labels()...)
	if r.config.Push {
		columns = append(columns, "push0")
	}
	return columns
}

// Step moves the points.
func (r stepper) Step(ctx context.Context, number int) (row []float64, status string, err error) {
	if err := r.frame(number - 1); err != nil {
		return nil, "", err
	}
	outcome, err := r.mover.Step(ctx)
	if err != nil {
		return nil, "", err
	}
	return r.record(number, outcome), fmt.Sprintf("loss %.4g", outcome.Value), nil
}

// Recorded does nothing: Step stores frames.
func (r stepper) Recorded(context.Context, int) error { return nil }

// frame stores the cloud after a number of steps, if the animation shows that cloud.
func (r *Run) frame(steps int) error {
	if every := r.config.FrameEvery; every == 0 || steps%every != 0 || len(r.frames) > steps/every {
		return nil
	}
	c, err := r.mover.Cloud()
	r.frames = append(r.frames, c)
	return err
}

// record returns the row of a step.
func (r *Run) record(number int, outcome topoloss.Outcome) []float64 {
	value := func(v float64, ok bool) float64 {
		if !ok {
			return math.NaN()
		}
		return v
	}
	r.row = append(r.row[:0], float64(number), value(outcome.Value, outcome.OK && !outcome.Fallback))
	for _, t := range outcome.Terms {
		r.row = append(r.row, value(t.Value, t.OK))
	}
	if r.config.Push {
		r.row = append(r.row, value(outcome.Value, outcome.Fallback))
	}
	return r.row
}
