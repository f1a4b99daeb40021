package topoloss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// On a line, points 0 and 10 against 1, 2 and 4: 0 is 1 away from the nearest true point and
// 10 is 6; the true points are 1, 2 and 4 away from 0.
func TestChamferByHand(t *testing.T) {
	dev := cpu.New()
	t.Cleanup(func() { require.NoError(t, dev.Close()) })
	terms, err := topoloss.Parse("chamfer=2")
	require.NoError(t, err)
	objective, err := topoloss.New(terms, topoloss.Options{})
	require.NoError(t, err)
	tape := autograd.NewTape(dev)
	truth := tape.Constant([]float32{1, 2, 4}, 3, 1)
	target, err := objective.Target(t.Context(), truth)
	require.NoError(t, err)
	p := autograd.NewParameter("points", autograd.TensorOf(dev, []float32{0, 10}, 2, 1))
	x := tape.Param(p)
	r, err := objective.Apply(t.Context(), topoloss.Step{Batch: truth, Output: x}, target)
	require.NoError(t, err)
	value, err := r.Var.Values()
	require.NoError(t, err)
	require.InDelta(t, 2*((1.+6)/2+(1.+2+4)/3), value[0], 1e-6)
	// 0 is drawn to 1 by a half, and by a third to each of the three points that it is the
	// nearest one of; 10 is drawn to 4 by a half.
	tape.Backward(r.Var)
	gradient, err := p.Grad.Values()
	require.NoError(t, err)
	require.InDeltaSlice(t, []float32{-2 * (0.5 + 1), 2 * 0.5}, gradient, 1e-6)
}
