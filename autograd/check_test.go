package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// faulty returns x², with slope·x as its derivative.
func faulty(x *autograd.Var, slope float32) *autograd.Var {
	t, dev := x.Tape(), x.Tape().Device()
	y := t.Result(x.Shape(), x)
	dev.Map(kernels.Square, y.Value(), x.Value())
	y.OnBackward(func() {
		g := t.Scratch(x.Len())
		dev.Affine(g, y.Grad(), slope, 0, kernels.Overwrite)
		dx, mode := x.GradTarget()
		dev.Zip(kernels.Mul, dx, g, x.Value(), mode)
	})
	return y
}

func TestCheckFindsWrongGradients(t *testing.T) {
	dev := newDevice(t)
	a := autograd.TensorOf(dev, []float32{1, 2, 3, 4}, 4)
	b := autograd.TensorOf(dev, []float32{0, 0, 1, 2}, 2, 2)
	f := func(slope float32) func(*autograd.Tape, []*autograd.Var) *autograd.Var {
		return func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
			return autograd.Add(autograd.Sum(autograd.Sin(in[0])), autograd.Sum(faulty(in[1], slope)))
		}
	}
	require.NoError(t, autograd.Check(f(2), a, b))
	for _, slope := range []float32{2.01, 1.99, 0, -2, float32(math.NaN())} {
		require.Error(t, autograd.Check(f(slope), a, b), "slope %v", slope)
	}
	require.EqualError(t, autograd.Check(f(3), a, b),
		"autograd: the gradient with respect to input 1 of shape [2 2] at [1 0] (1) is 3; differences give 2")
	require.Equal(t, []float32{1, 2, 3, 4}, values(t, a), "restored")
	require.Equal(t, []float32{0, 0, 1, 2}, values(t, b), "restored")
}

func TestCheckProjectsArrays(t *testing.T) {
	dev := newDevice(t)
	x := autograd.TensorOf(dev, []float32{1, 2, -3}, 3)
	require.NoError(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return faulty(in[0], 2)
	}, x))
	require.Error(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return faulty(in[0], 2.01)
	}, x))
	// Each row of the Jacobian is right but for its sign.
	require.Error(t, autograd.Check(func(tape *autograd.Tape, in []*autograd.Var) *autograd.Var {
		sign := tape.Constant([]float32{1, -1, 1}, 3)
		twisted := autograd.Add(autograd.Mul(sign, in[0]), autograd.Detach(autograd.Sub(in[0], autograd.Mul(sign, in[0]))))
		return twisted
	}, x))
}

// A kink that the wide stencil straddles is not held against a right gradient.
func TestCheckStepsAsideOfKinks(t *testing.T) {
	dev := newDevice(t)
	x := autograd.TensorOf(dev, []float32{0.01, -0.01, 2}, 3)
	require.NoError(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.ReLU(in[0])
	}, x))
}

func TestCheckRefusesWhatItCannotJudge(t *testing.T) {
	dev := newDevice(t)
	x := autograd.TensorOf(dev, []float32{1, -1}, 2)
	err := autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Log(in[0]) }, x)
	require.EqualError(t, err, "autograd: a function under Check gives NaN at [1]")

	stream := uint64(0)
	err = autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		stream++
		return autograd.Sum(nn.Reparameterize(in[0], in[0], 1, stream))
	}, x)
	require.ErrorContains(t, err, "for the same inputs; fix its seeds")

	calls := 0
	err = autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		calls++
		return autograd.Slice(in[0], 0, 0, min(calls, 2))
	}, x)
	require.EqualError(t, err, "autograd: a function under Check gives 1 values, then 2")

	require.Panics(t, func() { _ = autograd.Check(nil) })
	require.Panics(t, func() { _ = autograd.CheckParameters(nil) })
}

func TestCheckOfConstants(t *testing.T) {
	dev := newDevice(t)
	x := autograd.TensorOf(dev, []float32{1, -1}, 2)
	constant := func(tape *autograd.Tape, _ []*autograd.Var) *autograd.Var { return tape.Constant([]float32{5}, 1) }
	require.NoError(t, autograd.Check(constant, x))
	detached := func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Detach(in[0]) }
	require.ErrorContains(t, autograd.Check(detached, x), "input 0 of shape [2] at [0] (1) is 0; differences give")
}

func TestCheckParameters(t *testing.T) {
	dev := newDevice(t)
	w := autograd.NewParameter("w", autograd.TensorOf(dev, []float32{1, 2, 3, 4, 5, 6}, 2, 3))
	b := autograd.NewParameter("b", autograd.TensorOf(dev, []float32{0.5, -0.5}, 2))
	f := func(slope float32) func(tape *autograd.Tape) *autograd.Var {
		return func(tape *autograd.Tape) *autograd.Var {
			x := tape.Constant([]float32{0.1, 0.2, 0.3}, 1, 3)
			return faulty(autograd.Linear(x, tape.Param(w), tape.Param(b), autograd.ActNone), slope)
		}
	}
	require.NoError(t, autograd.CheckParameters(f(2), w, b))
	require.ErrorContains(t, autograd.CheckParameters(f(1), w, b), "with respect to parameter w of shape [2 3] at [0 0] (1) is ")
	require.Equal(t, []float32{0.5, -0.5}, values(t, b.Value), "restored")
}
