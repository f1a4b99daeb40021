package topoloss_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/topoloss"
)

// TestTrajectories follows the original through whole optimizations: a cloud's
// points are moved by Adam against a loss, by Push where the loss depends on
// none of them.
func TestTrajectories(t *testing.T) {
	var file struct {
		Runs []struct {
			Learnable, True string
			Weights         [7]float64
			Rate            float64 `json:"lr"`
			Steps           int
			F64             struct {
				Losses []float64
				Got    []bool
				After  map[string][][]float64 `json:"points_after"`
			}
			Differ *int `json:"first_step_f32_f64_differ_1e-4"` // where rounding has made another path
		}
	}
	golden.Read(t, &file, "golden", "traj.json")
	clouds := make(map[string]golden.Cloud)
	for _, c := range golden.Clouds(t) {
		clouds[c.Name] = c
	}
	require.NotEmpty(t, file.Runs)
	dev := cpu.New()
	defer dev.Close()
	for _, run := range file.Runs {
		t.Run(run.Learnable, func(t *testing.T) {
			x, y := clouds[run.Learnable], clouds[run.True]
			loss, err := topoloss.Weighted(run.Weights, 1, topoloss.DefaultHyperparameters())
			require.NoError(t, err)
			loss.Fallback = []topoloss.Term{{Name: "push0", Weight: 1, Regularizer: topoloss.Push{}}}
			target, err := topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, y.Coords, y.N, y.Dim), 1)
			require.NoError(t, err)

			points := autograd.NewParameter("points", autograd.TensorOf(dev, x.Coords, x.N, x.Dim))
			m, v := autograd.NewTensor(dev, x.N, x.Dim), autograd.NewTensor(dev, x.N, x.Dim)
			tape := autograd.NewTape(dev)
			defer tape.Free()
			steps := run.Steps
			if run.Differ != nil {
				steps = *run.Differ
			}
			require.Greater(t, steps, 10)
			for step := range steps {
				tape.Reset()
				r, err := loss.Apply(t.Context(), tape.Param(points), target)
				require.NoError(t, err)
				require.Equal(t, run.F64.Got[step], !r.Fallback, "step %d", step)
				if run.F64.Got[step] {
					want := run.F64.Losses[step]
					require.InDelta(t, want, r.Value, 2e-4*math.Abs(want)+2e-5, "step %d", step)
				}
				tape.Backward(r.Var)
				fused.Adam(dev, points.Value.Buffer(), points.Grad.Buffer(), m.Buffer(), v.Buffer(), kernels.Adam{
					LearningRate: run.Rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Step: step + 1, GradientScale: 1,
				})
				if want := run.F64.After[strconv.Itoa(step+1)]; want != nil {
					got, err := points.Value.Values()
					require.NoError(t, err)
					for i, row := range want {
						for k, w := range row {
							require.InDelta(t, w, got[i*x.Dim+k], 1e-3, "point %d after step %d", i, step+1)
						}
					}
				}
			}
		})
	}
}
