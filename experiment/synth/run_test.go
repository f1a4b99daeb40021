package synth_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/synth"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/viz"
)

func TestExperiments(t *testing.T) {
	for number, want := range map[int]struct {
		steps, points, truth, frames int
		rate                         float64
	}{1: {15000, 64, 3, 50, 0.01}, 2: {2500, 64, 128, 25, 0.05}, 3: {7500, 64, 100, 50, 0.1}} {
		c, err := synth.Experiment(number, 5)
		require.NoError(t, err)
		require.NoError(t, c.Validate())
		require.Equal(t, want.steps, c.Steps)
		require.Equal(t, want.points, c.Start.Len())
		require.Equal(t, want.truth, c.Truth.Len())
		require.Equal(t, want.frames, c.FrameEvery)
		require.Equal(t, want.rate, c.LearningRate)
		require.Equal(t, original(t, synth.OriginalWeights), c.Topo)
		require.True(t, c.Push)
		same, err := synth.Experiment(number, 5)
		require.NoError(t, err)
		require.Equal(t, c, same)
		other, err := synth.Experiment(number, 6)
		require.NoError(t, err)
		require.NotEqual(t, c.Start, other.Start)
	}
	_, err := synth.Experiment(4, 1)
	require.ErrorContains(t, err, "no experiment 4")
}

// TestPlaces checks that clusters lie where those of the original do.
func TestPlaces(t *testing.T) {
	for number, spots := range map[int][][4]float64{ // first point, first after, x, y
		1: {{0, 10, 0, 0}, {10, 20, 10, 0}, {20, 30, 0, 20}, {30, 40, 30, 30}, {40, 64, 10, -25}},
		2: {{0, 30, 0, 0}, {30, 64, 10, 5}},
	} {
		c, err := synth.Experiment(number, 1)
		require.NoError(t, err)
		for _, s := range spots {
			for i := int(s[0]); i < int(s[1]); i++ {
				require.InDelta(t, s[2], c.Start.At(i)[0], 0.5)
				require.InDelta(t, s[3], c.Start.At(i)[1], 0.5)
			}
		}
	}
	c, err := synth.Experiment(3, 1)
	require.NoError(t, err)
	for i := range 32 {
		require.InDelta(t, 0, c.Start.At(i)[0], 0.1001)
		require.InDelta(t, 0.7*float64(i), c.Start.At(i)[1], 0.1001)
		require.InDelta(t, 5+0.2*float64(i), c.Start.At(32 + i)[0], 0.1001)
		require.InDelta(t, 0.9*float64(i), c.Start.At(32 + i)[1], 0.1001)
	}
	for i := range c.Truth.Len() {
		p := c.Truth.At(i)
		require.InDelta(t, 5, math.Hypot(float64(p[0]), float64(p[1])), 1e-5)
	}
}

// TestConfigJSON checks that config.json holds everything that a run depends on.
func TestConfigJSON(t *testing.T) {
	c, err := synth.Experiment(2, 9)
	require.NoError(t, err)
	c.Window = viz.Window{XMin: -1, XMax: 1, YMin: 0, YMax: 3}
	c.Gradient = topoloss.Gradient{Method: topoloss.Interpolate, Bandwidth: 0.25}
	c.Topo = topoloss.Specs{{Name: "bottleneck1", Where: topoloss.Output, Weight: 2, Options: map[string]string{"attract": "yes"}}}
	d := c
	none := ph.Cell{U: -1, V: -1}
	d.Truth, d.TrueDiagrams = nil, []ph.Diagram{{Degree: 0, Bars: []ph.Bar{
		{Death: 1.5, BirthCell: none, DeathCell: none}, {Death: math.Inf(1), BirthCell: none, DeathCell: none},
	}}, {Degree: 1, Bars: []ph.Bar{}}}
	for _, want := range []synth.Config{c, d} {
		data, err := json.Marshal(want)
		require.NoError(t, err)
		var got synth.Config
		require.NoError(t, json.Unmarshal(data, &got))
		require.Equal(t, want, got)
	}
}

