package autograd_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// newDevice returns a device that is closed at the test's end.
func newDevice(t testing.TB) kernels.Device {
	dev := cpu.New()
	t.Cleanup(func() { require.NoError(t, dev.Close()) })
	return dev
}

func read(t testing.TB, dev kernels.Device, b kernels.Buffer) []float32 {
	x := make([]float32, b.Len())
	require.NoError(t, dev.Read(x, b))
	return x
}

// spy is a device with another name that counts allocations.
type spy struct {
	kernels.Device
	name           string
	alloced, freed int
	failure        error
}

func (s *spy) Name() string               { return s.name }
func (s *spy) Alloc(n int) kernels.Buffer { s.alloced++; return s.Device.Alloc(n) }
func (s *spy) Free(b kernels.Buffer)      { s.freed++; s.Device.Free(b) }
func (s *spy) Read(dst []float32, src kernels.Buffer) error {
	if s.failure != nil {
		return s.failure
	}
	return s.Device.Read(dst, src)
}

func TestParameterGradients(t *testing.T) {
	dev := newDevice(t)
	p := autograd.NewParameter("p", autograd.TensorOf(dev, []float32{3, 4}, 2))
	q := autograd.NewParameter("q", autograd.TensorOf(dev, []float32{5}, 1))
	tape := autograd.NewTape(dev)

	require.Same(t, tape.Param(p), tape.Param(p))
	tape.Backward(autograd.Sum(autograd.Mul(tape.Param(p), autograd.Mul(tape.Param(p), tape.Param(q)))))
	require.Equal(t, []float32{30, 40}, read(t, dev, p.Grad.Buffer()))
	require.Equal(t, []float32{25}, read(t, dev, q.Grad.Buffer()))

	tape.Reset()
	tape.Backward(autograd.Sum(tape.Param(p)))
	require.Equal(t, []float32{1, 1}, read(t, dev, p.Grad.Buffer()), "overwritten, not added to")
	require.Equal(t, []float32{0}, read(t, dev, q.Grad.Buffer()), "of no influence in this step")

	tape.Reset()
	tape.Backward(autograd.Sum(autograd.Scale(autograd.Reshape(tape.Param(p), 1, 2), 3)))
	require.Equal(t, []float32{3, 3}, read(t, dev, p.Grad.Buffer()), "in the parameter's own memory even if passed on")
}

// Both terms of a sum have the same gradient, until one gets more.
func TestGradientsPassedOnStayApart(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	x := tape.Variable(autograd.TensorOf(dev, []float32{3}, 1))
	w := tape.Variable(autograd.TensorOf(dev, []float32{5}, 1))
	square := autograd.Square(x)
	sum := autograd.Add(x, w)
	tape.Backward(autograd.Add(sum, square))
	require.Equal(t, []float32{7}, read(t, dev, x.Grad()))
	require.Equal(t, []float32{1}, read(t, dev, w.Grad()))
	require.Equal(t, []float32{1}, read(t, dev, sum.Grad()))
}

// A gradient may be given from outside before Backward, which adds to it.
func TestGradientsGivenFromOutside(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	x := tape.Variable(autograd.TensorOf(dev, []float32{3, 4}, 2))
	y := autograd.Scale(x, 2)
	loss := autograd.Sum(autograd.Reshape(y, 2, 1))
	dy, mode := y.GradTarget()
	require.Equal(t, kernels.Overwrite, mode)
	dev.Write(dy, []float32{10, 20})
	tape.Backward(loss)
	require.Equal(t, []float32{22, 42}, read(t, dev, x.Grad()))
}

// A reshaped value shares its gradient with its source only where nothing else
// is added to that.
func TestGradientsOfIntermediateValues(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	x := tape.Variable(autograd.TensorOf(dev, []float32{1, 2, 3, 4}, 4))
	y := autograd.Scale(x, 2)
	z := autograd.Reshape(y, 2, 2)
	u := autograd.AddScalar(z, 1)
	extra := autograd.Scale(y, 10)
	tape.Backward(autograd.Sum(autograd.Add(autograd.Reshape(u, 4), autograd.Add(u.Tape().Constant(make([]float32, 4), 4), extra))))
	require.Equal(t, []float32{1, 1, 1, 1}, read(t, dev, u.Grad()))
	require.Equal(t, []float32{1, 1, 1, 1}, read(t, dev, z.Grad()))
	require.Equal(t, []float32{1, 1, 1, 1}, read(t, dev, extra.Grad()))
	require.Equal(t, []float32{11, 11, 11, 11}, read(t, dev, y.Grad()))
	require.Equal(t, []float32{22, 22, 22, 22}, read(t, dev, x.Grad()))
}

func TestNoGradRecordsNothing(t *testing.T) {
	dev := newDevice(t)
	p := autograd.NewParameter("p", autograd.TensorOf(dev, []float32{3}, 1))
	tape := autograd.NewTape(dev)
	var y *autograd.Var
	tape.NoGrad(func() { y = autograd.Square(tape.Param(p)) })
	require.False(t, y.NeedsGrad())
	require.True(t, autograd.Square(tape.Param(p)).NeedsGrad())
	require.Panics(t, func() { tape.NoGrad(func() { panic("inside") }) })
	require.True(t, autograd.Square(tape.Param(p)).NeedsGrad(), "recording again after a panic")
	value, err := y.Item()
	require.NoError(t, err)
	require.Equal(t, float32(9), value)
}

