package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

// scalars returns parameters a, b, … with the given values.
func scalars(t *testing.T, v ...float32) []*autograd.Parameter {
	dev := newDevice(t)
	var params []*autograd.Parameter
	for i, x := range v {
		params = append(params, autograd.NewParameter(string(rune('a'+i)), autograd.TensorOf(dev, []float32{x}, 1)))
	}
	return params
}

// setGradients gives each parameter a gradient.
func setGradients(params []*autograd.Parameter, g ...float32) {
	for i, p := range params {
		p.Grad.Write(g[i : i+1])
	}
}

func all(t *testing.T, params []*autograd.Parameter) []float32 {
	var v []float32
	for _, p := range params {
		v = append(v, values(t, p.Value)...)
	}
	return v
}

// The first of two optimizers goes on working after the second was made of some
// of its parameters.
func TestOptimizersShareParameters(t *testing.T) {
	params := scalars(t, 0, 0, 0, 0)
	first := nn.NewSGD(params, nn.OptimizerOptions{LearningRate: 1}, 0, false)
	second := nn.NewSGD([]*autograd.Parameter{params[3], params[1]}, nn.OptimizerOptions{LearningRate: 10}, 0, false)
	third := nn.NewAdam(params[2:], nn.OptimizerOptions{LearningRate: 100})
	setGradients(params, 1, 2, 3, 4)
	require.NoError(t, first.Step())
	require.Equal(t, []float32{-1, -2, -3, -4}, all(t, params))
	require.NoError(t, second.Step())
	require.Equal(t, []float32{-1, -22, -3, -44}, all(t, params))
	require.NoError(t, third.Step())
	require.InDeltaSlice(t, []float32{-1, -22, -103, -144}, all(t, params), 1e-4)
	second.Free()
	third.Free()
	require.NoError(t, first.Step())
	require.InDeltaSlice(t, []float32{-2, -24, -106, -148}, all(t, params), 1e-4)
}

func TestOptimizersPassFrozenParametersBy(t *testing.T) {
	params := scalars(t, 1, 1, 1)
	params[1].Frozen = true
	sgd := nn.NewSGD(params, nn.OptimizerOptions{LearningRate: 1, WeightDecay: 1, ClipNorm: 5}, 0.5, false)
	setGradients(params, 3, 1e6, 4)
	require.NoError(t, sgd.Step()) // the norm is that of 3 and 4
	require.Equal(t, []float32{-3, 1, -4}, all(t, params))
	params[1].Frozen, params[2].Frozen = false, true
	setGradients(params, 0, 2, 0)
	require.NoError(t, sgd.Step())
	require.Equal(t, []float32{-2, -2, -4}, all(t, params)) // 3 + 4/2 - 3 and 1 - (2+1)
}

// A parameter that is unfrozen late moves as one that is new: Adam's corrections
// count its own steps. The state has them.
func TestAdamCountsStepsOfEachParameter(t *testing.T) {
	params := scalars(t, 0, 0)
	open := func() *nn.Adam { return nn.NewAdam(params, nn.OptimizerOptions{LearningRate: 0.5}) }
	adam := open()
	params[1].Frozen = true
	setGradients(params, 1, 1)
	for range 3 {
		require.NoError(t, adam.Step())
	}
	require.InDeltaSlice(t, []float32{-1.5, 0}, all(t, params), 1e-5)
	state, err := adam.State()
	require.NoError(t, err)
	require.Equal(t, []float32{3, 0}, state.Tensors["steps"])

	resumed := open()
	require.NoError(t, resumed.Restore(state))
	params[1].Frozen = false
	require.NoError(t, resumed.Step())
	require.InDeltaSlice(t, []float32{-2, -0.5}, all(t, params), 1e-5, "a whole step for both")
	state, err = resumed.State()
	require.NoError(t, err)
	require.Equal(t, 4, state.Steps)
	require.Equal(t, []float32{4, 1}, state.Tensors["steps"])

	for _, steps := range [][]float32{{1}, {1, 5}, {1, 0.5}, {-1, 0}, {1, float32(math.NaN())}} {
		state.Tensors["steps"] = steps
		require.Error(t, resumed.Restore(state), "%v", steps)
	}
}