func TestValidate(t *testing.T) {
	for want, spoil := range map[string]func(*synth.Config){
		"the cloud that moves has no points":       func(c *synth.Config) { c.Start = new(ph.Points[float32]) },
		"neither a true cloud":                     func(c *synth.Config) { c.Truth = nil },
		"the true cloud has no points":             func(c *synth.Config) { c.Truth = &ph.Points[float32]{Dim: 2} },
		"a true cloud and a true diagram":          func(c *synth.Config) { c.TrueDiagrams = []ph.Diagram{{}} },
		"cloud that moves has no points: give one": func(c *synth.Config) { c.Start = nil },
		"R^4": func(c *synth.Config) { c.Start = &ph.Points[float32]{Dim: 4, Coords: make([]float32, 8)} },
		"in R^6": func(c *synth.Config) {
			c.Start, c.Truth = &ph.Points[float32]{Dim: 6, Coords: make([]float32, 6)}, nil
			c.TrueDiagrams = []ph.Diagram{{}}
		},
		"R^5":                   func(c *synth.Config) { c.Truth = &ph.Points[float32]{Dim: 5, Coords: make([]float32, 5)} },
		"steps is 0":            func(c *synth.Config) { c.Steps = 0 },
		"learning-rate is +Inf": func(c *synth.Config) { c.LearningRate = math.Inf(1) },
		"frames is -2":          func(c *synth.Config) { c.FrameEvery = -2 },
		"a cloud of 16385 points, at most 16384 fit": func(c *synth.Config) { c.Start = &ph.Points[float32]{Dim: 1, Coords: make([]float32, 1<<14+1)} },
		"a true cloud of 16385 points":               func(c *synth.Config) { c.Truth = &ph.Points[float32]{Dim: 1, Coords: make([]float32, 1<<14+1)} },
		"gap is +Inf, must be at least 0 and finite": func(c *synth.Config) { c.Gap = math.Inf(1) },
		"window has a side from -Inf to +Inf":        func(c *synth.Config) { c.Window = viz.Window{XMin: math.Inf(-1), XMax: math.Inf(1), YMin: 0, YMax: 1} },
		"gap is NaN":                                 func(c *synth.Config) { c.Gap = math.NaN() },
		"window from (1, 0) to (0, 0) has no area":   func(c *synth.Config) { c.Window = viz.Window{XMin: 1} },
		`optimizer is ""`:                            func(c *synth.Config) { c.Optimizer = "" },
		"bandwidth":                                  func(c *synth.Config) { c.Gradient = topoloss.Gradient{Method: topoloss.Average, Bandwidth: math.NaN()} },
		"a cloud of extent 1e-23: distances need one from 1e-15 to 1e+17": func(c *synth.Config) {
			c.Truth = &ph.Points[float32]{Dim: 1, Coords: []float32{0, 1e-23}}
		},
		"a cloud of extent 6": func(c *synth.Config) { c.Start = &ph.Points[float32]{Dim: 1, Coords: []float32{-3e38, 3e38}} },
		"the term signature learns a number of its own, and only points move: give it the option learn=no": func(c *synth.Config) {
			c.Topo = topoloss.Specs{{Name: "signature", Weight: 1}}
		},
		"nothing would move": func(c *synth.Config) { c.Topo, c.Push = nil, false },
		"the weight of bottleneck0 is NaN": func(c *synth.Config) {
			c.Topo = topoloss.Specs{{Name: "bottleneck0", Weight: math.NaN()}}
		},
		"looks at latent: a cloud has no such place": func(c *synth.Config) {
			c.Topo = topoloss.Specs{{Name: "bottleneck0", Where: topoloss.Latent, Weight: 1}}
		},
		"save-every is -1ns": func(c *synth.Config) { c.SaveEvery = -1 },
		"save-steps is -1":   func(c *synth.Config) { c.SaveSteps = -1 },
		"diagram of degree 0: bar 0 is born": func(c *synth.Config) {
			c.Truth, c.TrueDiagrams = nil, []ph.Diagram{{Bars: []ph.Bar{{Birth: 2, Death: 1}}}}
		},
	} {
		c, err := synth.Experiment(1, 1)
		require.NoError(t, err)
		spoil(&c)
		folder := filepath.Join(t.TempDir(), "run")
		dev := cpu.New(cpu.Threads(1))
		_, err = start(t, dev, c, folder)
		require.ErrorContains(t, err, want)
		dev.Close()
		require.NoFileExists(t, filepath.Join(folder, "metrics.csv"))
	}
}

