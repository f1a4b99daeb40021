package topoloss_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// A counted driver counts the bytes that come back.
type counted struct {
	*ptxsim.GPU
	bytes int
}

func (c *counted) CopyOut(s gpu.Stream, dst []byte, src gpu.Pointer) error {
	c.bytes += len(dst)
	return c.GPU.CopyOut(s, dst, src)
}

func (c *counted) StartCopyOut(s gpu.Stream, src gpu.Pointer, size int) (gpu.Transfer, error) {
	c.bytes += size
	return c.GPU.StartCopyOut(s, src, size)
}

// A device that finds what shapes the first two degrees gives the same bars, with
// their gradient, and names bad rows as others do. It keeps the distances, unless a
// spread wants to know them.
func TestDevicesKeepDistances(t *testing.T) {
	host := cpu.New()
	defer host.Close()
	driver := &counted{GPU: ptxsim.New(ptxsim.Options{})}
	device, err := gpu.New(driver)
	require.NoError(t, err)
	defer func() { require.NoError(t, device.Close()) }()

	const n, dim = 60, 3
	points, truth := randomCloud(70, n, dim), randomCloud(71, n, dim)
	for degree, kernel := range []string{"spanning_tree", "lunes"} {
		for _, spread := range []topoloss.Gradient{{}, {Method: topoloss.Average, Bandwidth: 1}} {
			run := func(dev kernels.Device, x []float32) (topoloss.Result, []float32, int, error) {
				tape := autograd.NewTape(dev)
				defer tape.Free()
				loss := &topoloss.Loss{Gradient: spread, Terms: []topoloss.Term{{Name: "push", Weight: 1, Degree: degree, Regularizer: topoloss.Push{}}}}
				v := tape.Variable(autograd.TensorOf(dev, x, len(x)/dim, dim))
				target, err := loss.Target(t.Context(), tape.Input(autograd.TensorOf(dev, truth, n, dim)))
				require.NoError(t, err)
				before := driver.bytes
				r, err := loss.Apply(t.Context(), v, target)
				if err != nil {
					return r, nil, 0, err
				}
				tape.Backward(r.Var)
				moved := driver.bytes - before
				grad := make([]float32, len(x))
				require.NoError(t, dev.Read(grad, v.Grad()))
				return r, grad, moved, nil
			}
			driver.ResetCounters()
			want, wantGrad, _, err := run(host, points)
			require.NoError(t, err)
			require.True(t, want.OK)
			got, grad, moved, err := run(device, points)
			require.NoError(t, err)
			require.InEpsilon(t, want.Value, got.Value, 1e-5)
			require.InDeltaSlice(t, wantGrad, grad, 1e-5)
			for d, bars := range want.Bars {
				require.Len(t, got.Bars[d], len(bars))
				require.NotEmpty(t, bars)
				for i, b := range bars {
					require.Equal(t, b.BirthCell, got.Bars[d][i].BirthCell)
					require.Equal(t, b.DeathCell, got.Bars[d][i].DeathCell)
				}
			}
			require.EqualValues(t, 2, driver.Counters(kernel).Launches) // of the target, too
			require.EqualValues(t, 2, driver.Counters("distances_16").Launches, "a spread takes those that are there")
			require.Equal(t, spread != topoloss.Gradient{}, moved >= 4*n*n)
			for _, bad := range []float64{math.NaN(), math.Inf(1)} {
				for _, x := range [][]float32{append([]float32(nil), points...), make([]float32, dim), make([]float32, 2*dim)} {
					x[1] = float32(bad)
					_, _, _, want := run(host, x)
					_, _, _, got := run(device, x)
					require.Error(t, want)
					require.EqualError(t, got, want.Error())
				}
			}
		}
	}
}

// Where distances tie, as on a lattice, the bars are still the same.
func TestDevicesAgreeOnTies(t *testing.T) {
	host := cpu.New()
	defer host.Close()
	device, err := gpu.New(ptxsim.New(ptxsim.Options{Unchecked: true}))
	require.NoError(t, err)
	defer func() { require.NoError(t, device.Close()) }()
	const n = 200
	points := make([]float32, 2*n)
	for i := range n {
		points[2*i], points[2*i+1] = float32(i*i%31), float32(i*37%23)
	}
	bars := func(dev kernels.Device) *topoloss.Target {
		target, err := topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, points, n, 2), 1)
		require.NoError(t, err)
		return target
	}
	want := bars(host)
	require.Greater(t, len(want.Bars(1)), 20)
	require.Equal(t, want, bars(device))
}

// A device that keeps the distances does not notice that one is infinite. To spread
// gradients by it would make these NaN.
func TestSpreadRefusesInfiniteDistances(t *testing.T) {
	device, err := gpu.New(ptxsim.New(ptxsim.Options{}))
	require.NoError(t, err)
	defer func() { require.NoError(t, device.Close()) }()
	first := topoloss.Func(func(learnable, _ []ph.Bar, gradients []topoloss.BarGradient) (value float64, ok bool) {
		if len(learnable) > 0 {
			gradients[0].Death = 1
		}
		return 1, true
	})
	for degree := range 2 {
		loss := &topoloss.Loss{
			Gradient: topoloss.Gradient{Method: topoloss.Average, Bandwidth: 1},
			Terms:    []topoloss.Term{{Name: "first", Weight: 1, Regularizer: first}, {Name: "other", Weight: 1, Degree: degree, Regularizer: first}},
		}
		tape := autograd.NewTape(device)
		_, err := loss.Apply(t.Context(), tape.Variable(autograd.TensorOf(device, []float32{0, 1, 1.2e19, 2.4e19}, 4, 1)), nil)
		require.EqualError(t, err, "topoloss: points 0 and 3 are too far apart for a float32 to say how far: no gradient can be spread")
		tape.Free()
	}
}
