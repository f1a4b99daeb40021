package synth_test

import (
	"context"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/experiment/synth"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// mover returns a mover of the configuration's cloud.
func mover(t testing.TB, dev kernels.Device, c synth.Config) *synth.Mover {
	t.Helper()
	objective, err := topoloss.New(c.Topo, topoloss.Options{Fallback: topoloss.Specs{{Name: "push0", Weight: 1}}})
	require.NoError(t, err)
	target, err := topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, c.Truth.Coords, c.Truth.Len(), c.Truth.Dim), 1)
	require.NoError(t, err)
	loss := func(ctx context.Context, step uint64, x *autograd.Var) (topoloss.Outcome, error) {
		return objective.Apply(ctx, topoloss.Step{Number: step, Output: x}, target)
	}
	m, err := synth.NewMover(dev, c.Start, loss, c.Optimizer, c.LearningRate)
	require.NoError(t, err)
	return m
}

// TestTrajectories compares the first steps with those of the original.
func TestTrajectories(t *testing.T) {
	clouds := make(map[string]*ph.Points[float32])
	for _, c := range golden.Clouds(t) {
		clouds[c.Name] = &ph.Points[float32]{Dim: c.Dim, Coords: c.Coords}
	}
	var all struct {
		Runs []struct {
			Learnable, True string
			Weights         [7]float64
			LR              float64 `json:"lr"`
			Steps           int
			F32             struct {
				Losses      []float64
				Got         []bool
				PointsAfter map[string][][]float64 `json:"points_after"`
			} `json:"f32"`
			Differ *int `json:"first_step_f32_f64_differ_1e-4"`
		}
	}
	golden.Read(t, &all, "golden", "traj.json")
	require.NotEmpty(t, all.Runs)
	dev := cpu.New()
	defer dev.Close()
	for _, run := range all.Runs {
		t.Run(run.Learnable, func(t *testing.T) {
			c := synth.Between(clouds[run.Learnable], clouds[run.True])
			c.Topo, c.LearningRate = original(t, run.Weights), run.LR
			m := mover(t, dev, c)
			defer m.Free()
			// From there on the original's own float32 and float64 runs part.
			trusted := run.Steps
			if run.Differ != nil {
				trusted = *run.Differ
			}
			for step := range trusted {
				r, err := m.Step(t.Context())
				require.NoError(t, err)
				require.True(t, r.OK)
				require.Equal(t, run.F32.Got[step], !r.Fallback, "step %d", step)
				if !r.Fallback {
					require.InDelta(t, run.F32.Losses[step], r.Value, 2e-4*math.Abs(run.F32.Losses[step]), "step %d", step)
				}
				want, ok := run.F32.PointsAfter[strconv.Itoa(step+1)]
				if !ok {
					continue
				}
				got, err := m.Cloud()
				require.NoError(t, err)
				for i, point := range want {
					for k, v := range point {
						require.InDelta(t, v, got.At(i)[k], 2e-4*10, "point %d after step %d", i, step+1)
					}
				}
			}
		})
	}
}

func BenchmarkStep(b *testing.B) {
	for _, threads := range []int{1, 2} {
		dev := cpu.New(cpu.Threads(threads))
		defer dev.Close()
		for n := 1; n <= synth.Experiments; n++ {
			b.Run(strconv.Itoa(n)+"/threads="+strconv.Itoa(threads), func(b *testing.B) {
				c, err := synth.Experiment(n, 1)
				require.NoError(b, err)
				m := mover(b, dev, c)
				defer m.Free()
				b.ReportAllocs()
				for b.Loop() {
					if _, err := m.Step(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
			})
		}
	}
}

// original returns the original's terms with the given weights.
func original(t testing.TB, weights [7]float64) topoloss.Specs {
	t.Helper()
	specs, err := topoloss.Original(topoloss.Output, weights, 1, topoloss.DefaultHyperparameters())
	require.NoError(t, err)
	return specs
}
