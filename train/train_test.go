package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/run"
	"github.com/topogen/topogen/train"
)

// small is a run of a few steps with every loss on, so that every kind of state
// would show.
func small() train.Config {
	c := train.Default()
	c.Data = "embedded:60"
	c.Latent, c.BatchSize, c.Epochs, c.PlotEvery = 3, 16, 2, 2
	c.TopoWeights = [7]float64{10, 10, 10, 10, 1, 1, 1}
	c.LatentWeights = [7]float64{1, 0, 1, 0, 0, 0, 0}
	return c
}

func environment(t *testing.T, c train.Config, threads int) train.Environment {
	dev := cpu.New(cpu.Threads(threads))
	t.Cleanup(func() { require.NoError(t, dev.Close()) })
	data, err := fashionmnist.Open(context.Background(), c.Data, fashionmnist.DownloadOptions{})
	require.NoError(t, err)
	folder, err := run.Create(filepath.Join(t.TempDir(), "run"), c)
	require.NoError(t, err)
	return train.Environment{Device: dev, Data: data, Folder: folder}
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
	c := small()
	whole := environment(t, c, 2)
	r, err := train.New(c, whole)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	summary, err := r.Finish()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, 6, summary.Steps)
	want := rows(t, whole.Folder.Path("metrics.csv"))
	require.Len(t, want, 7)
	require.Equal(t, "step,epoch,vae_bce,vae_kld,topovae_bce,topovae_kld,topo_loss,"+
		"bottleneck0,bottleneck1,entropy0,entropy1,dsigma0,dsigma1,density,latent_bottleneck0,latent_entropy0", want[0])

	// The same on one thread, stopped after two steps and again after three.
	parts := environment(t, c, 1)
	resume := false
	for _, stop := range []int{2, 3, 0} {
		ctx, cancel := context.WithCancel(context.Background())
		parts.Progress = stopAfter{steps: stop, stop: cancel}
		start := train.New
		if resume {
			start = train.Resume
		}
		r, err := start(c, parts)
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
			_, err = r.Finish()
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
}

// TestTwinsStartEqual checks that both models see the same and that only the
// topological loss parts them.
func TestTwinsStartEqual(t *testing.T) {
	c := small()
	c.MaxSteps = 3
	c.TopoWeights, c.LatentWeights = [7]float64{}, [7]float64{}
	env := environment(t, c, 2)
	r, err := train.New(c, env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	summary, err := r.Finish()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, summary.VAETest, summary.TopoVAETest)
	a, err := os.ReadFile(env.Folder.Path("grid-test.png"))
	require.NoError(t, err)
	require.NotEmpty(t, a)
}

func TestLongerRunGoesOn(t *testing.T) {
	c := small()
	c.MaxSteps = 2
	env := environment(t, c, 2)
	r, err := train.New(c, env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())
	c.MaxSteps = 0
	r, err = train.Resume(c, env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())

	c = small()
	other := environment(t, c, 2)
	r, err = train.New(c, other)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())
	require.Equal(t, rows(t, other.Folder.Path("metrics.csv")), rows(t, env.Folder.Path("metrics.csv")))
}

// finished makes a run to its end and returns what its folder holds.
func finished(t *testing.T, start func(train.Config, train.Environment) (*train.Run, error), c train.Config, env train.Environment) map[string]string {
	r, err := start(c, env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	_, err = r.Finish()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	files := make(map[string]string)
	entries, err := os.ReadDir(env.Folder.Path())
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(env.Folder.Path(e.Name()))
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
	want := finished(t, train.New, c, env)
	require.Equal(t, 3, strings.Count(want["epochs.csv"], "\n"), "two epochs")
	require.Contains(t, want["report.html"], "Training images after step 2")
	for name, data := range finished(t, train.Resume, c, env) {
		require.True(t, want[name] == data, name)
	}

	// Nor does one that was stopped at the step which then becomes its last.
	c.MaxSteps = 0
	stopped := environment(t, c, 2)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	stopped.Progress = stopAfter{steps: 5, stop: stop}
	r, err := train.New(c, stopped)
	require.NoError(t, err)
	require.ErrorIs(t, r.Train(ctx), context.Canceled)
	require.NoError(t, r.Close())
	stopped.Progress = nil
	c.MaxSteps = 5
	got := finished(t, train.Resume, c, stopped)
	require.Equal(t, want["epochs.csv"], got["epochs.csv"])
	require.Equal(t, strings.Count(want["report.html"], "<img "), strings.Count(got["report.html"], "<img "))
}

func TestDamagedTablesAreRefused(t *testing.T) {
	c := small()
	env := environment(t, c, 2)
	want := finished(t, train.New, c, env)
	for _, name := range []string{"metrics.csv", "epochs.csv"} {
		table := want[name]
		cut := table[:strings.LastIndexByte(table[:len(table)-1], '\n')+1]
		require.NoError(t, os.WriteFile(env.Folder.Path(name), []byte(cut), 0o600))
		r, err := train.Resume(c, env)
		require.ErrorContains(t, err, name)
		require.ErrorContains(t, err, "whole rows")
		require.Nil(t, r)
		require.NoError(t, os.WriteFile(env.Folder.Path(name), []byte(table), 0o600))
	}
	c.MaxSteps = 4
	_, err := train.Resume(c, env)
	require.ErrorContains(t, err, "the run has made 6 steps already, more than the 4 asked for")
}

func TestConfigIsValidated(t *testing.T) {
	for name, change := range map[string]func(*train.Config){
		"n-latent is 0":     func(c *train.Config) { c.Latent = 0 },
		"batch-size is 1":   func(c *train.Config) { c.BatchSize = 1 },
		"n-epochs is 0":     func(c *train.Config) { c.Epochs = 0 },
		"learning-rate":     func(c *train.Config) { c.LearningRate = math.NaN() },
		"max-steps is -1":   func(c *train.Config) { c.MaxSteps = -1 },
		"n-plot is -1":      func(c *train.Config) { c.PlotEvery = -1 },
		"bottleneck1":       func(c *train.Config) { c.Degree = 0 },
		"dsigma sigma":      func(c *train.Config) { c.Hyperparameters.DsigmaSigma0 = 0 },
		"degree 2":          func(c *train.Config) { c.Degree = 2 },
		"too few":           func(c *train.Config) { c.Data = "embedded:1" },
		"weight of density": func(c *train.Config) { c.TopoWeights[6] = math.Inf(1) },
	} {
		c := small()
		change(&c)
		dev := cpu.New()
		data, err := fashionmnist.Open(context.Background(), c.Data, fashionmnist.DownloadOptions{})
		require.NoError(t, err)
		_, err = train.New(c, train.Environment{Device: dev, Data: data})
		require.ErrorContains(t, err, name)
		require.NoError(t, dev.Close())
	}
}

func TestBrokenCheckpointIsRefused(t *testing.T) {
	c := small()
	c.MaxSteps = 1
	env := environment(t, c, 2)
	r, err := train.New(c, env)
	require.NoError(t, err)
	require.NoError(t, r.Train(context.Background()))
	require.NoError(t, r.Close())
	path := env.Folder.Path("checkpoint.safetensors")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data[:len(data)/2], 0o600))
	_, err = train.Resume(c, env)
	require.ErrorContains(t, err, "truncated")

	require.NoError(t, os.WriteFile(path, data, 0o600))
	c.Latent = 4
	_, err = train.Resume(c, env)
	require.ErrorContains(t, err, "encoder.fc_mu.weight")
}
