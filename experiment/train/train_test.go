package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	dataset "github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// small is a run of a few steps with every loss on, so that a kind of state that is not saved
// would change its results.
func small() train.Config {
	c := train.Default()
	c.Data = "embedded:60"
	c.Model.Latent, c.BatchSize, c.Epochs, c.PlotEvery = 3, 16, 2, 2
	c.Topo = append(original(topoloss.Output, [7]float64{10, 10, 10, 10, 1, 1, 1}),
		original(topoloss.Latent, [7]float64{1, 0, 1, 0, 0, 0, 0})...)
	// A term with a learnable scale, and one that draws points at random.
	c.Topo = append(c.Topo, topoloss.Spec{Name: "signature", Where: topoloss.Latent, Weight: 0.4},
		topoloss.Spec{Name: "cross0", Where: topoloss.Samples, Weight: 1, Options: map[string]string{"k": "8"}})
	return c
}

// original returns the original's terms with the given weights.
func original(where topoloss.Place, weights [7]float64) topoloss.Specs {
	specs, err := topoloss.Original(where, weights, 1, topoloss.DefaultHyperparameters())
	if err != nil {
		panic(err)
	}
	return specs
}

// open returns the data of a configuration.
func open(t *testing.T, c train.Config) *dataset.Sets {
	sets, err := fashionmnist.Open(t.Context(), c.Data, fashionmnist.DownloadOptions{})
	require.NoError(t, err)
	return sets
}

// reopened returns an environment in which the run of a folder resumes.
func reopened(t *testing.T, env run.Environment) run.Environment {
	t.Helper()
	var err error
	env.Folder, err = run.Open(env.Folder.Path(), new(train.Config))
	require.NoError(t, err)
	return env
}

func environment(t *testing.T, c train.Config, threads int) run.Environment {
	dev := cpu.New(cpu.Threads(threads))
	t.Cleanup(func() { require.NoError(t, dev.Close()) })
	folder, err := run.Create(filepath.Join(t.TempDir(), "run"), c)
	require.NoError(t, err)
	return run.Environment{Device: dev, Folder: folder}
}

// stopAfter cancels its context once a number of steps is done.
type stopAfter struct {
	run.Silent
	steps int
	stop  context.CancelFunc
}

func (s stopAfter) Step(done int, _ string) {
	if done == s.steps {
		s.stop()
	}
}

// rows returns a table without its last column, the seconds.
func rows(t *testing.T, path string) []string {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var lines []string
	start, comma := 0, 0
	for i, c := range data {
		switch c {
		case ',':
			comma = i
		case '\n':
			lines = append(lines, string(data[start:comma]))
			start = i + 1
		}
	}
	return lines
}

func TestRunIsReproducibleAndResumes(t *testing.T) {
	var tables [2][]string
	for i, reshuffle := range []bool{false, true} {
		c := small()
		c.Reshuffle = reshuffle
		tables[i] = resumes(t, c)
	}
	// Only the second epoch has other batches.
	require.Equal(t, tables[0][:4], tables[1][:4])
	for k := 4; k < 7; k++ {
		require.NotEqual(t, tables[0][k], tables[1][k])
	}
}

// resumes checks that a run of six steps is the same to the bit if it stops twice. It returns
// the rows of metrics.csv.
func resumes(t *testing.T, c train.Config) []string {
	whole := environment(t, c, 2)
	r, err := train.New(c, open(t, c), whole)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	summary, err := r.Finish(t.Context())
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, 6, summary.Steps)
	want := rows(t, whole.Folder.Path("metrics.csv"))
	require.Len(t, want, 7)
	require.Equal(t, "step,epoch,vae_bce,vae_kld,topovae_bce,topovae_kld,topo_loss,"+
		"bottleneck0,bottleneck1,entropy0,entropy1,dsigma0,dsigma1,density,latent_bottleneck0,latent_entropy0,latent_signature,samples_cross0", want[0])

	// The same on one thread, stopped after two steps and again after three.
	parts := environment(t, c, 1)
	resume := false
	for _, stop := range []int{2, 3, 0} {
		ctx, cancel := context.WithCancel(context.Background())
		parts.Progress = stopAfter{steps: stop, stop: cancel}
		if resume {
			parts = reopened(t, parts)
		}
		r, err := train.New(c, open(t, c), parts)
		require.NoError(t, err)
		err = r.Train(ctx)
		done, total := r.Steps()
		require.Equal(t, 6, total)
		if stop > 0 {
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, stop, done)
			resume = true
		} else {
			require.NoError(t, err)
			_, err = r.Finish(t.Context())
			require.NoError(t, err)
		}
		require.NoError(t, r.Close())
		cancel()
	}
	require.Equal(t, want, rows(t, parts.Folder.Path("metrics.csv")))
	for _, name := range []string{"vae.safetensors", "topovae.safetensors", "epochs.csv", "grid-test.png"} {
		a, err := os.ReadFile(whole.Folder.Path(name))
		require.NoError(t, err)
		b, err := os.ReadFile(parts.Folder.Path(name))
		require.NoError(t, err)
		require.Equal(t, a, b, name)
	}
	return want
}

