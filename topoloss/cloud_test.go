package topoloss_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// TestGradients compares the gradient of each loss at points with differences
// of its value, at clouds whose pairing does not change within a step.
func TestGradients(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for trial := range uint64(3) {
		x := autograd.TensorOf(dev, randomCloud(36+trial, 9, 2), 9, 2)
		target, err := topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, randomCloud(136+trial, 11, 2), 11, 2), 1)
		require.NoError(t, err)
		for _, term := range append(all(t).Terms, topoloss.Term{Name: "push0", Weight: 1, Regularizer: topoloss.Push{}}) {
			t.Run(fmt.Sprint(term.Name, trial), func(t *testing.T) {
				term.Weight = 1
				if d, ok := term.Regularizer.(*topoloss.Dsigma); ok {
					d.Sigma = 0.5 // smooth at the scale of Check's steps
				}
				loss := &topoloss.Loss{Terms: []topoloss.Term{term}}
				require.NoError(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
					r, err := loss.Apply(t.Context(), in[0], target)
					require.NoError(t, err)
					return r.Var
				}, x))
			})
		}
	}
}

// TestRigidMotion: a loss sees distances alone. Moving and turning the cloud
// turns its gradient along, and the order of points does not matter.
func TestRigidMotion(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	random := rand.New(rand.NewPCG(21, 22))
	const n = 24
	for trial := range uint64(5) {
		x, y := randomCloud(40+trial, n, 2), randomCloud(50+trial, 30, 2)
		want, grad := apply(t, all(t), dev, x, y, 2)
		angle, order := 2*math.Pi*random.Float64(), random.Perm(n)
		sin, cos := float32(math.Sin(angle)), float32(math.Cos(angle))
		turned, wantGrad := make([]float32, 2*n), make([]float32, 2*n)
		for to, from := range order {
			a, b := x[2*from], x[2*from+1]
			turned[2*to], turned[2*to+1] = cos*a-sin*b+1.5, sin*a+cos*b-0.5
			a, b = grad[2*from], grad[2*from+1]
			wantGrad[2*to], wantGrad[2*to+1] = cos*a-sin*b, sin*a+cos*b
		}
		got, gotGrad := apply(t, all(t), dev, turned, y, 2)
		require.InEpsilon(t, want.Value, got.Value, 1e-4)
		scale := maxAbs(grad)
		for i := range gotGrad {
			require.InDelta(t, wantGrad[i], gotGrad[i], 1e-3*scale)
		}
	}
}

// TestTranslation: as moving the cloud changes nothing, its gradients cancel.
func TestTranslation(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for trial := range uint64(5) {
		x, y := randomCloud(60+trial, 30, 3), randomCloud(70+trial, 25, 3)
		_, grad := apply(t, all(t), dev, x, y, 3)
		var sum [3]float64
		for i, g := range grad {
			sum[i%3] += float64(g)
		}
		require.NotZero(t, maxAbs(grad))
		for _, s := range sum {
			require.InDelta(t, 0, s, 1e-5*maxAbs(grad))
		}
	}
}

func maxAbs(x []float32) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// degenerate lists clouds whose distances tie or vanish.
func degenerate() map[string][]float32 {
	clouds := map[string][]float32{
		"one":        {1, 2},
		"two":        {1, 2, 4, 6},
		"twins":      {1, 2, 1, 2},
		"collinear":  {0, 0, 1, 1, 2, 2, 4, 4, 5, 5},
		"identical":  {3, 3, 3, 3, 3, 3, 3, 3},
		"duplicates": {0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 5, 5, 5, 5, 0, 0},
		"square":     {0, 0, 1, 0, 1, 1, 0, 1},
		"tiny":       {0, 0, 1e-30, 0, 0, 1e-38, 1e-45, 1e-45},
		"huge":       {0, 0, 1e18, 0, 0, 1e18, -1e18, -1e18},
	}
	for i := range 36 {
		clouds["grid"] = append(clouds["grid"], float32(i%6), float32(i/6))
		clouds["circle"] = append(clouds["circle"], float32(math.Cos(float64(i)*math.Pi/18)), float32(math.Sin(float64(i)*math.Pi/18)))
	}
	return clouds
}

// TestDegenerateClouds: values and gradients are finite, and the same each time
// and for any number of threads.
func TestDegenerateClouds(t *testing.T) {
	dev, single := cpu.New(cpu.Threads(3)), cpu.New(cpu.Threads(1))
	defer dev.Close()
	defer single.Close()
	for nameX, x := range degenerate() {
		for nameY, y := range degenerate() {
			t.Run(nameX+"/"+nameY, func(t *testing.T) {
				for _, spread := range []topoloss.Gradient{{}, {Method: topoloss.Average, Bandwidth: 0.5}, {Method: topoloss.Interpolate, Bandwidth: 0.5}, {Method: topoloss.BigStep}, {Method: topoloss.Smooth, Bandwidth: 0.1, Draws: 2}} {
					loss := all(t)
					if nameX == "huge" {
						loss.Terms = loss.Terms[:6] // the density grows with the fourth power
					}
					loss.Gradient = spread
					want, grad := apply(t, loss, dev, x, y, 2)
					value := want.Value
					require.False(t, math.IsNaN(value) || math.IsInf(value, 0))
					for i, g := range grad {
						require.False(t, math.IsNaN(float64(g)) || math.IsInf(float64(g), 0), "gradient %d is %v", i, g)
					}
					got, again := apply(t, loss, single, x, y, 2)
					require.Equal(t, value, got.Value)
					require.Equal(t, grad, again)
				}
			})
		}
	}
}

// TestBarsAndSlopes: what a result says of bars and gradients is what moved the
// points.
func TestBarsAndSlopes(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	bottleneck := &topoloss.Bottleneck{}
	loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "bottleneck0", Weight: 3, Regularizer: bottleneck}}}
	r, _ := apply(t, loss, dev, []float32{0, 1, 1, 9}, []float32{0, 5}, 1)
	require.Len(t, r.Bars, 1)
	require.Len(t, r.Bars[0], 2, "the twins' bar has no length")
	w := bottleneck.Witness()
	require.Equal(t, 8.0, r.Bars[0][w.A].Death)
	require.Equal(t, topoloss.BarGradient{Birth: 0, Death: 3}, r.BarGradients[0][w.A])
	require.Zero(t, r.BarGradients[0][1-w.A])
}
