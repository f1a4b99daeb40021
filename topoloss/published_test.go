package topoloss_test

import (
	"os"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// TestPublished computes the examples in the READMEs of MTopDiv and RTD: means over
// trials, each on random rows of two clouds of 1000 points in the unit square.
func TestPublished(t *testing.T) {
	t.Parallel()
	var file struct {
		Published struct {
			MTopDiv struct {
				Expected float64
				Indices  [][]int `json:"indices_p"`
			}
			RTD struct {
				Expected float64
				Indices  [][]int
			}
		}
	}
	golden.Read(t, &file, "golden2", "metrics.json")
	f, err := os.Open(golden.Path(t, "golden2", "seed7_points.npy"))
	require.NoError(t, err)
	defer f.Close()
	var flat []float64
	require.NoError(t, npyio.Read(f, &flat))
	require.Len(t, flat, 4000)
	p, q := flat[:2000], flat[2000:]
	rows := func(points []float64, indices []int) (x []float32) {
		for _, i := range indices {
			x = append(x, float32(points[2*i]), float32(points[2*i+1]))
		}
		return x
	}
	everything := make([]int, 1000)
	for i := range everything {
		everything[i] = i
	}

	dev := cpu.New()
	defer dev.Close()
	mean := func(term string, trials [][]int, x, y func(trial []int) []float32) float64 {
		obj := objective(t, term, topoloss.Options{})
		tape := autograd.NewTape(dev)
		defer tape.Free()
		sum := 0.0
		for _, trial := range trials {
			tape.Reset()
			a, b := x(trial), y(trial)
			step := topoloss.Step{Output: tape.Constant(a, len(a)/2, 2), Batch: tape.Constant(b, len(b)/2, 2)}
			target, err := obj.Target(t.Context(), step.Batch)
			require.NoError(t, err)
			out, err := obj.Apply(t.Context(), step, target)
			require.NoError(t, err)
			sum += out.Value
		}
		return sum / float64(len(trials))
	}
	m := file.Published.MTopDiv
	require.InEpsilon(t, m.Expected, mean("cross1=1(k=0,side=fidelity)", m.Indices,
		func(trial []int) []float32 { return rows(p, trial) },
		func([]int) []float32 { return rows(q, everything) }), 1e-6)
	r := file.Published.RTD
	require.InEpsilon(t, r.Expected, mean("rtd=1", r.Indices,
		func(trial []int) []float32 { return rows(q, trial) },
		func(trial []int) []float32 { return rows(p, trial) }), 1e-6)
}
