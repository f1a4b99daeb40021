package topoloss_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// hexagon has one loop, and no two distances that are nearly equal.
var hexagon = []float32{2, 0, 1.1, 1.9, -0.9, 1.6, -2.2, 0.2, -1.2, -1.7, 0.7, -2.1}

func TestDiagram(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	x := tape.Constant(hexagon, 6, 2)
	length := func(i, j int) float32 {
		return float32(math.Hypot(float64(hexagon[2*i]-hexagon[2*j]), float64(hexagon[2*i+1]-hexagon[2*j+1])))
	}
	loops, err := (&topoloss.Diagram{Degree: 1, Bars: 2}).Of(t.Context(), x)
	require.NoError(t, err)
	values, err := loops.Values()
	require.NoError(t, err)
	require.Equal(t, []int{2, 2}, loops.Shape())
	require.InDelta(t, length(0, 1), max(values[0], length(0, 1)), 0.5)
	require.Greater(t, values[1], values[0])
	require.Equal(t, []float32{0, 0}, values[2:])
	components, err := (&topoloss.Diagram{Bars: 3}).Of(t.Context(), x)
	require.NoError(t, err)
	values, err = components.Values()
	require.NoError(t, err)
	require.Equal(t, []float32{0, 0, 0}, []float32{values[0], values[2], values[4]})
	require.True(t, values[1] >= values[3] && values[3] >= values[5] && values[5] > 0)

	for _, d := range []topoloss.Diagram{{Bars: 0}, {Degree: -1, Bars: 1}} {
		_, err := d.Of(t.Context(), x)
		require.ErrorContains(t, err, "at least 1 bar")
	}
	_, err = (&topoloss.Diagram{Bars: 1}).Of(t.Context(), tape.Constant([]float32{1, 2}, 2))
	require.ErrorContains(t, err, "shape [2]")
	_, err = (&topoloss.Diagram{Bars: 1}).Of(t.Context(), tape.Constant([]float32{1, float32(math.NaN())}, 2, 1))
	require.ErrorContains(t, err, "NaN")
}

// TestGradientThroughDiagrams checks the derivatives of a network's output with respect to the
// coordinates of points, whose diagram is the input of the network.
func TestGradientThroughDiagrams(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	layer := nn.NewPersLay(nn.NewInitializer(dev, 3), 5, 2, nn.Tanh)
	for degree := range 2 {
		d := &topoloss.Diagram{Degree: degree, Bars: 4}
		require.NoError(t, autograd.Check(func(tape *autograd.Tape, in []*autograd.Var) *autograd.Var {
			bars, err := d.Of(t.Context(), in[0])
			require.NoError(t, err)
			return layer.Forward(bars)
		}, autograd.TensorOf(dev, hexagon, 6, 2)), "degree %d", degree)
	}
}

// Births and deaths of degenerate clouds, and their gradients, are finite, or the cloud is
// refused.
func TestDiagramOfDegenerateClouds(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, c := range degenerateImages() {
		for degree := range 2 {
			d := topoloss.Diagram{Degree: degree, Bars: 3}
			tape := autograd.NewTape(dev)
			x := tape.Variable(autograd.TensorOf(dev, c.x, c.shape...))
			bars, err := d.Of(t.Context(), x)
			if err != nil {
				require.ErrorContains(t, err, "too far apart for a float32 to say how far")
				require.Greater(t, c.largest(), 1e30)
				tape.Free()
				continue
			}
			tape.Backward(autograd.Sum(bars))
			host := make([]float32, x.Len())
			require.NoError(t, dev.Read(host, x.Grad()))
			values, err := bars.Values()
			require.NoError(t, err)
			for _, v := range append(host, values...) {
				require.Zero(t, v-v, "%s: %v, %v", c.name, values, host)
			}
			tape.Free()
		}
	}
}
