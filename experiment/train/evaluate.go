package train

import (
	"context"
	"fmt"
	"time"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/internal/noise"
)

// epochColumns returns the headings of epochs.csv: the number of the epoch, and the
// reconstruction errors of the models in training and in validation.
func (r *Run) epochColumns() []string {
	columns := []string{"epoch"}
	for _, part := range []string{"train_", "validation_"} {
		columns = append(columns, r.columns(part+r.errorName())...)
	}
	return columns
}

// noteEvery is the least time between the notes of two epochs, but for the last.
const noteEvery = time.Second

// finishEpoch validates the models, adds a row to epochs.csv, and draws reconstructions if
// there are pictures on the way. The last epoch may be cut short by MaxSteps.
func (r *Run) finishEpoch(ctx context.Context, steps int) error {
	epoch := (steps + len(r.train) - 1) / len(r.train)
	row := []float64{float64(epoch)}
	first := (epoch - 1) * len(r.train)
	for _, column := range r.columns(r.errorName()) {
		var sum float64
		for _, v := range r.loop.Metrics.Column(column)[first:steps] {
			sum += v
		}
		row = append(row, sum/float64(steps-first))
	}
	for _, m := range r.models {
		value, err := r.evaluate(ctx, m, r.sets.Train, r.holdout)
		if err != nil {
			return fmt.Errorf("validation after step %d: %w", steps, err)
		}
		row = append(row, value)
	}
	if err := r.epochs.Append(row); err != nil {
		return fmt.Errorf("epochs: %w", err)
	}
	_, total := r.Steps()
	if now := time.Now(); now.Sub(r.noted) >= noteEvery || steps == total {
		r.noted = now
		r.Progress.Note(fmt.Sprintf("epoch %d: %s per %s in training %s; in validation %s",
			epoch, r.errorTitle(), r.noun(), r.note("%.2f", row[1:]), r.note("%.2f", row[1+len(r.models):])))
	}
	// Short epochs draw no more often than PlotEvery asks for, but the last one always does.
	every := r.config.PlotEvery
	if every == 0 || steps < total && steps/every == first/every {
		return nil
	}
	return r.drawReconstructions(validationGrid(r.noun(), epoch), r.sets.Train, r.holdout[0])
}

// evaluate returns the mean reconstruction error per example of a model. Its noise
// is the same at each evaluation.
func (r *Run) evaluate(ctx context.Context, m *model, set data.Dataset, batches [][]int) (float64, error) {
	var sum float64
	var examples int
	var failed error
	for k, indices := range batches {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		m.tape.CheckFinite(m.checks)
		m.tape.NoGrad(func() {
			_, out := r.forward(m, r.decode(set, indices), uint64(noise.Evaluation+k))
			value, err := out.Losses[0].Var.Item()
			sum += float64(value)
			examples += len(indices)
			if failed = err; failed == nil {
				failed = m.tape.NotFinite()
			}
			if failed == nil {
				failed = m.diverged(out.Losses[0].Name, value)
			}
		})
		if failed != nil {
			return 0, failed
		}
	}
	return sum / float64(examples), nil
}
