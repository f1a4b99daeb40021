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

// pushed returns the gradient of a regularizer, as it is and spread.
func pushed(t *testing.T, dev *cpu.Device, x []float32, r topoloss.Regularizer, s topoloss.Gradient) (sparse, spread []float32) {
	loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "it", Weight: 1, Regularizer: r}}}
	_, sparse = apply(t, loss, dev, x, x, 2)
	loss.Gradient = s
	_, spread = apply(t, loss, dev, x, x, 2)
	return sparse, spread
}

// clusters are two on a line, and a point far away.
var clusters = []float32{0, 0, 0.1, 0, 0.2, 0, 5, 0, 5.1, 0, 5.3, 0, 7, 3}

// longest is −½ of the longest bar: it drives apart the two points that join
// the two farthest clusters.
var longest = topoloss.Func(func(learnable, _ []ph.Bar, gradients []topoloss.BarGradient) (value float64, ok bool) {
	last := 0
	for i, b := range learnable {
		if b.Death > learnable[last].Death {
			last = i
		}
	}
	gradients[last].Death = -0.5
	return -learnable[last].Death / 2, true
})

func TestAverage(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	const h = 0.4
	sparse, spread := pushed(t, dev, clusters, longest, topoloss.Gradient{Method: topoloss.Average, Bandwidth: h})
	require.Equal(t, []float32{0, 0, 0, 0, 0.5, 0, -0.5, 0, 0, 0, 0, 0, 0, 0}, sparse)
	for i := 0; i < len(clusters); i += 2 {
		x, y := float64(clusters[i]), float64(clusters[i+1])
		a := math.Exp(-(math.Pow(x-0.2, 2) + y*y) / (2 * h * h))
		b := math.Exp(-(math.Pow(x-5, 2) + y*y) / (2 * h * h))
		require.InDelta(t, (0.5*a-0.5*b)/(a+b), spread[i], 1e-5, "point %d", i/2)
		require.Zero(t, spread[i+1])
	}

	// However far a point is, it follows the nearest.
	far := append([]float32{1e6, 0}, clusters...)
	_, spread = pushed(t, dev, far, topoloss.Push{}, topoloss.Gradient{Method: topoloss.Average, Bandwidth: h})
	for _, g := range spread {
		require.False(t, math.IsNaN(float64(g)))
	}
}

func TestInterpolate(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	const h = 0.4
	sparse, spread := pushed(t, dev, clusters, longest, topoloss.Gradient{Method: topoloss.Interpolate, Bandwidth: h})
	for i, g := range sparse {
		if g != 0 {
			require.InDelta(t, g, spread[i], 2e-3, "the field passes through the gradient at point %d", i/2)
		}
	}
	for i := range 3 { // alone in its cluster, the gradient fades with the kernel
		x := float64(clusters[2*i])
		require.InDelta(t, 0.5*math.Exp(-math.Pow(x-0.2, 2)/(2*h*h)), spread[2*i], 2e-3)
	}
	require.InDelta(t, 0, spread[12], 1e-4, "far points stay")

	// All points have a gradient: it stays as it is, up to the ridge.
	sparse, spread = pushed(t, dev, []float32{0, 0, 2, 0, 0, 3}, topoloss.Push{}, topoloss.Gradient{Method: topoloss.Interpolate, Bandwidth: h})
	for i, g := range sparse {
		require.InDelta(t, g, spread[i], 2e-3)
	}
}

// TestSpreadAgain: a loss that has spread other gradients before spreads the
// next as a new one does, whether it measures the cloud or is given diagrams, and
// adds it to what the cloud receives from elsewhere.
func TestSpreadAgain(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, method := range []topoloss.GradientMethod{topoloss.Average, topoloss.Interpolate} {
		make := func() *topoloss.Loss {
			return &topoloss.Loss{
				Terms:    []topoloss.Term{{Name: "longest", Weight: 1, Regularizer: longest}},
				Gradient: topoloss.Gradient{Method: method, Bandwidth: 0.4},
			}
		}
		const n = 12
		x, other := randomCloud(90, n, 2), randomCloud(91, n, 2)
		_, want := apply(t, make(), dev, x, x, 2)

		loss := make()
		_, _ = apply(t, loss, dev, other, other, 2)
		_, got := apply(t, loss, dev, x, x, 2)
		require.Equal(t, want, got)

		target, err := topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, x, n, 2), 0)
		require.NoError(t, err)
		_, _ = apply(t, loss, dev, other, other, 2)
		tape := autograd.NewTape(dev)
		defer tape.Free()
		v := tape.Variable(autograd.TensorOf(dev, x, n, 2))
		r, err := loss.ApplyDiagrams(t.Context(), v, target.Diagrams(), nil)
		require.NoError(t, err)
		tape.Backward(autograd.Add(r.Var, autograd.Sum(v)))
		require.NoError(t, dev.Read(got, v.Grad()))
		for i := range got {
			require.InDelta(t, want[i]+1, got[i], 1e-6)
		}
	}
}

// TestSpreadDescends checks that steps against the spread gradient lower the loss.
func TestSpreadDescends(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, method := range []topoloss.GradientMethod{topoloss.Plain, topoloss.Average, topoloss.Interpolate} {
		loss := all(t)
		loss.Terms = loss.Terms[:4]
		if method != topoloss.Plain {
			loss.Gradient = topoloss.Gradient{Method: method, Bandwidth: 0.2}
		}
		x, y := randomCloud(80, 40, 2), randomCloud(81, 50, 2)
		first, _ := apply(t, loss, dev, x, y, 2)
		start := first.Value
		for range 200 {
			_, grad := apply(t, loss, dev, x, y, 2)
			for i, g := range grad {
				x[i] -= 0.002 * g
			}
		}
		last, _ := apply(t, loss, dev, x, y, 2)
		require.Less(t, last.Value, 0.5*start, "method %d", method)
	}
}

