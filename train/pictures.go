package train

import (
	"fmt"
	"io"
	"os"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/run"
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
func (r *Run) onTheWay() []run.Picture {
	var drawn []run.Picture
	add := func(p run.Picture) {
		if _, err := os.Stat(r.Folder.Path(p.File)); err == nil {
			drawn = append(drawn, p)
		}
	}
	for step := 1; step <= r.steps; step++ {
		add(trainingGrid(step))
		if step == r.steps || step%len(r.train) == 0 {
			add(validationGrid((step + len(r.train) - 1) / len(r.train)))
		}
	}
	return drawn
}

// drawTraining draws reconstructions of the batch that was trained on last.
func (r *Run) drawTraining() error {
	return r.drawGrid(trainingGrid(r.steps), r.Data.Train, r.train[(r.steps-1)%len(r.train)])
}

// drawGrid draws true images and what both models make of them.
func (r *Run) drawGrid(p run.Picture, set data.Dataset, numbers []int) error {
	numbers = numbers[:min(gridImages, len(numbers))]
	side := set.Shape()[1]
	truth := append([]float32(nil), r.decode(set, numbers)...)
	rows := []viz.GridRow{{Caption: "true", Images: truth}}
	for _, m := range []*model{r.vae, r.twin} {
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

// drawCurves draws the cross-entropies per step and per epoch, and the
// topological loss.
func (r *Run) drawCurves() error {
	steps := r.metrics.Column("step")
	err := r.picture("bce-steps.png", "Cross-entropy of each training batch, per image", func(w io.Writer) error {
		return viz.Curves(w, "Reconstruction error of each batch", "step", "binary cross-entropy per image",
			viz.Series{Name: r.vae.name, X: steps, Y: r.metrics.Column("vae_bce")},
			viz.Series{Name: r.twin.name, X: steps, Y: r.metrics.Column("topovae_bce")})
	})
	if err != nil {
		return err
	}
	epochs := r.epochs.Column("epoch")
	err = r.picture("bce-epochs.png", "Mean cross-entropy of each epoch, per image", func(w io.Writer) error {
		return viz.Curves(w, "Reconstruction error of each epoch", "epoch", "binary cross-entropy per image",
			viz.Series{Name: r.vae.name + ", training", X: epochs, Y: r.epochs.Column("vae_train_bce")},
			viz.Series{Name: r.twin.name + ", training", X: epochs, Y: r.epochs.Column("topovae_train_bce")},
			viz.Series{Name: r.vae.name + ", validation", X: epochs, Y: r.epochs.Column("vae_validation_bce")},
			viz.Series{Name: r.twin.name + ", validation", X: epochs, Y: r.epochs.Column("topovae_validation_bce")})
	})
	if err != nil || len(r.loss.Terms)+len(r.latent.Terms) == 0 {
		return err
	}
	return r.picture("topo-steps.png", "The topological loss of each batch and its terms, each without its weight", func(w io.Writer) error {
		series := []viz.Series{{Name: "weighted sum", X: steps, Y: r.metrics.Column("topo_loss")}}
		for _, t := range r.loss.Terms {
			series = append(series, viz.Series{Name: t.Name, X: steps, Y: r.metrics.Column(t.Name)})
		}
		for _, t := range r.latent.Terms {
			series = append(series, viz.Series{Name: "latent " + t.Name, X: steps, Y: r.metrics.Column("latent_" + t.Name)})
		}
		return viz.Curves(w, "Topological loss of each batch", "step", "loss", series...)
	})
}

// drawLatent draws where each model puts the validation images.
func (r *Run) drawLatent() error {
	labels := r.Data.Train.Labels()
	for _, part := range []struct {
		m    *model
		file string
	}{{r.vae, "latent-vae.png"}, {r.twin, "latent-topovae.png"}} {
		var means []float32
		var class []int
		for _, numbers := range r.holdout {
			if len(class) >= scatterMax {
				break
			}
			var values []float32
			var failed error
			part.m.tape.NoGrad(func() {
				mean := part.m.net.Encode(r.input(part.m, r.decode(r.Data.Train, numbers)))
				values, failed = mean.Values()
			})
			if failed != nil {
				return fmt.Errorf("%s: %w", part.file, failed)
			}
			means = append(means, values...)
			for _, i := range numbers {
				class = append(class, labels.Classes[i])
			}
		}
		title := "Latent means of the " + part.m.name
		err := r.picture(part.file, title+" for validation images, by class", func(w io.Writer) error {
			return viz.Latent(w, title, means, r.config.Latent, class, labels.Names)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
