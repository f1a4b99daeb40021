package train

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/run"
)

// A Summary says how a run ended.
type Summary struct {
	Steps                int
	VAETest, TopoVAETest float64 // cross-entropy per test image
	SecondsPerStep       float64 // of both models together, the median
	Folder               string
}

// String returns the summary as a few lines for people.
func (s Summary) String() string {
	return fmt.Sprintf("%d steps, %.1f ms each\ntest BCE per image: %.3f VAE, %.3f TopoVAE\nreport: %s\n",
		s.Steps, 1000*s.SecondsPerStep, s.VAETest, s.TopoVAETest, filepath.Join(s.Folder, "report.html"))
}

// Finish evaluates both models on the test images and writes their weights, the
// last pictures and the report. It is called once, after Train.
func (r *Run) Finish() (Summary, error) {
	s := Summary{Steps: r.steps, Folder: r.Folder.Path(), SecondsPerStep: median(r.metrics.Column("seconds"))}
	r.Progress.Begin("finishing", 0, 4)
	defer r.Progress.End()
	var err error
	test := data.InOrder(data.All(r.Data.Test.Len()), r.config.BatchSize)
	if s.VAETest, err = r.evaluate(r.vae, r.Data.Test, test); err != nil {
		return s, fmt.Errorf("test: %w", err)
	}
	if s.TopoVAETest, err = r.evaluate(r.twin, r.Data.Test, test); err != nil {
		return s, fmt.Errorf("test: %w", err)
	}
	r.Progress.Step(1, "tested")
	for _, m := range []*model{r.vae, r.twin} {
		metadata := map[string]string{"format": "pt", "model": m.name, "steps": fmt.Sprint(r.steps)}
		err := r.Folder.Write(strings.ToLower(m.name)+".safetensors", func(w io.Writer) error {
			return nn.Save(w, m.net, metadata)
		})
		if err != nil {
			return s, err
		}
	}
	r.Progress.Step(2, "weights saved")
	testGrid := run.Picture{File: "grid-test.png", Caption: "Test images"}
	if err := r.drawGrid(testGrid, r.Data.Test, test[0]); err != nil {
		return s, err
	}
	if err := r.drawCurves(); err != nil {
		return s, err
	}
	if err := r.drawLatent(); err != nil {
		return s, err
	}
	r.Progress.Step(3, "pictures drawn")
	if err := r.report(s, testGrid); err != nil {
		return s, err
	}
	r.Progress.Step(4, "report written")
	return s, r.metrics.Flush()
}

func (r *Run) report(s Summary, testGrid run.Picture) error {
	var epochs [][]string
	for _, e := range thin(r.epochs.Rows, 8) {
		row := []string{fmt.Sprintf("%.0f", e[0])}
		for _, bce := range e[1:] {
			row = append(row, fmt.Sprintf("%.2f", bce))
		}
		epochs = append(epochs, row)
	}
	var losses [][]string
	for _, k := range []int{1, 10, 50, 100, 500, 1000, r.steps} {
		if k <= r.steps {
			row := r.metrics.Rows[k-1]
			losses = append(losses, []string{fmt.Sprint(k), fmt.Sprintf("%.2f", row[2]), fmt.Sprintf("%.2f", row[4]),
				fmt.Sprintf("%.2f", row[3]), fmt.Sprintf("%.2f", row[5]), fmt.Sprintf("%.4g", row[6])})
		}
	}
	losses = slices.CompactFunc(losses, slices.Equal)
	var settings [][]string
	for _, line := range r.config.lines() {
		settings = append(settings, line[:])
	}
	pick := func(prefix string) []run.Picture {
		var some []run.Picture
		for _, p := range r.pictures {
			if strings.HasPrefix(p.File, prefix) {
				some = append(some, p)
			}
		}
		return some
	}
	return r.Folder.WriteReport(run.Report{
		Title: "VAE and TopoVAE",
		Lead: fmt.Sprintf("%d steps in batches of %d on %s; %.1f ms a step for both models on %s.",
			s.Steps, r.config.BatchSize, r.Data.Note, 1000*s.SecondsPerStep, r.Device.Name()),
		Sections: []run.Section{
			{Heading: "Binary cross-entropy per image",
				Text: fmt.Sprintf("On the test images: %.3f VAE, %.3f TopoVAE. By epoch:", s.VAETest, s.TopoVAETest),
				Table: run.Table{
					Head: []string{"epoch", "VAE training", "TopoVAE training", "VAE validation", "TopoVAE validation"},
					Rows: epochs,
				}},
			{Heading: "Reconstructions of test images", Pictures: []run.Picture{testGrid}},
			{Heading: "Training", Pictures: append(pick("bce"), pick("topo")...),
				Table: run.Table{Head: []string{"step", "BCE VAE", "BCE TopoVAE", "KLD VAE", "KLD TopoVAE", "topological loss"}, Rows: losses}},
			{Heading: "Latent space", Pictures: pick("latent")},
			{Heading: "Reconstructions on the way", Pictures: thin(r.onTheWay(), 6)},
			{Heading: "Settings", Table: run.Table{Head: []string{"setting", "value"}, Rows: settings}},
		},
	})
}

// thin returns at most n elements, evenly chosen, with the first and the last.
func thin[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	some := make([]T, n)
	for i := range some {
		some[i] = all[i*(len(all)-1)/(n-1)]
	}
	return some
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
