package train

import (
	"fmt"
	"io"
	"os"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/internal/noise"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

const (
	gridImages  = 32
	gridColumns = 16
	scatterMax  = 2000 // most points in a scatter plot of latent vectors
)

// trainingGrid returns the picture of training examples that a run draws after a step.
func trainingGrid(noun string, step int) run.Picture {
	return run.Picture{File: fmt.Sprintf("grid-step-%06d.png", step), Caption: fmt.Sprintf("Training %ss after step %d", noun, step)}
}

// validationGrid returns the picture of validation examples that a run draws after an epoch.
func validationGrid(noun string, epoch int) run.Picture {
	return run.Picture{File: fmt.Sprintf("grid-validation-epoch-%d.png", epoch), Caption: fmt.Sprintf("Validation %ss after epoch %d", noun, epoch)}
}

// onTheWay lists the pictures that the run drew while it trained, up to a number of steps,
// in their order. It looks for their files in the folder, since an earlier part of a resumed
// run may have drawn some of them.
func (r *Run) onTheWay(steps int) []run.Picture {
	var all []run.Picture
	for step := 1; step <= steps; step++ {
		all = append(all, trainingGrid(r.noun(), step))
		if step == steps || step%len(r.train) == 0 {
			all = append(all, validationGrid(r.noun(), (step+len(r.train)-1)/len(r.train)))
		}
	}
	return r.drawn(all...)
}

// drawn returns those of the given pictures whose files are in the folder.
func (r *Run) drawn(pictures ...run.Picture) []run.Picture {
	var there []run.Picture
	for _, p := range pictures {
		if _, err := os.Stat(r.Folder.Path(p.File)); err == nil {
			there = append(there, p)
		}
	}
	return there
}

// drawTraining draws reconstructions of the batch that was trained on last.
func (r *Run) drawTraining(step int) error {
	return r.drawReconstructions(trainingGrid(r.noun(), step), r.sets.Train, r.train[(step-1)%len(r.train)])
}

// areImages reports whether examples can be drawn as images.
func (r *Run) areImages() bool {
	shape := r.sets.Train.Shape()
	return len(shape) == 3 && (shape[0] == 1 || shape[0] == 3)
}

// arePoints reports whether examples can be drawn as points.
func (r *Run) arePoints() bool {
	shape := r.sets.Train.Shape()
	return len(shape) == 1 && shape[0] <= 3
}

// drawReconstructions draws true examples and their reconstructions. Of images it draws the
// reconstructions of each model below the true ones. Of points it draws those of the model
// with terms over the true ones. It draws nothing if examples are neither images nor points.
func (r *Run) drawReconstructions(p run.Picture, set data.Dataset, indices []int) error {
	switch {
	case r.areImages():
		indices = indices[:min(gridImages, len(indices))]
	case !r.arePoints():
		return nil
	}
	truth := append([]float32(nil), r.decode(set, indices)...)
	rows := []viz.GridRow{{Caption: "true", Images: truth}}
	for _, m := range r.models {
		values, err := r.compute(m, func() *autograd.Var {
			_, out := r.forward(m, truth, noise.Evaluation)
			return out.Reconstruction
		})
		if err != nil {
			return fmt.Errorf("%s: %w", p.File, err)
		}
		rows = append(rows, viz.GridRow{Caption: m.name, Images: values})
	}
	return r.Folder.Write(p.File, func(w io.Writer) error {
		if r.areImages() {
			return viz.ImageGrid(w, p.Caption, set.Shape(), gridColumns, rows...)
		}
		return viz.Cloud(w, viz.PNG, viz.Scene{
			Title: p.Caption + ", " + r.twin().name + " over the truth", Cloud: r.points(rows[len(rows)-1].Images), True: r.points(truth),
			Axes: r.axes(),
		})
	})
}

// points returns examples as a cloud.
func (r *Run) points(values []float32) *ph.Points[float32] {
	return &ph.Points[float32]{Dim: data.ExampleSize(r.sets.Train), Coords: values}
}

// axes returns the names of the values of an example, nil if they have none.
func (r *Run) axes() []string {
	if r.sets.Scaling == nil {
		return r.sets.Columns
	}
	var names []string
	for _, name := range r.sets.Columns {
		names = append(names, name+", scaled")
	}
	return names
}

// compute returns the values of a variable that a model computes without gradient.
func (r *Run) compute(m *model, f func() *autograd.Var) (values []float32, err error) {
	m.tape.NoGrad(func() { values, err = f().Values() })
	return values, err
}

// picture writes a picture and remembers it for the report.
func (r *Run) picture(file, caption string, draw func(io.Writer) error) error {
	if err := r.Folder.Write(file, draw); err != nil {
		return err
	}
	r.pictures = append(r.pictures, run.Picture{File: file, Caption: caption})
	return nil
}

// drawCurves draws the reconstruction errors per step and per epoch, and the
// topological loss.
func (r *Run) drawCurves() error {
	name, label := r.errorName(), r.errorWords()+" per "+r.noun()
	var series []viz.Series
	for i, column := range r.columns(name) {
		series = append(series, r.curve(r.models[i].name, column))
	}
	err := r.picture(name+"-steps.png", "Reconstruction error of each whole training batch, per "+r.noun(), func(w io.Writer) error {
		return viz.Curves(w, "Reconstruction error of each batch", "step", label, series...)
	})
	if err != nil {
		return err
	}
	epochs := r.epochs.Column("epoch")
	series = nil
	for _, part := range []struct{ column, name string }{{"train_", ", training"}, {"validation_", ", validation"}} {
		for i, column := range r.columns(part.column + name) {
			series = append(series, viz.Series{Name: r.models[i].name + part.name, X: epochs, Y: r.epochs.Column(column)})
		}
	}
	err = r.picture(name+"-epochs.png", "Mean reconstruction error of each epoch, per "+r.noun(), func(w io.Writer) error {
		return viz.Curves(w, "Reconstruction error of each epoch", "epoch", label, series...)
	})
	terms := r.objective.Specs().Labels()
	if err != nil || len(terms) == 0 {
		return err
	}
	return r.picture("topo-steps.png", "The topological loss of each whole batch and its terms, each without its weight", func(w io.Writer) error {
		series := []viz.Series{r.curve("weighted sum", "topo_loss")}
		for _, t := range terms {
			series = append(series, r.curve(t, t))
		}
		return viz.Curves(w, "Topological loss of each batch", "step", "loss", series...)
	})
}

// curve returns the curve of a column of metrics.csv over the steps with whole batches.
func (r *Run) curve(name, column string) viz.Series {
	return viz.Series{Name: name, X: r.whole("step"), Y: r.whole(column)}
}

// whole returns the values of a column of metrics.csv in steps whose batch is not the smaller
// last one of an epoch. Terms are sums over points: they do not compare with those of fewer. The
// mean error of the few examples in a last batch would make a curve jump in every epoch.
func (r *Run) whole(column string) []float64 {
	var values []float64
	for k, v := range r.loop.Metrics.Column(column) {
		if len(r.train[k%len(r.train)]) == len(r.train[0]) {
			values = append(values, v)
		}
	}
	return values
}

// drawLatent draws, for each model, the latent vectors of the validation examples.
func (r *Run) drawLatent() error {
	labels := r.sets.Train.Labels()
	if labels == nil {
		labels = &data.Labels{Classes: make([]int, r.sets.Train.Len()), Names: []string{r.noun()}}
	}
	var indices []int
	for _, batch := range r.holdout {
		if len(indices) < scatterMax {
			indices = append(indices, batch...)
		}
	}
	class := make([]int, len(indices))
	for k, i := range indices {
		class[k] = labels.Classes[i]
	}
	for _, m := range r.models {
		if m.critic != nil {
			continue // the model has no encoder
		}
		file := "latent-" + m.prefix() + ".png"
		means, err := r.encode(m, r.sets.Train, indices)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		title := "Latent means of the " + m.name
		err = r.picture(file, title+" for validation "+r.noun()+"s, by class", func(w io.Writer) error {
			return viz.Latent(w, title, means, m.net.Latent(), class, labels.Names)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// encode returns the latent means of examples.
func (r *Run) encode(m *model, set data.Dataset, indices []int) ([]float32, error) {
	var means []float32
	for _, batch := range data.BatchesInOrder(indices, r.config.BatchSize) {
		values, err := r.compute(m, func() *autograd.Var { return m.net.Encode(r.input(m, r.decode(set, batch))) })
		if err != nil {
			return nil, err
		}
		means = append(means, values...)
	}
	return means, nil
}