// start begins a run in a folder.
func start(t *testing.T, dev kernels.Device, c synth.Config, path string) (*synth.Run, error) {
	t.Helper()
	folder, err := run.Create(path, "a configuration")
	require.NoError(t, err)
	return synth.New(t.Context(), c, run.Environment{Device: dev, Folder: folder})
}

// reopened returns an environment in which the run of a folder resumes.
func reopened(t *testing.T, env run.Environment) run.Environment {
	t.Helper()
	var err error
	env.Folder, err = run.Open(env.Folder.Path(), new(any))
	require.NoError(t, err)
	return env
}

// stopping cancels its context at a step.
type stopping struct {
	run.Silent
	at     int
	cancel context.CancelFunc
}

func (s stopping) Step(done int, _ string) {
	if done >= s.at {
		s.cancel()
	}
}

// TestResume: a run that was stopped, in a step with a frame or between, goes on
// bit for bit, whatever the optimizer.
func TestResume(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	for _, optimizer := range []synth.Optimizer{synth.Adam, synth.AdamW, synth.SGD} {
		c, err := synth.Experiment(2, 4)
		require.NoError(t, err)
		c.Steps, c.FrameEvery, c.Optimizer = 300, 32, optimizer
		whole, err := start(t, dev, c, filepath.Join(t.TempDir(), "whole"))
		require.NoError(t, err)
		require.NoError(t, whole.Move(context.Background()))
		require.NoError(t, whole.Close())

		folder, err := run.Create(filepath.Join(t.TempDir(), "parts"), c)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		env := run.Environment{Device: dev, Folder: folder, Progress: stopping{at: 128, cancel: cancel}}
		part, err := synth.New(t.Context(), c, env)
		require.NoError(t, err)
		require.ErrorIs(t, part.Move(ctx), context.Canceled)
		done, total := part.Steps()
		require.Equal(t, []int{128, 300}, []int{done, total})
		require.NoError(t, part.Close())

		env.Progress = nil
		part, err = synth.New(t.Context(), c, reopened(t, env))
		require.NoError(t, err)
		require.NoError(t, part.Move(context.Background()))
		require.NoError(t, part.Close())
		for _, name := range []string{"metrics.csv", "checkpoint.safetensors"} {
			want, err := os.ReadFile(whole.Folder.Path(name))
			require.NoError(t, err)
			got, err := os.ReadFile(folder.Path(name))
			require.NoError(t, err)
			require.Equal(t, want, got, "%s of %s", name, optimizer)
		}
	}
}

// TestDamagedCheckpoint checks that errors say what is wrong with a checkpoint.
func TestDamagedCheckpoint(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	c, err := synth.Experiment(2, 4)
	require.NoError(t, err)
	c.Steps = 3
	r, err := start(t, dev, c, filepath.Join(t.TempDir(), "run"))
	require.NoError(t, err)
	require.NoError(t, r.Move(context.Background()))
	require.NoError(t, r.Close())
	env := run.Environment{Device: dev, Folder: r.Folder}

	smaller := c
	smaller.Start = &ph.Points[float32]{Dim: 2, Coords: c.Start.Coords[:20]}
	_, err = synth.New(t.Context(), smaller, reopened(t, env))
	require.ErrorContains(t, err, "it is of another run: start is ")

	other := c
	other.Seed++
	_, err = synth.New(t.Context(), other, reopened(t, env))
	require.ErrorContains(t, err, "it is of another run: seed is 4 there, 5 here")

	require.NoError(t, os.WriteFile(r.Folder.Path("checkpoint.safetensors"), []byte("nothing"), 0o600))
	_, err = synth.New(t.Context(), c, reopened(t, env))
	require.ErrorContains(t, err, "checkpoint.safetensors")

	// Without one the run begins anew, even if it never came to write its table.
	require.NoError(t, os.Remove(r.Folder.Path("checkpoint.safetensors")))
	require.NoError(t, os.Truncate(r.Folder.Path("metrics.csv"), 0))
	again, err := synth.New(t.Context(), c, reopened(t, env))
	require.NoError(t, err)
	done, _ := again.Steps()
	require.Zero(t, done)
	require.NoError(t, again.Move(context.Background()))
	require.NoError(t, errors.Join(again.Close()))
}

