package train_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/shapes"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/topoloss"
)

// colours returns colour pictures of 6×5 pixels without labels.
func colours() *data.Sets {
	set := func(n int) *data.Bytes {
		b := &data.Bytes{Dims: []int{3, 6, 5}, Values: make([]uint8, n*90)}
		for i := range b.Values {
			b.Values[i] = uint8(i * i / 7)
		}
		return b
	}
	return &data.Sets{Train: set(40), Test: set(9), Unit: true, Note: "colours"}
}

// TestEveryModelOnEveryData: all kinds of models train on all kinds of data with terms
// at all places, and go on after a stop as if there had been none.
func TestEveryModelOnEveryData(t *testing.T) {
	dev := cpu.New(cpu.Threads(2))
	defer dev.Close()
	for name, spec := range map[string]string{"points": "circles,n=40,test=9", "space": "torus,n=40,test=9", "many": "spheres:2,n=40,test=9", "colours": ""} {
		sets := colours()
		if spec != "" {
			var err error
			sets, err = shapes.Open(spec, 1)
			require.NoError(t, err)
		}
		for _, k := range models.Kinds() {
			kind := k.Name
			t.Run(name+" "+kind, func(t *testing.T) {
				c := train.Default()
				c.Model = models.Spec{Kind: kind, Latent: 2, Hidden: []int{6}}
				if name == "colours" {
					c.Model.Channels = []int{4}
				}
				c.Model.Normalize = name == "space" && kind != models.KindGAN
				c.BatchSize, c.Epochs, c.PlotEvery = 16, 2, 2
				require.NoError(t, c.Topo.Set("deaths0@samples=0.1,bottleneck0=1,entropy0@latent=1"))
				files := func(stop int) map[string]string {
					folder, err := run.Create(filepath.Join(t.TempDir(), "run"), c)
					require.NoError(t, err)
					env := run.Environment{Device: dev, Folder: folder}
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if stop > 0 {
						env.Progress = stopAfter{steps: stop, stop: cancel}
						r, err := train.New(c, sets, env)
						require.NoError(t, err)
						require.ErrorIs(t, r.Train(ctx), context.Canceled)
						require.NoError(t, r.Close())
						env = reopened(t, run.Environment{Device: dev, Folder: folder})
					}
					r, err := train.New(c, sets, env)
					require.NoError(t, err)
					require.NoError(t, r.Train(t.Context()))
					s, err := r.Finish(t.Context())
					require.NoError(t, err)
					require.NoError(t, r.Close())
					require.Equal(t, 4, s.Steps)
					return contents(t, folder.Path())
				}
				want := files(0)
				prefix := strings.ToLower(kind)
				require.Contains(t, want, prefix+".safetensors")
				require.Contains(t, want, "topo"+prefix+".safetensors")
				if name == "many" {
					require.NotContains(t, want, "grid-test.png")
				} else {
					require.Contains(t, want, "samples-topo"+prefix+".png")
					require.Contains(t, want, "grid-test.png")
				}
				if kind != models.KindGAN {
					require.Contains(t, want, "latent-"+prefix+".png")
				}
				got := files(3)
				for file, content := range want {
					if file != "metrics.csv" && file != "report.html" && file != "checkpoint.safetensors" { // they hold times
						require.True(t, content == got[file], file)
					}
				}
			})
		}
	}
}

// TestSamplesSetting checks that the setting Samples changes the value of a term at the place
// samples.
func TestSamplesSetting(t *testing.T) {
	sets, err := shapes.Open("circle,n=40,test=9", 1)
	require.NoError(t, err)
	value := func(samples int) string {
		c := train.Default()
		c.BatchSize, c.MaxSteps, c.Samples = 16, 1, samples
		c.Topo = topoloss.Specs{{Name: "total0", Where: topoloss.Samples, Weight: 1}}
		env := environment(t, c, 1)
		r, err := train.New(c, sets, env)
		require.NoError(t, err)
		require.NoError(t, r.Train(t.Context()))
		require.NoError(t, r.Close())
		return rows(t, env.Folder.Path("metrics.csv"))[1]
	}
	require.Equal(t, value(0), value(16), "as many as the batch has")
	require.NotEqual(t, value(0), value(20))
}