func TestStepsReuseMemory(t *testing.T) {
	dev := &spy{Device: newDevice(t), name: "spy"}
	w := autograd.NewParameter("w", autograd.TensorOf(dev, make([]float32, 7*3), 7, 3))
	tape := autograd.NewTape(dev)
	step := func() {
		x := tape.Normal(1, 1, 3000, 3)
		y := autograd.Linear(x, tape.Param(w), nil, autograd.ActTanh)
		tape.Backward(autograd.Mean(autograd.Square(y)))
		tape.Reset()
	}
	step()
	require.Greater(t, dev.alloced, 5, "a first step that needs several chunks")
	alloced := dev.alloced
	for range 5 {
		step()
	}
	require.Equal(t, alloced, dev.alloced, "allocations after the first step")
	tape.Free()
	require.Equal(t, dev.alloced-2, dev.freed, "all but the parameter and its gradient")
}

// Memory that a backward function asks for is its own only while it runs.
func TestScratchOfBackwardIsReused(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	var scratch []kernels.Buffer
	operation := func(x *autograd.Var) *autograd.Var {
		y := tape.Result(x.Shape(), x)
		dev.Copy(y.Value(), x.Value())
		y.OnBackward(func() {
			scratch = append(scratch, tape.Scratch(3), tape.Scratch(3))
			dx, mode := x.GradTarget()
			dev.Affine(dx, y.Grad(), 1, 0, mode)
		})
		return y
	}
	x := tape.Variable(autograd.TensorOf(dev, []float32{1}, 1))
	tape.Backward(operation(operation(x)))
	require.Len(t, scratch, 4)
	require.NotEqual(t, scratch[0], scratch[1])
	require.Equal(t, scratch[:2], scratch[2:])
	before := [2]kernels.Buffer{tape.Scratch(3), tape.Scratch(3)}
	require.NotEqual(t, before[0], before[1])
	require.NotContains(t, scratch, before[0])
}

func TestMisuseOfTapesPanics(t *testing.T) {
	one, two := &spy{Device: newDevice(t), name: "device one"}, &spy{Device: newDevice(t), name: "device two"}
	tape := autograd.NewTape(one)
	x := autograd.TensorOf(one, []float32{1, 2}, 2)
	y := autograd.TensorOf(two, []float32{1, 2}, 2)
	v := tape.Variable(x)

	require.PanicsWithValue(t, "autograd: a tensor on device two is used on a tape for device one; move it with Tensor.To", func() { tape.Input(y) })
	require.PanicsWithValue(t, "autograd: an operation mixes devices device one and device two; move one tensor with Tensor.To", func() {
		autograd.Add(v, autograd.NewTape(two).Input(y))
	})
	require.PanicsWithValue(t, "autograd: an operation mixes variables of two tapes", func() {
		autograd.Add(v, autograd.NewTape(one).Input(x))
	})
	require.PanicsWithValue(t, "autograd: Backward of a variable of another tape", func() { autograd.NewTape(one).Backward(v) })
	require.PanicsWithValue(t, "autograd: Backward of a variable of shape [2]; a loss has one value", func() { tape.Backward(v) })
	require.PanicsWithValue(t, "autograd: Item of a variable of shape [2]", func() { _, _ = v.Item() })
	require.PanicsWithValue(t, "autograd: GradTarget of a variable that needs no gradient", func() { tape.Input(x).GradTarget() })
	require.PanicsWithValue(t, "autograd: 3 values for a constant of shape [2]", func() { tape.Constant(make([]float32, 3), 2) })

	loss := autograd.Sum(v)
	tape.Backward(loss)
	require.PanicsWithValue(t, "autograd: Backward called twice; call Reset between steps", func() { tape.Backward(loss) })
	tape.Reset()
	require.PanicsWithValue(t, "autograd: a variable is used after its tape was reset", func() { autograd.ReLU(v) })
	require.PanicsWithValue(t, "autograd: a variable is used after its tape was reset", func() {
		autograd.Add(autograd.NewTape(one).Input(x), v)
	})
}

func TestDeviceErrorsSurface(t *testing.T) {
	dev := &spy{Device: newDevice(t), name: "spy"}
	x := autograd.TensorOf(dev, []float32{1}, 1)
	v := autograd.NewTape(dev).Input(x)
	dev.failure = errors.New("out of memory")
	_, err := v.Item()
	require.ErrorIs(t, err, dev.failure)
	_, err = v.Values()
	require.ErrorIs(t, err, dev.failure)
	_, err = x.To(newDevice(t))
	require.ErrorIs(t, err, dev.failure)
	require.ErrorContains(t, err, "moving a tensor from spy to cpu")
	require.ErrorIs(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var { return in[0] }, x), dev.failure)
}