// TestDamagedTable checks that New fails if the table is damaged, and then returns no run.
func TestDamagedTable(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	c, err := synth.Experiment(2, 4)
	require.NoError(t, err)
	c.Steps = 3
	r, err := start(t, dev, c, filepath.Join(t.TempDir(), "run"))
	require.NoError(t, err)
	require.NoError(t, r.Move(context.Background()))
	require.NoError(t, r.Close())
	env := run.Environment{Device: dev, Folder: r.Folder}
	r, err = synth.New(t.Context(), c, env)
	require.ErrorIs(t, err, os.ErrExist)
	require.Nil(t, r)
	table := env.Folder.Path("metrics.csv")
	require.NoError(t, os.Truncate(table, 0))
	r, err = synth.New(t.Context(), c, reopened(t, env))
	require.ErrorContains(t, err, "holds 0 whole rows, the checkpoint was written after 3")
	require.Nil(t, r)
	require.NoError(t, os.Remove(table))
	r, err = synth.New(t.Context(), c, reopened(t, env))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Nil(t, r)
}

// TestDivergence checks that the error of a run that diverges tells the user what to do.
func TestDivergence(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	c, err := synth.Experiment(2, 4)
	require.NoError(t, err)
	c.LearningRate = 1e38
	r, err := start(t, dev, c, filepath.Join(t.TempDir(), "run"))
	require.NoError(t, err)
	require.ErrorContains(t, r.Move(context.Background()), "points must be finite; if steps took it there, try a lower learning rate")
	require.NoError(t, r.Close())
}

// TestCheckFinite checks that a run with CheckFinite names the operation that made the first
// value that is not finite, and its step, saves no such value, and goes on with a lower rate.
func TestCheckFinite(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	c, err := synth.Experiment(2, 4)
	require.NoError(t, err)
	c.Steps, c.LearningRate, c.CheckFinite, c.SaveSteps = 6, 0.1, true, 1
	r, err := start(t, dev, c, filepath.Join(t.TempDir(), "run"))
	require.NoError(t, err)
	env := run.Environment{Device: dev, Folder: r.Folder}
	require.NoError(t, r.Move(t.Context()))
	require.NoError(t, r.Close())

	c.Steps, c.LearningRate = 9, 3e38
	r, err = synth.New(t.Context(), c, reopened(t, env))
	require.NoError(t, err)
	err = r.Move(t.Context())
	require.ErrorContains(t, err, "step 7: after the step of the optimizer: nn: points of shape")
	require.NoError(t, r.Close())

	c.LearningRate = 0.1
	r, err = synth.New(t.Context(), c, reopened(t, env))
	require.NoError(t, err)
	made, _ := r.Steps()
	require.Equal(t, 6, made)
	require.NoError(t, r.Move(t.Context()))
	require.NoError(t, r.Close())
}

func TestCountLonger(t *testing.T) {
	diagrams := []ph.Diagram{
		{Degree: 0, Bars: []ph.Bar{{Death: 1}, {Death: 2.5}, {Death: math.Inf(1)}}},
		{Degree: 1, Bars: []ph.Bar{{Birth: 1, Death: 3}, {Birth: 1, Death: 4}}},
	}
	for gap, want := range map[float64]synth.Count{0: {3, 2}, 1: {2, 2}, 2: {2, 1}, 3: {1, 0}} {
		require.Equal(t, want, synth.CountLonger(diagrams, gap))
	}
	require.Equal(t, "1 cluster, 2 loops", synth.Count{Clusters: 1, Loops: 2}.String())
}
