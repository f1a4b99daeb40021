package train

import (
	"fmt"
	"io"
	"os"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/viz"
)

const (
	gridImages  = 32
	gridColumns = 16
	scatterMax  = 2000 // points of a latent scatter
)

// The pictures that are drawn on the way.

func trainingGrid(step int) run.Picture {
	return run.Picture{File: fmt.Sprintf("grid-step-%06d.png", step), Caption: fmt.Sprintf("Training images after step %d", step)}
}

func validationGrid(epoch int) run.Picture {
	return run.Picture{File: fmt.Sprintf("grid-validation-epoch-%d.png", epoch), Caption: fmt.Sprintf("Validation images after epoch %d", epoch)}
}

// onTheWay lists those pictures, in the order in which they were drawn. The folder
// tells which there are: some may have been drawn before the run was resumed.
func (r *Run) onTheWay(steps int) []run.Picture {
	var drawn []run.Picture
	add := func(p run.Picture) {
		if _, err := os.Stat(r.Folder.Path(p.File)); err == nil {
			drawn = append(drawn, p)
		}
	}
	for step := 1; step <= steps; step++ {
		add(trainingGrid(step))
		if step == steps || step%len(r.train) == 0 {
			add(validationGrid((step + len(r.train) - 1) / len(r.train)))
		}
	}
	return drawn
}

// drawTraining draws reconstructions of the batch that was trained on last.
func (r *Run) drawTraining(step int) error {
	return r.drawGrid(trainingGrid(step), r.sets.Train, r.train[(step-1)%len(r.train)])
}

// drawGrid draws true images above the reconstructions of the models.
func (r *Run) drawGrid(p run.Picture, set data.Dataset, indices []int) error {
	indices = indices[:min(gridImages, len(indices))]
	side := set.Shape()[1]
	truth := append([]float32(nil), r.decode(set, indices)...)
	rows := []viz.GridRow{{Caption: "true", Images: truth}}
	for _, m := range r.models {
		var images []float32
		var failed error
		m.tape.NoGrad(func() {
			_, out := r.forward(m, truth, evaluationNoise)
			images, failed = out.Reconstruction.Values()
		})
		if failed != nil {
			return fmt.Errorf("%s: %w", p.File, failed)
		}
		rows = append(rows, viz.GridRow{Caption: m.name, Images: images})
	}
	return r.Folder.Write(p.File, func(w io.Writer) error {
		return viz.ImageGrid(w, p.Caption, side, gridColumns, rows...)
	})
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
	steps := r.loop.Metrics.Column("step")
	name, label := r.errorName(), r.errorWords()+" per "+r.noun()
	var series []viz.Series
	for i, column := range r.columns(name) {
		series = append(series, viz.Series{Name: r.models[i].name, X: steps, Y: r.loop.Metrics.Column(column)})
	}
	err := r.picture(name+"-steps.png", "Reconstruction error of each training batch, per "+r.noun(), func(w io.Writer) error {
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
	return r.picture("topo-steps.png", "The topological loss of each batch and its terms, each without its weight", func(w io.Writer) error {
		series := []viz.Series{{Name: "weighted sum", X: steps, Y: r.loop.Metrics.Column("topo_loss")}}
		for _, t := range terms {
			series = append(series, viz.Series{Name: t, X: steps, Y: r.loop.Metrics.Column(t)})
		}
		return viz.Curves(w, "Topological loss of each batch", "step", "loss", series...)
	})
}

// drawLatent draws where each model puts the validation examples.
func (r *Run) drawLatent() error {
	labels := r.sets.Train.Labels()
	for _, m := range r.models {
		file := "latent-" + m.prefix() + ".png"
		var means []float32
		var class []int
		for _, indices := range r.holdout {
			if len(class) >= scatterMax {
				break
			}
			var values []float32
			var failed error
			m.tape.NoGrad(func() {
				values, failed = m.net.Encode(r.input(m, r.decode(r.sets.Train, indices))).Values()
			})
			if failed != nil {
				return fmt.Errorf("%s: %w", file, failed)
			}
			means = append(means, values...)
			for _, i := range indices {
				class = append(class, labels.Classes[i])
			}
		}
		title := "Latent means of the " + m.name
		err := r.picture(file, title+" for validation images, by class", func(w io.Writer) error {
			return viz.Latent(w, title, means, r.config.Latent, class, labels.Names)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