// TestSpreadLeavesPush checks that the gradient of fallback terms is not spread.
func TestSpreadLeavesPush(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	silent := topoloss.Func(func(_, _ []ph.Bar, _ []topoloss.BarGradient) (float64, bool) { return 0, false })
	loss := &topoloss.Loss{
		Terms:    []topoloss.Term{{Name: "silent", Weight: 1, Regularizer: silent}},
		Fallback: []topoloss.Term{{Name: "push0", Weight: 1, Regularizer: topoloss.Push{}}},
	}
	x := randomCloud(95, 12, 2)
	_, want := apply(t, loss, dev, x, x, 2)
	loss.Gradient = topoloss.Gradient{Method: topoloss.Average, Bandwidth: 1}
	r, got := apply(t, loss, dev, x, x, 2)
	require.True(t, r.Fallback)
	require.NotZero(t, maxAbs(want))
	require.Equal(t, want, got)
}

// TestSmooth: the mean over perturbed clouds is that of the losses of these clouds. At
// a tie, where the plain gradient moves one of two equal edges, it moves both.
func TestSmooth(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	points := []float32{0, 0, 1, 0, 1, 1, 0, 1} // a square: three of four sides in the tree
	gradient := func(g topoloss.Gradient) (topoloss.Outcome, []float32) {
		tape.Reset()
		obj := objective(t, "total0=1", topoloss.Options{Gradient: g, Seed: 1})
		x := tape.Variable(autograd.TensorOf(dev, points, 4, 2))
		out, err := obj.Apply(t.Context(), topoloss.Step{Output: x}, nil)
		require.NoError(t, err)
		tape.Backward(out.Var)
		grad := make([]float32, 8)
		require.NoError(t, dev.Read(grad, x.Grad()))
		return out, grad
	}
	_, plain := gradient(topoloss.Gradient{})
	require.InDelta(t, 6, lengthSquared(plain), 1e-5)
	out, smooth := gradient(topoloss.Gradient{Method: topoloss.Smooth, Bandwidth: 0.01, Draws: 400})
	require.InDelta(t, 3, out.Value, 0.05)
	require.InDelta(t, out.Value, out.Terms[0].Value, 1e-9)
	for i, g := range smooth { // towards the middle, by symmetry
		require.InDelta(t, 0.75*float64(2*points[i]-1), g, 0.1)
	}
	again, same := gradient(topoloss.Gradient{Method: topoloss.Smooth, Bandwidth: 0.01, Draws: 400})
	require.Equal(t, out.Value, again.Value)
	require.Equal(t, smooth, same)
}

func lengthSquared(x []float32) (sum float64) {
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}

// TestExtremeBandwidths: any positive bandwidth gives finite gradients.
func TestExtremeBandwidths(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, method := range []topoloss.GradientMethod{topoloss.Average, topoloss.Interpolate, topoloss.Smooth} {
		for _, bandwidth := range []float64{5e-324, 1e-162, 1e-30, 1e-3, 1e30, 1e160, math.MaxFloat64} {
			for name, points := range degenerate() {
				loss := &topoloss.Loss{
					Terms:    []topoloss.Term{{Name: "push0", Weight: 1, Regularizer: topoloss.Push{}}},
					Gradient: topoloss.Gradient{Method: method, Bandwidth: bandwidth, Draws: 2},
				}
				tape := autograd.NewTape(dev)
				x := tape.Variable(autograd.TensorOf(dev, points, len(points)/2, 2))
				r, err := loss.Apply(t.Context(), x, nil)
				if err != nil {
					require.Equal(t, topoloss.Smooth, method)
					require.GreaterOrEqual(t, bandwidth, 1e30)
				} else if r.OK {
					tape.Backward(r.Var)
					grad := make([]float32, len(points))
					require.NoError(t, dev.Read(grad, x.Grad()))
					for _, g := range grad {
						require.False(t, math.IsNaN(float64(g)) || math.IsInf(float64(g), 0), "%v %v %s", method, bandwidth, name)
					}
				}
				tape.Free()
			}
		}
	}
}

// TestBigStepsArriveSooner: after as many steps of gradient descent, the deaths and loops of
// a cloud that takes big steps are nearer to the true ones.
func TestBigStepsArriveSooner(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	const n = 20
	after := func(text string, g topoloss.Gradient) float64 {
		obj := objective(t, text, topoloss.Options{Gradient: g})
		tape := autograd.NewTape(dev)
		defer tape.Free()
		points := autograd.TensorOf(dev, randomCloud(8, n, 2), n, 2)
		truth := randomCloud(9, n, 2)
		for i := range truth {
			truth[i] *= 3
		}
		var latest float64
		for range 30 {
			tape.Reset()
			x := tape.Variable(points)
			out := value(t, obj, x, truth)
			latest = out.Value
			tape.Backward(out.Var)
			dev.AddScaled(points.Buffer(), -0.05, x.Grad())
		}
		return latest
	}
	for _, text := range []string{"deaths0=1", "wasserstein0=1,wasserstein1=1"} {
		plain, big := after(text, topoloss.Gradient{}), after(text, topoloss.Gradient{Method: topoloss.BigStep})
		require.Less(t, big, 0.7*plain, text)
	}
}
