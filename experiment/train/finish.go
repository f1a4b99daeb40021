package train

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/run"
)

// A Summary says how a run ended.
type Summary struct {
	Steps int
	// Models are the names of the models. Test has, in the same order, the mean
	// reconstruction error of each model per test example.
	Models []string
	Test   []float64
	// Error is the name of the reconstruction error, such as "BCE". Noun is the word for an
	// example, such as "image".
	Error, Noun    string
	SecondsPerStep float64 // median time of a step of all models together
	Folder         string
	Drawn          []string // the files with new examples of the models, empty unless Config.Draw asks for them
}

// String returns the summary as a few lines for people.
func (s Summary) String() string {
	drawn := ""
	if len(s.Drawn) > 0 {
		drawn = fmt.Sprintf("new %ss: %s\n", s.Noun, strings.Join(s.Drawn, ", "))
	}
	return fmt.Sprintf("%d steps, %.1f ms each\ntest %s per %s: %s\n%sreport: %s\n",
		s.Steps, 1000*s.SecondsPerStep, s.Error, s.Noun, s.tested(), drawn, filepath.Join(s.Folder, "report.html"))
}

// tested lists the test errors of the models.
func (s Summary) tested() string {
	var parts []string
	for i, name := range s.Models {
		parts = append(parts, fmt.Sprintf("%.3f %s", s.Test[i], name))
	}
	return strings.Join(parts, ", ")
}

// Finish evaluates the models on the test set and writes their weights, the last
// pictures and the report. It is called once, after Train.
func (r *Run) Finish(ctx context.Context) (Summary, error) {
	made, _ := r.Steps()
	s := Summary{
		Steps: made, Folder: r.Folder.Path(), SecondsPerStep: median(r.loop.Metrics.Column(run.SecondsColumn)),
		Error: r.errorTitle(), Noun: r.noun(),
	}
	r.Progress.Begin("finishing", 0, 5)
	defer r.Progress.End()
	test := data.BatchesInOrder(data.AllIndices(r.sets.Test.Len()), r.config.BatchSize)
	for _, m := range r.models {
		value, err := r.evaluate(ctx, m, r.sets.Test, test)
		if err != nil {
			return s, fmt.Errorf("test: %w", err)
		}
		s.Models, s.Test = append(s.Models, m.name), append(s.Test, value)
	}
	r.Progress.Step(1, "tested")
	err := r.saveWeights(made)
	if err != nil {
		return s, err
	}
	if s.Drawn, err = r.writeSamples(); err != nil {
		return s, err
	}
	r.Progress.Step(2, "weights saved")
	testGrid := run.Picture{File: "grid-test.png", Caption: fmt.Sprintf("Test %ss", s.Noun)}
	if err := r.drawReconstructions(testGrid, r.sets.Test, test[0]); err != nil {
		return s, err
	}
	for _, draw := range []func() error{
		r.drawCurves, r.drawLatent, func() error { return r.drawSamples(ctx) }, r.drawInterpolation,
	} {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		if err := draw(); err != nil {
			return s, err
		}
	}
	r.Progress.Step(3, "pictures drawn")
	measured, err := r.evaluation(ctx, s)
	if err != nil {
		return s, err
	}
	r.Progress.Step(4, "measured")
	if err := r.report(s, testGrid, measured); err != nil {
		return s, err
	}
	r.Progress.Step(5, "report written")
	return s, r.loop.Sync()
}

func (r *Run) report(s Summary, testGrid run.Picture, measured run.Table) error {
	words := r.errorWords()
	samples := run.Section{Heading: fmt.Sprintf("New %ss", s.Noun), Pictures: append(r.pick("samples"), r.pick("interpolation")...)}
	if len(samples.Pictures) > 0 {
		samples.Text = fmt.Sprintf("Latent vectors are drawn from the %s.%s", r.config.samplerWords(), r.loopWords())
		samples.Table = r.loopTable()
	}
	return r.Folder.WriteReport(run.Report{
		Title: strings.Join(s.Models, " and "),
		Lead: fmt.Sprintf("%d steps in batches of %d on %s; %.1f ms a step on %s.",
			s.Steps, r.config.BatchSize, r.sets.Note, 1000*s.SecondsPerStep, r.Device.Name()),
		Sections: []run.Section{
			{Heading: fmt.Sprintf("%s%s per %s", strings.ToUpper(words[:1]), words[1:], s.Noun),
				Text:  fmt.Sprintf("On the test set: %s. By epoch:", s.tested()),
				Table: r.epochTable()},
			{Heading: fmt.Sprintf("Reconstructions of test %ss", s.Noun), Pictures: r.drawn(testGrid)},
			samples,
			{Heading: "Training", Pictures: append(r.pick(r.errorName()), r.pick("topo")...), Table: r.lossTable(s.Steps)},
			{Heading: "Latent space", Pictures: r.pick("latent")},
			{Heading: "Reconstructions on the way", Pictures: thin(r.onTheWay(s.Steps), 6)},
			{Heading: "Samples and latent vectors against test " + s.Noun + "s",
				Text:  "go doc ./experiment/evaluate and go doc ./metrics say what each metric is. A metric that a term of the loss contains says nothing.",
				Table: measured},
			{Heading: "Settings", Table: run.Table{Head: []string{"setting", "value"}, Rows: r.config.lines()}},
		},
	})
}

// epochTable returns the reconstruction errors of some epochs.
func (r *Run) epochTable() run.Table {
	t := run.Table{Head: []string{"epoch"}}
	for _, part := range []string{" training", " validation"} {
		for _, m := range r.models {
			t.Head = append(t.Head, m.name+part)
		}
	}
	for _, e := range thin(r.epochs.Rows, 8) {
		row := []string{fmt.Sprintf("%.0f", e[0])}
		for _, v := range e[1:] {
			row = append(row, fmt.Sprintf("%.2f", v))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// lossTable returns the losses of some steps.
func (r *Run) lossTable(steps int) run.Table {
	t := run.Table{Head: []string{"step"}}
	columns := [][]float64{r.loop.Metrics.Column("step")}
	for _, name := range r.models[0].lossNames() {
		for i, column := range r.columns(name) {
			t.Head = append(t.Head, strings.ToUpper(name)+" "+r.models[i].name)
			columns = append(columns, r.loop.Metrics.Column(column))
		}
	}
	t.Head, columns = append(t.Head, "topological loss"), append(columns, r.loop.Metrics.Column("topo_loss"))
	for _, k := range []int{1, 10, 50, 100, 500, 1000, steps} {
		if k > steps {
			continue
		}
		row := []string{fmt.Sprint(k)}
		for _, c := range columns[1 : len(columns)-1] {
			row = append(row, fmt.Sprintf("%.2f", c[k-1]))
		}
		t.Rows = append(t.Rows, append(row, fmt.Sprintf("%.4g", columns[len(columns)-1][k-1])))
	}
	t.Rows = slices.CompactFunc(t.Rows, slices.Equal)
	return t
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
