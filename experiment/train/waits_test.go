package train_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/kernels/rips"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/topoloss"
)

// A waiting is a driver that counts launches, and how many come between the start of a copy to
// the host and the wait for it.
type waiting struct {
	*ptxsim.GPU
	launches int
	behind   []int // by wait for a copy: launches since the copy began
}

func (w *waiting) Launch(s gpu.Stream, k gpu.Kernel, grid, block gpu.Dim, sharedBytes int, args []gpu.Arg) error {
	w.launches++
	return w.GPU.Launch(s, k, grid, block, sharedBytes, args)
}

func (w *waiting) StartCopyOut(s gpu.Stream, src gpu.Pointer, size int) (gpu.Transfer, error) {
	t, err := w.GPU.StartCopyOut(s, src, size)
	return &started{t, w, w.launches}, err
}

type started struct {
	gpu.Transfer
	driver *waiting
	at     int // launches before the copy
}

func (s *started) Wait() ([]byte, error) {
	s.driver.behind = append(s.driver.behind, s.driver.launches-s.at)
	return s.Transfer.Wait()
}

// atSteps is a Progress that notes what the driver has counted when a step is done.
type atSteps struct {
	run.Silent
	driver   *waiting
	waits    []int   // by step: the waits of the host so far
	launches []int   // by step: the launches so far
	behind   [][]int // by step: waiting.behind
}

func (a *atSteps) Step(int, string) {
	a.waits, a.launches = append(a.waits, a.driver.Waits()), append(a.launches, a.driver.launches)
	a.behind, a.driver.behind = append(a.behind, a.driver.behind), nil
}

// narrow returns the default configuration with fewer channels and hidden units, which the
// simulator computes faster, by as many kernels.
func narrow() train.Config {
	c := train.Default()
	c.Model.Channels, c.Model.Hidden = []int{4, 4}, []int{16}
	c.PlotEvery, c.SaveEvery = 0, time.Hour
	return c
}

// counted makes five steps of a run with three batches in an epoch, and returns the counts.
// Step 5 is the first without a new batch and behind no evaluation.
func counted(t *testing.T, change func(c *train.Config)) *atSteps {
	c := narrow()
	c.Data = "embedded:11"
	c.BatchSize, c.Epochs, c.MaxSteps = 3, 2, 5
	change(&c)
	driver := &waiting{GPU: ptxsim.New(ptxsim.Options{Unchecked: true, Uncounted: true})}
	dev, err := gpu.New(driver)
	require.NoError(t, err)
	env, progress := environment(t, c, 1), &atSteps{driver: driver}
	env.Device, env.Progress = dev, progress
	r, err := train.New(c, open(t, c), env)
	require.NoError(t, err)
	require.NoError(t, r.Train(t.Context()))
	require.NoError(t, r.Close())
	require.NoError(t, dev.Close())
	require.Len(t, progress.waits, 5)
	return progress
}

// In a training step of both models the host waits for the GPU twice: for the records of
// persistence, and for the losses, at the end. In the first step with a batch it also waits for
// the persistence of the batch. Without terms it waits once.
//
// The host waits for records when it has enqueued all that does not need them: the passes of
// the other model, and, for records of samples, the forward pass of the batch.
func TestHostWaits(t *testing.T) {
	without := counted(t, func(c *train.Config) { c.Topo, c.Alone = nil, true })
	step := func(counts []int) int { return counts[4] - counts[3] }
	require.Equal(t, 1, step(without.waits))
	require.Empty(t, without.behind[4])
	whole := step(without.launches) // a step of one model
	for _, c := range []struct {
		terms string
		alone bool
		waits int
		least []int // in hundredths of whole: launches between copy and wait, for each wait
	}{
		{"deaths0@samples=1", false, 2, []int{120}},
		{"deaths0@output=1", false, 2, []int{85}},
		{"deaths0@samples=1", true, 2, []int{20}},
		{"wasserstein1@samples=1,deaths0@output=1", true, 3, []int{20, 0}},
		{"deaths0@output=1", true, 2, []int{0}},
	} {
		got := counted(t, func(config *train.Config) {
			var err error
			config.Topo, err = topoloss.Parse(c.terms)
			require.NoError(t, err)
			config.Alone = c.alone
		})
		require.Equal(t, c.waits, step(got.waits), "%s, alone %v", c.terms, c.alone)
		require.Equal(t, c.waits+1, got.waits[1]-got.waits[0], "%s, alone %v, in the first epoch", c.terms, c.alone)
		t.Logf("%s, alone %v: launches behind the copies %v, of a step of one model %d", c.terms, c.alone, got.behind[4], whole)
		require.Len(t, got.behind[4], len(c.least))
		for i, n := range got.behind[4] {
			require.GreaterOrEqual(t, 100*n, c.least[i]*whole, "%s, alone %v, wait %d", c.terms, c.alone, i)
		}
	}
}

