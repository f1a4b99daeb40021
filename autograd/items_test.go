package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
)

func TestItems(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	one, other := autograd.NewTape(dev), autograd.NewTape(dev)
	a, b, c := one.Constant([]float32{3}, 1), other.Constant([]float32{-2}), one.Constant([]float32{1, 2}, 2)
	values, err := autograd.Items(a, b, autograd.Sum(c))
	require.NoError(t, err)
	require.Equal(t, []float32{3, -2, 3}, values)
	values, err = autograd.Items()
	require.NoError(t, err)
	require.Empty(t, values)
	require.PanicsWithValue(t, "autograd: Items of a variable of shape [2]", func() { autograd.Items(a, c) })
	elsewhere := cpu.New()
	defer elsewhere.Close()
	far := autograd.NewTape(elsewhere).Constant([]float32{1})
	require.PanicsWithValue(t, "autograd: Items of variables on "+dev.Name()+" and "+elsewhere.Name(), func() { autograd.Items(a, far) })
}
