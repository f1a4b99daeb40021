package topoloss_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// TestSmoothBecomesStationary descends losses that have a kink at their minimum, 0. Steps of
// one length along the plain gradient go to and fro over the kink, and the gradient stays
// as long. Along the gradient of Smooth, such steps reach a point where the gradient of
// the smoothed loss is almost 0 and the loss lower.
func TestSmoothBecomesStationary(t *testing.T) {
	const (
		steps     = 60
		length    = 0.1 // of a step, as a factor of the gradient; at most Bandwidth/(0.8·L)
		bandwidth = 0.2
		epsilon   = 0.2
	)
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	for _, c := range []struct {
		text         string
		start, truth []float32 // points of the plane
		lipschitz    float64
	}{
		{"total0=1", []float32{0, 0, 1.1, 0.1, 0.4, 0.9}, []float32{0, 0, 0, 0, 0, 0}, math.Sqrt(6)},
		{"bottleneck0=1", []float32{0, 0, 1.43, 0.2}, []float32{0, 0, 0, 1}, math.Sqrt2},
		{"wasserstein0=1(order=1)", []float32{0, 0, 0.3, 0.2, 2.1, -0.3}, []float32{0, 0, 1, 0, 2, 0.1}, math.Sqrt(6)},
	} {
		require.LessOrEqual(t, length, bandwidth/(0.8*c.lipschitz), c.text)
		n := len(c.start) / 2
		points := autograd.NewTensor(dev, n, 2)
		gradient := func(obj *topoloss.Objective, number uint64) (value, norm float64, grad *autograd.Var) {
			tape.Reset()
			x, batch := tape.Variable(points), tape.Constant(c.truth, n, 2)
			target, err := obj.Target(t.Context(), batch)
			require.NoError(t, err)
			out, err := obj.Apply(t.Context(), topoloss.Step{Number: number, Batch: batch, Output: x}, target)
			require.NoError(t, err)
			host := make([]float32, 2*n)
			if out.OK {
				tape.Backward(out.Var)
				require.NoError(t, dev.Read(host, x.Grad()))
			}
			return out.Value, math.Sqrt(lengthSquared(host)), x
		}
		// descend returns the mean of the loss and the length of the shortest gradient in the
		// last steps.
		descend := func(g topoloss.Gradient) (mean, shortest float64) {
			points.Write(c.start)
			obj, plain := objective(t, c.text, topoloss.Options{Gradient: g}), objective(t, c.text, topoloss.Options{})
			const last = 20
			shortest = math.Inf(1)
			for k := range uint64(steps) {
				value, norm, x := gradient(obj, k)
				dev.AddScaled(points.Buffer(), -length, x.Grad())
				if k >= steps-last {
					if g.Method != topoloss.Plain {
						value, _, _ = gradient(plain, k)
					}
					mean, shortest = mean+value/last, min(shortest, norm)
				}
			}
			return mean, shortest
		}
		plain, shortest := descend(topoloss.Gradient{})
		require.Greater(t, shortest, 1., c.text)
		smooth, _ := descend(topoloss.Gradient{Method: topoloss.Smooth, Bandwidth: bandwidth, Draws: 128})
		many := objective(t, c.text, topoloss.Options{Gradient: topoloss.Gradient{Method: topoloss.Smooth, Bandwidth: bandwidth, Draws: 4096}})
		_, norm, _ := gradient(many, steps)
		require.Less(t, norm, epsilon, c.text)
		require.Less(t, smooth, plain, c.text)
	}
}
