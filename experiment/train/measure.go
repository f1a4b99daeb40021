package train

import (
	"context"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/models"
)

// TrainTo trains until the run has made the given number of steps in all, or all its steps.
// Unlike Train it does not validate at the end if the last epoch is cut short. If ctx is
// cancelled it stops, writes a checkpoint and returns ctx's error.
func (r *Run) TrainTo(ctx context.Context, steps int) error { return r.loop.RunTo(ctx, steps) }

// Model returns the model whose loss has terms. It goes on training with the run.
func (r *Run) Model() models.Model { return r.twin().net }

// ErrorName returns the name of the loss that compares reconstructions with the data.
func (r *Run) ErrorName() string { return r.errorName() }

// A Part is a set of examples that a run does not train on.
type Part struct {
	Set     data.Dataset
	Indices []int
}

// Validation returns the part of the training set that is held out.
func (r *Run) Validation() Part {
	p := Part{Set: r.sets.Train}
	for _, indices := range r.holdout {
		p.Indices = append(p.Indices, indices...)
	}
	return p
}

// Test returns the test set.
func (r *Run) Test() Part { return Part{r.sets.Test, data.AllIndices(r.sets.Test.Len())} }

// Error returns the mean reconstruction error per example of the model with terms.
func (r *Run) Error(ctx context.Context, p Part) (float64, error) {
	return r.evaluate(ctx, r.twin(), p.Set, data.BatchesInOrder(p.Indices, r.config.BatchSize))
}