// TestTwinsStartEqual checks that both models get equal weights, batches and noise, and that
// only the topological loss makes them differ.
func TestTwinsStartEqual(t *testing.T) {
	c := small()
	c.MaxSteps = 3
	c.Topo = nil
	env := environment(t, c, 2)
	r, err := train.New(c, open(t, c), env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	summary, err := r.Finish(t.Context())
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, summary.Test[0], summary.Test[1])
	a, err := os.ReadFile(env.Folder.Path("grid-test.png"))
	require.NoError(t, err)
	require.NotEmpty(t, a)
}

// A model trained alone is the one that is trained beside its plain twin.
func TestAloneChangesNothing(t *testing.T) {
	c := small()
	c.MaxSteps = 3
	pair := finished(t, c, environment(t, c, 2))
	c.Alone = true
	alone := finished(t, c, environment(t, c, 2))
	require.Equal(t, pair["topovae.safetensors"], alone["topovae.safetensors"])
	require.NotContains(t, alone, "vae.safetensors")
	require.Contains(t, alone["metrics.csv"], "step,epoch,topovae_bce,topovae_kld,topo_loss")
}

func TestLongerRunGoesOn(t *testing.T) {
	c := small()
	c.MaxSteps = 2
	env := environment(t, c, 2)
	r, err := train.New(c, open(t, c), env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())
	c.MaxSteps = 0
	r, err = train.New(c, open(t, c), reopened(t, env))
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())

	c = small()
	other := environment(t, c, 2)
	r, err = train.New(c, open(t, c), other)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())
	require.Equal(t, rows(t, other.Folder.Path("metrics.csv")), rows(t, env.Folder.Path("metrics.csv")))
}

// finished makes a run to its end and returns the contents of the files in its folder.
func finished(t *testing.T, c train.Config, env run.Environment) map[string]string {
	r, err := train.New(c, open(t, c), env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	_, err = r.Finish(t.Context())
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return contents(t, env.Folder.Path())
}

// contents returns the contents of the files in a folder.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Name() == ".lock" { // it holds the number of the last process
			continue
		}
		data, err := os.ReadFile(filepath.Join(path, e.Name()))
		require.NoError(t, err)
		files[e.Name()] = string(data)
	}
	return files
}

// TestFinishedRunStaysAsItIs: a run whose last epoch is cut short loses nothing
// when it is resumed, neither numbers nor pictures.
func TestFinishedRunStaysAsItIs(t *testing.T) {
	c := small()
	c.MaxSteps = 5
	env := environment(t, c, 2)
	want := finished(t, c, env)
	require.Equal(t, 3, strings.Count(want["epochs.csv"], "\n"), "two epochs")
	require.Contains(t, want["report.html"], "Training images after step 2")
	for name, data := range finished(t, c, reopened(t, env)) {
		require.True(t, want[name] == data, name)
	}

	// Nor does one that was stopped at the step which then becomes its last.
	c.MaxSteps = 0
	stopped := environment(t, c, 2)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	stopped.Progress = stopAfter{steps: 5, stop: stop}
	r, err := train.New(c, open(t, c), stopped)
	require.NoError(t, err)
	require.ErrorIs(t, r.Train(ctx), context.Canceled)
	require.NoError(t, r.Close())
	stopped.Progress = nil
	c.MaxSteps = 5
	got := finished(t, c, reopened(t, stopped))
	require.Equal(t, want["epochs.csv"], got["epochs.csv"])
	require.Equal(t, strings.Count(want["report.html"], "<img "), strings.Count(got["report.html"], "<img "))
}

func TestDamagedTablesAreRefused(t *testing.T) {
	c := small()
	env := environment(t, c, 2)
	want := finished(t, c, env)
	for _, name := range []string{"metrics.csv", "epochs.csv"} {
		table := want[name]
		last := strings.LastIndexByte(table[:len(table)-1], '\n') + 1
		for damaged, says := range map[string]string{
			table[:last]:                      "whole rows",
			table[:last] + "1" + table[last:]: "has been changed",
		} {
			require.NoError(t, os.WriteFile(env.Folder.Path(name), []byte(damaged), 0o600))
			r, err := train.New(c, open(t, c), reopened(t, env))
			require.ErrorContains(t, err, name)
			require.ErrorContains(t, err, says)
			require.Nil(t, r)
		}
		require.NoError(t, os.WriteFile(env.Folder.Path(name), []byte(table), 0o600))
	}
	c.MaxSteps = 4
	_, err := train.New(c, open(t, c), reopened(t, env))
	require.ErrorContains(t, err, "the run has made 6 steps already, more than the 4 asked for")
}

