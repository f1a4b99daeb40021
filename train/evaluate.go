package train

import (
	"fmt"

	"github.com/topogen/topogen/data"
)

var epochColumns = []string{"epoch", "vae_train_bce", "topovae_train_bce", "vae_validation_bce", "topovae_validation_bce"}

// finishEpoch validates both models and adds a row to epochs.csv. The last epoch
// may be cut short by MaxSteps.
func (r *Run) finishEpoch() error {
	epoch := (r.steps + len(r.train) - 1) / len(r.train)
	row := []float64{float64(epoch)}
	first := (epoch - 1) * len(r.train)
	for _, column := range []string{"vae_bce", "topovae_bce"} {
		var sum float64
		for _, v := range r.metrics.Column(column)[first:r.steps] {
			sum += v
		}
		row = append(row, sum/float64(r.steps-first))
	}
	for _, m := range []*model{r.vae, r.twin} {
		bce, err := r.evaluate(m, r.Data.Train, r.holdout)
		if err != nil {
			return fmt.Errorf("validation: %w", err)
		}
		row = append(row, bce)
	}
	if err := r.epochs.Append(row); err != nil {
		return fmt.Errorf("epochs: %w", err)
	}
	r.Progress.Note(fmt.Sprintf("epoch %d: BCE per image in training %.2f VAE, %.2f TopoVAE; in validation %.2f VAE, %.2f TopoVAE",
		epoch, row[1], row[2], row[3], row[4]))
	return r.drawGrid(validationGrid(epoch), r.Data.Train, r.holdout[0])
}

// evaluate returns the mean cross-entropy per image of a model's
// reconstructions. Its noise is the same at each evaluation.
func (r *Run) evaluate(m *model, set data.Dataset, batches [][]int) (float64, error) {
	var sum float64
	var images int
	var failed error
	for k, numbers := range batches {
		m.tape.NoGrad(func() {
			_, out := r.forward(m, r.decode(set, numbers), uint64(evaluationNoise+k))
			value, err := out.Losses[0].Var.Item()
			sum += float64(value)
			images += len(numbers)
			failed = err
		})
		if failed != nil {
			return 0, failed
		}
	}
	return sum / float64(images), nil
}
