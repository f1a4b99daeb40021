package topoloss_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// TestBalance: a balanced term has the direction of its gradient, and its weight as the
// norm.
func TestBalance(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	const n = 12
	points, truth := randomImages(1, n, 25), randomImages(2, n, 25)
	gradient := func(text string) (topoloss.Outcome, []float64) {
		tape.Reset()
		obj := objective(t, text, topoloss.Options{})
		obj.Parameters(dev)
		x := tape.Variable(autograd.TensorOf(dev, points, n, 5, 5))
		batch := tape.Constant(truth, n, 5, 5)
		target, err := obj.Target(t.Context(), batch)
		require.NoError(t, err)
		out, err := obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: x}, target)
		require.NoError(t, err)
		tape.Backward(out.Var)
		grad := make([]float32, len(points))
		require.NoError(t, dev.Read(grad, x.Grad()))
		wide := make([]float64, len(grad))
		for i, g := range grad {
			wide[i] = float64(g)
		}
		return out, wide
	}
	norm := func(g []float64) (sum float64) {
		for _, v := range g {
			sum += v * v
		}
		return math.Sqrt(sum)
	}
	var sum []float64
	terms := ""
	for _, name := range []string{"wasserstein0", "total1", "signature", "energy", "cubical0"} {
		out, plain := gradient(name + "=1")
		length := norm(plain)
		require.Positive(t, length)
		balanced, direction := gradient(name + "=2(balance=yes)")
		require.Equal(t, out.Terms[0].Value, balanced.Terms[0].Value)
		require.InEpsilon(t, 2*out.Value/length, balanced.Value, 1e-5)
		for i := range plain {
			require.InDelta(t, 2*plain[i]/length, direction[i], 1e-5)
		}
		if sum == nil {
			sum = make([]float64, len(plain))
		} else {
			terms += ","
		}
		for i, g := range direction {
			sum[i] += g
		}
		terms += name + "=2(balance=yes)"
	}
	_, together := gradient(terms)
	require.InDeltaSlice(t, sum, together, 1e-4)

	loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "push", Weight: 1, Balance: true, Regularizer: topoloss.Push{}}}}
	_, err := loss.Evaluate([]ph.Diagram{{Bars: bars(0, 1)}}, nil)
	require.ErrorContains(t, err, "push: it is balanced by the gradient at points, of which only diagrams are given")
}

// TestBalanceOfSmallAndLargeGradients: the square of a gradient's norm may be too small or
// too large for a float32.
func TestBalanceOfSmallAndLargeGradients(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, c := range []struct {
		term  string
		scale float32 // of the coordinates
	}{
		{"wasserstein0@output=2(order=3,balance=yes)", 1e-15},
		{"stress@output=2(balance=yes)", 2e-18},
		{"signature@output=2(normalize=plain,balance=yes,learn=no)", 2e18},
		{"wasserstein0@output=2(balance=yes)", 2e18},
		{"energy@output=2(balance=yes)", 2e18},
	} {
		x, y := imagesOf("x", 12, 2, func(int, int) float64 { return 0 }), imagesOf("y", 12, 2, func(int, int) float64 { return 0 })
		for i, v := range randomCloud(1, 12, 4) {
			x.x[i] = c.scale * v
		}
		for i, v := range randomCloud(2, 12, 4) {
			y.x[i] = c.scale / 2 * v
		}
		r := newTrial(t, dev, c.term, "plain")
		values, err := r.run(t, x, y)
		require.NoError(t, err, c.term)
		var square float64
		for _, g := range values[3:] {
			square += g * g
		}
		require.InDelta(t, 2, math.Sqrt(square), 1e-4, c.term)
		r.tape.Free()
	}
}
