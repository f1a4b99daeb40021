// Package trial runs the units of studies: it trains one model with one seed and
// measures it.
//
//	runner := &trial.Runner{Open: open}
//	err := store.Run(ctx, plan.Units(study.Test), runner, study.Options{})
//
// A unit's settings are the fields of a [Config] in JSON: those of a training run
// ([train.Config]), and "measure" with those of [Measure]. The unit's seed replaces the
// run's. Units with equal seeds and equal data share the split, the batches, the
// initial weights and the noise.
//
// # What is measured
//
// A unit of the reporting seeds is measured on the test set, one of the tuning seeds on
// the validation set: the mean reconstruction error per example ("bce", or the model's
// own), the same after steps in measure.at ("bce@100"), and the metrics of package
// evaluate.
//
// One processor trains and measures, so that a machine runs as many units as it has
// processors.
package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/evaluate"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/study"
)

// A Config holds the settings of a unit.
type Config struct {
	train.Config
	Measure Measure `json:"measure"`
}

// Measure says how a unit is measured.
type Measure struct {
	// At lists steps after which the reconstruction error is measured, ascending.
	At []int `json:"at"`
	evaluate.Options
}

// Default returns the configuration of a unit without settings. Settings replace its fields.
func Default() Config {
	c := Config{Config: train.Default(), Measure: Measure{Options: evaluate.Default()}}
	c.Alone, c.PlotEvery = true, 0
	c.Topo = nil
	return c
}

// A Runner is a [study.Runner] that trains models. Goroutines may share it.
type Runner struct {
	// Open returns the data that a run's configuration names. Drawn data, such as points
	// of a shape, may depend on the seed.
	Open func(ctx context.Context, c train.Config) (*data.Sets, error)

	mu       sync.Mutex
	sets     map[string]*data.Sets
	features map[string]*evaluate.Features // by checksum of the training set
}

// config returns the configuration of a unit: the default, with its seed and settings.
func config(u study.Unit) (Config, error) {
	c := Default()
	c.Seed = u.Seed
	text, err := json.Marshal(u.Settings)
	if err != nil {
		return c, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	if _, set := u.Settings["seed"]; set {
		return c, fmt.Errorf("the settings have a seed: seeds are the plan's")
	}
	for _, name := range slices.Sorted(maps.Keys(u.Settings)) {
		if why, found := ignored[name]; found {
			return c, fmt.Errorf("the setting %s has no effect, %s: remove it", name, why)
		}
	}
	if c.Device != "cpu" {
		return c, fmt.Errorf("device is %q: units run on cpu", c.Device)
	}
	if !c.Alone {
		return c, fmt.Errorf("alone is false: a unit trains one model")
	}
	return c, c.Validate()
}

// Validate returns an error that names the first field that makes no sense.
func (c Config) Validate() error {
	m := c.Measure
	if err := m.Validate(); err != nil {
		return fmt.Errorf("measure.%w", err)
	}
	for i, step := range m.At {
		if step < 1 || i > 0 && step <= m.At[i-1] {
			return fmt.Errorf("measure.at is %v, must ascend from at least 1", m.At)
		}
	}
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if c.MaxSteps > 0 {
		return m.within(c.MaxSteps)
	}
	return nil
}

// within returns an error that names the first of the steps At that comes after the last step.
func (m Measure) within(last int) error {
	for i, step := range m.At {
		if step > last {
			return fmt.Errorf("measure.at[%d] is %d, but the last step is %d, which n_epochs and max_steps decide: it would never be measured", i, step, last)
		}
	}
	return nil
}

// keptSets is the largest number of data sets that are kept for other units. Without a limit,
// data that are drawn for each seed would fill memory.
const keptSets = 8

// Check returns an error if the settings make no valid configuration.
func (r *Runner) Check(u study.Unit) error {
	_, err := config(u)
	return err
}

// open returns the data that a configuration names. Units with equal seeds and equal data
// share them as long as sets holds them. When sets is full, open drops all it holds.
func (r *Runner) open(ctx context.Context, c train.Config) (*data.Sets, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := fmt.Sprint(c.Seed, c.Data, c.DataOptions)
	if s := r.sets[key]; s != nil {
		return s, nil
	}
	s, err := r.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	if r.sets == nil || len(r.sets) >= keptSets {
		r.sets = make(map[string]*data.Sets)
	}
	r.sets[key] = s
	return s, nil
}

// classify returns the features of a classifier of the training set, nil if the set is
// unsuitable for one. Units with equal data share them, as open shares data.
func (r *Runner) classify(ctx context.Context, dev kernels.Device, set data.Dataset) (*evaluate.Features, error) {
	if !evaluate.HasFeatures(set) {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := data.Checksum(set)
	if f := r.features[key]; f != nil {
		return f, nil
	}
	f, err := evaluate.TrainFeatures(ctx, dev, set)
	if err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	if r.features == nil || len(r.features) >= keptSets {
		r.features = make(map[string]*evaluate.Features)
	}
	r.features[key] = f
	return f, nil
}

// Run trains and measures. It draws samples into [study.SamplesFile].
func (r *Runner) Run(ctx context.Context, u study.Unit, dir string) (*study.Outcome, error) {
	c, err := config(u)
	if err != nil {
		return nil, err
	}
	sets, err := r.open(ctx, c.Config)
	if err != nil {
		return nil, err
	}
	dev := cpu.New(cpu.Threads(1), cpu.Precision(c.Precision))
	defer dev.Close()
	inside := filepath.Join(dir, "run")
	folder, err := run.Create(inside, c.Config)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(inside)
	t, err := train.New(c.Config, sets, run.Environment{Device: dev, Folder: folder})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	part := t.Test()
	if u.Part == study.Validation {
		part = t.Validation()
	}
	o := &study.Outcome{Metrics: make(map[string]float64)}
	name := t.ErrorName()
	curve := study.Curve{Name: name}
	_, total := t.Steps()
	if err := c.Measure.within(total); err != nil {
		return nil, err
	}
	for _, step := range append(c.Measure.At[:len(c.Measure.At):len(c.Measure.At)], total) {
		if err := t.TrainTo(ctx, step); err != nil {
			return nil, err
		}
		value, err := t.Error(ctx, part)
		if err != nil {
			return nil, err
		}
		if made, _ := t.Steps(); len(curve.Steps) == 0 || curve.Steps[len(curve.Steps)-1] < made {
			curve.Steps, curve.Values = append(curve.Steps, made), append(curve.Values, value)
		}
		o.Metrics[fmt.Sprintf("%s@%d", name, step)] = value
		if step == total {
			o.Metrics[name] = value
		}
	}
	o.Curves = []study.Curve{curve}
	features, err := r.classify(ctx, dev, sets.Train)
	if err != nil {
		return nil, err
	}
	measured, err := evaluate.Measure(ctx, evaluate.Subject{
		Device: dev, Model: t.Model(), Set: part.Set, Indices: part.Indices, BatchSize: c.BatchSize, Seed: c.Seed, Features: features,
	}, c.Measure.Options)
	if err != nil {
		return nil, err
	}
	maps.Copy(o.Metrics, measured.Metrics)
	if !measured.Drawable() {
		return o, nil
	}
	return o, atomicfile.Write(filepath.Join(dir, study.SamplesFile), measured.Draw)
}