// A hidden device is a GPU that cannot begin work: the host waits for records as it asks for
// them.
type hidden struct {
	kernels.FusedDevice
	gpu *gpu.Device
}

func (h hidden) SpanningTree(edges []rips.Edge, dist kernels.Buffer, n int) ([]rips.Edge, error) {
	return h.gpu.SpanningTree(edges, dist, n)
}

func (h hidden) Lunes(lunes []rips.Lune, dist kernels.Buffer, n int) ([]rips.Lune, error) {
	return h.gpu.Lunes(lunes, dist, n)
}

// A GPU that works while the host finds diagrams makes the bits of one that does not.
func TestBeginningEarlyChangesNoBit(t *testing.T) {
	cases := map[string]func(c *train.Config){
		"both models": func(c *train.Config) {},
		"terms at all places": func(c *train.Config) {
			c.Alone, c.CheckFinite = true, true
			c.Topo, _ = topoloss.Parse("wasserstein1@samples=1,energy@samples=1,deaths0@output=1,deaths0@latent=0.1,cross0@output=1,push0@samples(share=0.5)=1")
		},
		"running statistics": func(c *train.Config) { c.Model.Normalize = true },
		"smoothed": func(c *train.Config) {
			c.Alone, c.Gradient = true, topoloss.Gradient{Method: topoloss.Smooth, Draws: 2, Bandwidth: 0.1}
		},
		"spread": func(c *train.Config) {
			c.Alone, c.Gradient = true, topoloss.Gradient{Method: topoloss.Average, Bandwidth: 1}
		},
	}
	for _, k := range models.Kinds() {
		cases[k.Name] = func(c *train.Config) { c.Alone, c.Model.Kind = true, k.Name }
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			record := func(hide bool) (table, state string) {
				c := narrow()
				c.Data = "embedded:10"
				c.BatchSize, c.Epochs, c.MaxSteps = 4, 1, 2
				change(&c)
				env := environment(t, c, 1)
				dev, err := gpu.New(ptxsim.New(ptxsim.Options{Unchecked: true, Uncounted: true}))
				require.NoError(t, err)
				env.Device = dev
				if hide {
					env.Device = hidden{dev, dev}
				}
				r, err := train.New(c, open(t, c), env)
				require.NoError(t, err)
				require.NoError(t, r.Train(t.Context()))
				require.NoError(t, r.Close())
				require.NoError(t, dev.Close())
				read := func(file string) string {
					text, err := os.ReadFile(filepath.Join(env.Folder.Path(), file))
					require.NoError(t, err)
					return string(text)
				}
				var lines []string
				for _, line := range strings.Split(strings.TrimSpace(read("metrics.csv")), "\n") {
					lines = append(lines, line[:strings.LastIndexByte(line, ',')]) // without the seconds
				}
				return strings.Join(lines, "\n"), read("checkpoint.safetensors")
			}
			want, wantState := record(true)
			got, state := record(false)
			require.Equal(t, want, got)
			require.True(t, state == wantState, "the checkpoints differ")
		})
	}
}
