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
	"github.com/topogen/topogen/topoloss"
)

// A device that finds the spanning tree itself gives the same degree 0, with
// its gradient, and names bad rows as others do.
func TestDegreeZeroOfSpanningTree(t *testing.T) {
	host := cpu.New()
	defer host.Close()
	sim := ptxsim.New(ptxsim.Options{})
	device, err := gpu.New(sim)
	require.NoError(t, err)
	defer func() { require.NoError(t, device.Close()) }()

	const n, dim = 40, 3
	points, truth := randomCloud(70, n, dim), randomCloud(71, n, dim)
	run := func(dev kernels.Device, x []float32) (topoloss.Result, []float32, error) {
		tape := autograd.NewTape(dev)
		defer tape.Free()
		loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "push", Weight: 1, Regularizer: topoloss.Push{}}}}
		v := tape.Variable(autograd.TensorOf(dev, x, len(x)/dim, dim))
		target, err := loss.Target(tape.Input(autograd.TensorOf(dev, truth, n, dim)))
		require.NoError(t, err)
		r, err := loss.Apply(v, target)
		if err != nil {
			return r, nil, err
		}
		tape.Backward(r.Var)
		grad := make([]float32, len(x))
		require.NoError(t, dev.Read(grad, v.Grad()))
		return r, grad, nil
	}
	want, wantGrad, err := run(host, points)
	require.NoError(t, err)
	require.True(t, want.OK)
	got, grad, err := run(device, points)
	require.NoError(t, err)
	require.InEpsilon(t, want.Value, got.Value, 1e-5)
	require.InDeltaSlice(t, wantGrad, grad, 1e-5)
	require.Len(t, got.Bars[0], len(want.Bars[0]))
	for i, b := range want.Bars[0] {
		require.Equal(t, b.BirthEdge, got.Bars[0][i].BirthEdge)
		require.Equal(t, b.DeathEdge, got.Bars[0][i].DeathEdge)
	}
	c := sim.Counters("spanning_tree")
	require.EqualValues(t, 2, c.Launches) // of the target, too
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for _, x := range [][]float32{append([]float32(nil), points...), make([]float32, dim)} {
			x[1] = float32(bad)
			_, _, want := run(host, x)
			_, _, got := run(device, x)
			require.Error(t, want)
			require.EqualError(t, got, want.Error())
		}
	}
}
