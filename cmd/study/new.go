package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/topogen/topogen/experiment/evaluate"
	"github.com/topogen/topogen/experiment/trial"
	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/study"
)

// newPlan writes a plan that flags describe.
func newPlan(_ context.Context, args []string, stdout, _ io.Writer) error {
	flags := flag.NewFlagSet("study new", flag.ContinueOnError)
	title := flags.String("title", "", "`title` of the report")
	data := flags.String("data", "auto", "`data`, as those of trainvae")
	var common, arms, metrics []string
	list := func(into *[]string) func(string) error {
		return func(s string) error { *into = append(*into, s); return nil }
	}
	flags.Func("set", "`key=value` of a setting of all arms, as in max_steps=300 or data_options.label=kind; may be given again", list(&common))
	flags.Func("arm", "`name:key=value;key=value` of an arm, as in 'deaths:topo=deaths0@samples=0.1'; give two at least, the first is the baseline", list(&arms))
	flags.Func("metric", "`name` of a metric; may be given again (default precision, recall, coverage and mmd)", list(&metrics))
	seeds := flags.Int("seeds", 10, "`number` of reporting seeds")
	tuning := flags.Int("tuning", 0, "`number` of tuning seeds")
	output := flags.String("output", "", "`file` for the plan; standard output if empty")
	err := cli.Parse(flags, args, `
Usage: study new -data DATA -arm NAME -arm NAME:KEY=VALUE [flags]

Writes a plan: a JSON file to run, or to edit first. Settings have the names of the fields of
trainvae's config.json, and measure.points, measure.at and so on say how units are
measured.

  study new -data wine.csv -set data_options.label=kind -set n_epochs=5 \
    -arm plain -arm 'signature:topo=signature@latent=1' -metric continuity -output plan.json`, stdout)
	if err != nil {
		return err
	}
	if *seeds < 1 || *tuning < 0 || *seeds+*tuning > 1<<20 {
		return cli.Usagef("-seeds is %d and -tuning %d: there must be 1 and 0 at least", *seeds, *tuning)
	}
	p := &study.Plan{Title: *title}
	if p.Title == "" {
		p.Title = "A study of " + *data
	}
	if p.Settings, err = settings(append([]string{"data=" + *data}, common...)); err != nil {
		return err
	}
	for _, text := range arms {
		name, pairs, _ := strings.Cut(text, ":")
		a := study.Arm{Name: strings.TrimSpace(name)}
		if pairs != "" {
			if a.Settings, err = settings(strings.Split(pairs, ";")); err != nil {
				return fmt.Errorf("-arm %s: %w", a.Name, err)
			}
		}
		p.Arms = append(p.Arms, a)
	}
	if len(p.Arms) > 0 {
		p.Baseline = p.Arms[0].Name
	}
	if len(metrics) == 0 {
		metrics = []string{"precision", "recall", "coverage", "mmd"}
	}
	for _, name := range metrics {
		p.Metrics = append(p.Metrics, study.Metric{Name: name, Better: better(name)})
	}
	const firstReported = 101
	for i := range *tuning {
		p.Seeds.Tuning = append(p.Seeds.Tuning, uint64(firstReported+*seeds+i))
	}
	for i := range *seeds {
		p.Seeds.Reporting = append(p.Seeds.Reporting, uint64(firstReported+i))
	}
	if err := p.Validate(); err != nil {
		return cli.UsageError{Err: err}
	}
	if err := new(trial.Runner).CheckPlan(p); err != nil {
		return cli.UsageError{Err: err}
	}
	if *output == "" {
		return p.Write(stdout)
	}
	return atomicfile.Write(*output, p.Write)
}

// better says which values of a metric are better. Errors are not among those of package
// evaluate.
func better(name string) string {
	for _, m := range evaluate.Metrics() {
		if m.Name == name && m.Better == "higher" {
			return m.Better
		}
	}
	return "lower"
}

// settings reads settings, each written key=value. Dots in a key lead into an object. A
// value that is no JSON is a string.
func settings(pairs []string) (study.Settings, error) {
	tree := make(map[string]any)
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		path := strings.Split(strings.TrimSpace(key), ".")
		if !ok || path[0] == "" {
			return nil, cli.Usagef("a setting is %q, want key=value", pair)
		}
		at := tree
		for _, step := range path[:len(path)-1] {
			inner, ok := at[step].(map[string]any)
			if !ok {
				inner = make(map[string]any)
				at[step] = inner
			}
			at = inner
		}
		last := path[len(path)-1]
		if at[last] = json.RawMessage(value); !json.Valid([]byte(value)) {
			at[last] = value
		}
	}
	s := make(study.Settings)
	for key, value := range tree {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", key, err)
		}
		s[key] = text
	}
	return s, nil
}
