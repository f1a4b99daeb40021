package train

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/experiment/evaluate"
	"github.com/topogen/topogen/experiment/run"
)

// evaluationFile is the name of the file with the metrics of each model on the test set.
const evaluationFile = "evaluation.json"

// evaluation compares samples and latent vectors of each model with test examples,
// and writes the metrics to evaluationFile. The table that it returns has a row for each
// metric. If there are too few examples, the table is empty and no file is written.
func (r *Run) evaluation(ctx context.Context, s Summary) (run.Table, error) {
	options, test := evaluate.Default(), r.Test()
	if !options.Enough(len(test.Indices)) {
		return run.Table{}, nil
	}
	var features *evaluate.Features
	if evaluate.HasFeatures(r.sets.Train) {
		var err error
		if features, err = evaluate.TrainFeatures(ctx, r.Device, r.sets.Train); err != nil {
			return run.Table{}, fmt.Errorf("evaluation: features: %w", err)
		}
	}
	all := make(map[string]map[string]float64)
	for i, m := range r.models {
		result, err := evaluate.Measure(ctx, evaluate.Subject{
			Device: r.Device, Model: m.net, Set: test.Set, Indices: test.Indices, BatchSize: r.config.BatchSize, Seed: r.config.Seed, Features: features,
		}, options)
		if err != nil {
			return run.Table{}, fmt.Errorf("evaluation of %s: %w", m.name, err)
		}
		result.Metrics[r.errorName()] = s.Test[i]
		all[m.name] = result.Metrics
	}
	if err := r.Folder.WriteJSON(evaluationFile, all); err != nil {
		return run.Table{}, err
	}
	t := run.Table{Head: append([]string{"metric", "better"}, s.Models...)}
	for _, metric := range evaluate.Metrics() {
		row := []string{metric.Name, metric.Better}
		for _, m := range r.models {
			if v, ok := all[m.name][metric.Name]; ok {
				row = append(row, fmt.Sprintf("%.4g", v))
			}
		}
		if len(row) == len(t.Head) {
			t.Rows = append(t.Rows, row)
		}
	}
	return t, nil
}
