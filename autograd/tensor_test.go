package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
)

func values(t *testing.T, x *autograd.Tensor) []float32 {
	v, err := x.Values()
	require.NoError(t, err)
	return v
}

func TestTensor(t *testing.T) {
	dev := newDevice(t)
	x := autograd.TensorOf(dev, []float32{1, 2, 3, 4, 5, 6}, 2, 3)
	require.Equal(t, []int{2, 3}, x.Shape())
	view := x.View(3, 2)
	view.Write([]float32{6, 5, 4, 3, 2, 1})
	require.Equal(t, []float32{6, 5, 4, 3, 2, 1}, values(t, x))
	view.Free() // not x's memory
	require.Equal(t, []float32{6, 5, 4, 3, 2, 1}, values(t, x))
	require.Equal(t, []float32{0, 0}, values(t, autograd.NewTensor(dev, 2)))
	require.Equal(t, 1, autograd.NewTensor(dev).Len(), "a scalar")

	require.PanicsWithValue(t, "autograd: view of shape [2 3] as [4]", func() { x.View(4) })
	require.PanicsWithValue(t, "autograd: 1 values for a tensor of shape [2]", func() { autograd.TensorOf(dev, []float32{1}, 2) })
	require.PanicsWithValue(t, "autograd: negative length in shape [2 -1]", func() { autograd.NewTensor(dev, 2, -1) })
}

// A number of elements that wraps around to 0 would fit an empty buffer.
func TestShapesDoNotOverflow(t *testing.T) {
	for _, shape := range [][]int{{1 << 32, 1 << 32}, {1 << 62, 2, 2}, {3, 1 << 62}} {
		require.Panics(t, func() { autograd.Size(shape) }, "%v", shape)
	}
	require.Zero(t, autograd.Size([]int{1 << 62, 0, 1 << 62}))
	require.Equal(t, 1<<62, autograd.Size([]int{1 << 31, 1 << 31}))
}

func TestTensorMovesBetweenDevices(t *testing.T) {
	one, two := &spy{Device: newDevice(t), name: "one"}, &spy{Device: newDevice(t), name: "two"}
	x := autograd.TensorOf(one, []float32{1, 2}, 2, 1)
	y, err := x.To(two)
	require.NoError(t, err)
	require.Same(t, two, y.Device())
	require.Equal(t, []int{2, 1}, y.Shape())
	require.Equal(t, []float32{1, 2}, values(t, y))
	y.Free()
	y.Free()
	require.Equal(t, 1, two.freed, "freed once")
}

func TestVarTensorOutlivesTheTape(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	y := autograd.Scale(tape.Constant([]float32{1, 2}, 2, 1), 3).Tensor()
	tape.Free()
	require.Equal(t, []int{2, 1}, y.Shape())
	require.Equal(t, []float32{3, 6}, values(t, y))
}