func TestConfigIsValidated(t *testing.T) {
	for name, change := range map[string]func(*train.Config){
		"n-latent is -1":      func(c *train.Config) { c.Model.Latent = -1 },
		"sampler is":          func(c *train.Config) { c.Sampler = "posterior" },
		"batch-size is 1":     func(c *train.Config) { c.BatchSize = 1 },
		"n-epochs is -1":      func(c *train.Config) { c.Epochs = -1 },
		"learning-rate":       func(c *train.Config) { c.LearningRate = math.NaN() },
		"weight-decay is -1":  func(c *train.Config) { c.WeightDecay = -1 },
		"weight-decay is NaN": func(c *train.Config) { c.WeightDecay = math.NaN() },
		"max-steps is -1":     func(c *train.Config) { c.MaxSteps = -1 },
		"n-plot is -1":        func(c *train.Config) { c.PlotEvery = -1 },
		"samples is -1":       func(c *train.Config) { c.Samples = -1 },
		"save-every is -1s":   func(c *train.Config) { c.SaveEvery = -time.Second },
		"save-steps is -1":    func(c *train.Config) { c.SaveSteps = -1 },
		"must be at most":     func(c *train.Config) { c.Epochs = math.MaxInt },
		"weight of density":   func(c *train.Config) { c.Topo = topoloss.Specs{{Name: "density", Weight: math.Inf(1)}} },
		"bandwidth":           func(c *train.Config) { c.Gradient = topoloss.Gradient{Method: topoloss.Average} },
	} {
		c := small()
		change(&c)
		dev := cpu.New()
		_, err := train.New(c, open(t, small()), run.Environment{Device: dev})
		require.ErrorContains(t, err, name)
		require.NoError(t, dev.Close())
	}
}

// TestLimits: an epoch of 48 examples has 3 steps. A number of steps alone is made in full, and
// without any limit small sets are gone through many times.
func TestLimits(t *testing.T) {
	for _, l := range []struct{ epochs, steps, want int }{
		{2, 0, 6}, {0, 5, 5}, {0, 1000, 1000}, {2, 5, 5}, {2, 1000, 6}, {0, 0, 300},
	} {
		c := small()
		c.Epochs, c.MaxSteps = l.epochs, l.steps
		env := environment(t, c, 1)
		r, err := train.New(c, open(t, c), env)
		require.NoError(t, err)
		_, total := r.Steps()
		require.Equal(t, l.want, total, l)
		require.NoError(t, r.Close())
		require.NoError(t, env.Folder.Close())
	}
	c := train.Default()
	c.Data = "embedded:24000"
	require.Equal(t, 2, c.Resolve(open(t, c)).Epochs)
	c.BatchSize = 64
	require.Equal(t, 2, c.Resolve(open(t, c)).Epochs)
	c.BatchSize = 256
	require.Equal(t, 4, c.Resolve(open(t, c)).Epochs)
}

// Weight decay reaches the optimizer: with much of it, every step goes towards 0.
func TestWeightDecayShrinksWeights(t *testing.T) {
	var squares [2]float64
	for i, decay := range []float64{0, 1e4} {
		c := small()
		c.WeightDecay, c.Topo, c.MaxSteps = decay, nil, 3
		env := environment(t, c, 2)
		r, err := train.New(c, open(t, c), env)
		require.NoError(t, err)
		require.NoError(t, r.Train(t.Context()))
		for _, p := range nn.Parameters(r.Model()) {
			values, err := p.Value.Values()
			require.NoError(t, err)
			for _, v := range values {
				squares[i] += float64(v) * float64(v)
			}
		}
		require.NoError(t, r.Close())
	}
	require.Less(t, squares[1], 0.95*squares[0])
}

func TestTooFewExamples(t *testing.T) {
	c := small()
	c.Data = "embedded:1"
	_, err := train.New(c, open(t, c), run.Environment{})
	require.ErrorContains(t, err, "1 training and 1 test examples are too few to train on")
}

func TestBrokenCheckpointIsRefused(t *testing.T) {
	c := small()
	c.MaxSteps = 1
	env := environment(t, c, 2)
	r, err := train.New(c, open(t, c), env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())
	path := env.Folder.Path("checkpoint.safetensors")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data[:len(data)/2], 0o600))
	_, err = train.New(c, open(t, c), reopened(t, env))
	require.ErrorContains(t, err, "truncated")

	// Nor is one of other data or another configuration.
	require.NoError(t, os.WriteFile(path, data, 0o600))
	other := open(t, c)
	other.Train.(*dataset.Bytes).Values[7]++
	_, err = train.New(c, other, reopened(t, env))
	require.ErrorContains(t, err, "it is of another run: training set is ")
	changed := c
	changed.BatchSize = 8
	_, err = train.New(changed, open(t, c), reopened(t, env))
	require.ErrorContains(t, err, "batch_size is 16 there, 8 here")

	require.NoError(t, os.WriteFile(path, data, 0o600))
	c.Model.Latent = 4
	_, err = train.New(c, open(t, c), reopened(t, env))
	require.ErrorContains(t, err, "it is of another run: model is ")
}