// What would make no step is refused, not made.
func TestStepRefusesSettingsThatDisableTraining(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		want   string
		change func(a *nn.Adam)
	}{
		{"the learning rate is 0; set OptimizerOptions.LearningRate", func(a *nn.Adam) { a.LearningRate = 0 }},
		{"the learning rate is -1", func(a *nn.Adam) { a.LearningRate = -1 }},
		{"the learning rate is NaN", func(a *nn.Adam) { a.LearningRate = nan }},
		{"the learning rate is +Inf", func(a *nn.Adam) { a.LearningRate = math.Inf(1) }},
		{"schedule gives NaN for step 0", func(a *nn.Adam) { a.Schedule = func(int) float64 { return nan } }},
		{"schedule gives -1 for step 0", func(a *nn.Adam) { a.Schedule = func(int) float64 { return -1 } }},
		{"WeightDecay is -1; want a number from 0", func(a *nn.Adam) { a.WeightDecay = -1 }},
		{"ClipValue is NaN", func(a *nn.Adam) { a.ClipValue = nan }},
		{"ClipNorm is -1", func(a *nn.Adam) { a.ClipNorm = -1 }},
		{"Beta1 is 1", func(a *nn.Adam) { a.Beta1 = 1 }},
		{"Beta2 is NaN", func(a *nn.Adam) { a.Beta2 = nan }},
		{"Epsilon is -1", func(a *nn.Adam) { a.Epsilon = -1 }},
		{"an optimizer that was freed", func(a *nn.Adam) { a.Free() }},
		{"not made by its function, such as NewAdam", func(a *nn.Adam) { *a = nn.Adam{OptimizerOptions: a.OptimizerOptions} }},
	} {
		params := scalars(t, 1)
		adam := nn.NewAdam(params, nn.OptimizerOptions{LearningRate: 1})
		setGradients(params, 1)
		c.change(adam)
		require.ErrorContains(t, adam.Step(), c.want)
		require.Zero(t, adam.Steps())
		require.Equal(t, []float32{1}, all(t, params))
	}
	params := scalars(t, 1)
	sgd := nn.NewSGD(params, nn.OptimizerOptions{}, 0, false)
	require.ErrorContains(t, sgd.Step(), "the learning rate is 0")
	sgd.LearningRate, sgd.Momentum = 1, -1
	require.ErrorContains(t, sgd.Step(), "Momentum is -1")
	rms := nn.NewRMSprop(params, nn.OptimizerOptions{LearningRate: 1}, -1, true)
	require.ErrorContains(t, rms.Step(), "Momentum is -1")
	rms.Momentum, rms.Alpha = 0, 1
	require.ErrorContains(t, rms.Step(), "Alpha is 1")

	untrained := autograd.NewUntrained("mean", autograd.NewTensor(newDevice(t), 1))
	require.PanicsWithValue(t, "nn: an optimizer of no parameters", func() {
		nn.NewAdam([]*autograd.Parameter{untrained}, nn.OptimizerOptions{LearningRate: 1})
	})
	require.Panics(t, func() { nn.NewEMA(&single{params[0]}, 0) })
	require.Panics(t, func() { nn.Cosine(0, 0.5) })
	require.Panics(t, func() { nn.StepDecay(5, 0) })
	require.Panics(t, func() { nn.Warmup(-1, nil) })
}

func TestNonFiniteValuesAreNamed(t *testing.T) {
	params := scalars(t, 1, 2, 3)
	require.NoError(t, nn.CheckFinite(params))
	setGradients(params, 0, float32(math.NaN()), 0)
	require.EqualError(t, nn.CheckFinite(params), "nn: the gradient of b of shape [1] is NaN at [0]")
	adam := nn.NewAdam(params, nn.OptimizerOptions{LearningRate: 1, ClipNorm: 1})
	require.EqualError(t, adam.Step(), "nn: the gradient's norm in step 1 is NaN: the gradient of b of shape [1] is NaN at [0]; try a lower learning rate")
	setGradients(params, 1e30, 0, 0)
	require.ErrorContains(t, adam.Step(), "all gradients are finite, but the sum of their squares is not")
	params[2].Value.Write([]float32{float32(math.Inf(-1))})
	require.EqualError(t, nn.CheckFinite(params), "nn: c of shape [1] is -Inf at [0]")
}
