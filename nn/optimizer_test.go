package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// The optimizers minimise Σ aᵢ(xᵢ−1)² from start.
var (
	start     = []float32{3, -2, 0.5}
	curvature = []float32{1, 10, 0.1}
)

// descend makes steps from where state left off, the start if it is empty, and
// returns each step's x and the state after the last, with x.
func descend(t *testing.T, dev kernels.Device, steps int, state nn.State, open func([]*autograd.Parameter) nn.Optimizer) ([][]float32, nn.State) {
	x := autograd.NewParameter("x", autograd.TensorOf(dev, start, 3))
	opt := open([]*autograd.Parameter{x})
	defer opt.Free()
	if state.Tensors != nil {
		x.Value.Write(state.Tensors["x"])
		delete(state.Tensors, "x")
		require.NoError(t, opt.Restore(state))
	}
	tape := autograd.NewTape(dev)
	defer tape.Free()
	var path [][]float32
	for range steps {
		tape.Reset()
		gap := autograd.AddScalar(tape.Param(x), -1)
		tape.Backward(autograd.Sum(autograd.Mul(tape.Constant(curvature, 3), autograd.Square(gap))))
		require.NoError(t, opt.Step())
		path = append(path, values(t, x.Value))
	}
	require.Equal(t, state.Steps+steps, opt.Steps())
	after, err := opt.State()
	require.NoError(t, err)
	after.Tensors["x"] = values(t, x.Value)
	return path, after
}

// An element is a parameter of an optimizer's definition in float64.
type element struct{ x, m, v float64 }

// TestOptimizers follows the definitions.
func TestOptimizers(t *testing.T) {
	dev := newDevice(t)
	adam := func(decay float64, decoupled bool, beta1, beta2 float64) func(*element, float64, int) {
		return func(e *element, g float64, t int) {
			if decoupled {
				e.x -= 0.1 * decay * e.x
			} else {
				g += decay * e.x
			}
			e.m, e.v = beta1*e.m+(1-beta1)*g, beta2*e.v+(1-beta2)*g*g
			m, v := e.m/(1-math.Pow(beta1, float64(t))), e.v/(1-math.Pow(beta2, float64(t)))
			e.x -= 0.1 * m / (math.Sqrt(v) + 1e-8)
		}
	}
	sgd := func(decay, momentum float64, nesterov bool) func(*element, float64, int) {
		return func(e *element, g float64, _ int) {
			g += decay * e.x
			e.m = momentum*e.m + g
			if nesterov {
				e.x -= 0.01 * (g + momentum*e.m)
			} else {
				e.x -= 0.01 * e.m
			}
		}
	}
	type params = []*autograd.Parameter
	for _, c := range []struct {
		name                string
		open                func(params) nn.Optimizer
		step                func(e *element, g float64, t int)
		clipValue, clipNorm float64
	}{
		{name: "Adam", step: adam(0, false, 0.9, 0.999), open: func(p params) nn.Optimizer {
			return nn.NewAdam(p, nn.OptimizerOptions{LearningRate: 0.1})
		}},
		{name: "Adam with decay", step: adam(0.3, false, 0.9, 0.999), open: func(p params) nn.Optimizer {
			return nn.NewAdam(p, nn.OptimizerOptions{LearningRate: 0.1, WeightDecay: 0.3})
		}},
		{name: "Adam with other moments", step: adam(0, false, 0.5, 0.75), open: func(p params) nn.Optimizer {
			a := nn.NewAdam(p, nn.OptimizerOptions{LearningRate: 0.1})
			a.Beta1, a.Beta2 = 0.5, 0.75
			return a
		}},
		{name: "Adam, clipped and decayed", clipNorm: 0.5, step: adam(0.3, false, 0.9, 0.999), open: func(p params) nn.Optimizer {
			return nn.NewAdam(p, nn.OptimizerOptions{LearningRate: 0.1, WeightDecay: 0.3, ClipNorm: 0.5})
		}},
		{name: "AdamW", step: adam(0.3, true, 0.9, 0.999), open: func(p params) nn.Optimizer {
			return nn.NewAdamW(p, nn.OptimizerOptions{LearningRate: 0.1, WeightDecay: 0.3})
		}},
		{name: "SGD", step: sgd(0, 0, false), open: func(p params) nn.Optimizer {
			return nn.NewSGD(p, nn.OptimizerOptions{LearningRate: 0.01}, 0, false)
		}},
		{name: "SGD with momentum and decay", step: sgd(0.2, 0.9, false), open: func(p params) nn.Optimizer {
			return nn.NewSGD(p, nn.OptimizerOptions{LearningRate: 0.01, WeightDecay: 0.2}, 0.9, false)
		}},
		{name: "Nesterov", step: sgd(0.2, 0.9, true), open: func(p params) nn.Optimizer {
			return nn.NewSGD(p, nn.OptimizerOptions{LearningRate: 0.01, WeightDecay: 0.2}, 0.9, true)
		}},
		{name: "clipped values", clipValue: 2, step: sgd(0, 0, false), open: func(p params) nn.Optimizer {
			return nn.NewSGD(p, nn.OptimizerOptions{LearningRate: 0.01, ClipValue: 2}, 0, false)
		}},
		{name: "clipped norm", clipNorm: 3, step: sgd(0.2, 0.9, false), open: func(p params) nn.Optimizer {
			return nn.NewSGD(p, nn.OptimizerOptions{LearningRate: 0.01, ClipNorm: 3, WeightDecay: 0.2}, 0.9, false)
		}},
		{name: "clipped values, then norm", clipValue: 4, clipNorm: 3, step: sgd(0, 0.9, false), open: func(p params) nn.Optimizer {
			return nn.NewSGD(p, nn.OptimizerOptions{LearningRate: 0.01, ClipValue: 4, ClipNorm: 3}, 0.9, false)
		}},
		{name: "schedule", open: func(p params) nn.Optimizer {
			return nn.NewSGD(p, nn.OptimizerOptions{LearningRate: 0.02, Schedule: nn.StepDecay(5, 0.5)}, 0, false)
		}, step: func(e *element, g float64, t int) { e.x -= 0.02 * math.Pow(0.5, float64((t-1)/5)) * g }},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, _ := descend(t, dev, 20, nn.State{}, c.open)
			elements := make([]element, len(start))
			for i := range elements {
				elements[i].x = float64(start[i])
			}
			for k, got := range path {
				g, square := make([]float64, len(start)), 0.0
				for i, e := range elements {
					g[i] = 2 * float64(curvature[i]) * (e.x - 1)
					if c.clipValue > 0 {
						g[i] = min(max(g[i], -c.clipValue), c.clipValue)
					}
					square += g[i] * g[i]
				}
				scale := 1.0
				if norm := math.Sqrt(square); c.clipNorm > 0 && norm > c.clipNorm {
					scale = c.clipNorm / norm
				}
				for i := range elements {
					c.step(&elements[i], scale*g[i], k+1)
					require.InDelta(t, elements[i].x, got[i], 2e-5*max(1, math.Abs(elements[i].x)), "step %d", k+1)
				}
			}
			// Half the way, saved and restored, is bit for bit the same.
			_, state := descend(t, dev, 9, nn.State{}, c.open)
			require.Equal(t, 9, state.Steps)
			rest, _ := descend(t, dev, 11, state, c.open)
			require.Equal(t, path[9:], rest)
		})
	}
}

func TestFieldsChangeBetweenSteps(t *testing.T) {
	dev := newDevice(t)
	x := autograd.NewParameter("x", autograd.TensorOf(dev, []float32{0, 0}, 2))
	sgd := nn.NewSGD([]*autograd.Parameter{x}, nn.OptimizerOptions{LearningRate: 1}, 0, false)
	for _, c := range []struct {
		options nn.OptimizerOptions
		want    []float32
	}{
		{nn.OptimizerOptions{LearningRate: 1}, []float32{-3, 4}},
		{nn.OptimizerOptions{LearningRate: 0.5}, []float32{-1.5, 2}},
		{nn.OptimizerOptions{LearningRate: 1, ClipValue: 2}, []float32{-2, 2}},
		{nn.OptimizerOptions{LearningRate: 1, ClipValue: 3.5}, []float32{-3, 3.5}},
		{nn.OptimizerOptions{LearningRate: 1, ClipNorm: 2.5}, []float32{-1.5, 2}},
		{nn.OptimizerOptions{LearningRate: 1, ClipNorm: 5.5}, []float32{-3, 4}},
	} {
		x.Value.Write([]float32{0, 0})
		x.Grad.Write([]float32{3, -4})
		sgd.OptimizerOptions = c.options
		require.NoError(t, sgd.Step())
		require.Equal(t, c.want, values(t, x.Value), "%+v", c.options)
	}
}

func TestClipNormRefusesWhatIsNotFinite(t *testing.T) {
	dev := newDevice(t)
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), 1e30} {
		x := autograd.NewParameter("x", autograd.TensorOf(dev, []float32{1, 2}, 2))
		adam := nn.NewAdam([]*autograd.Parameter{x}, nn.OptimizerOptions{LearningRate: 1, ClipNorm: 1})
		x.Grad.Write([]float32{bad, 0})
		require.ErrorContains(t, adam.Step(), "the gradient's norm in step 1 is")
		require.Equal(t, []float32{1, 2}, values(t, x.Value), "the parameters stay")
		require.Zero(t, adam.Steps())
		x.Grad.Write([]float32{0, 0})
		require.NoError(t, adam.Step())
		require.Equal(t, []float32{1, 2}, values(t, x.Value), "and so does the memory")
	}
}

func TestStepsAllocateNothing(t *testing.T) {
	dev := newDevice(t)
	for _, opt := range []nn.Optimizer{
		nn.NewAdam(nn.Parameters(small(dev, 1)), nn.OptimizerOptions{LearningRate: 0.1, ClipValue: 1, ClipNorm: 1, Schedule: nn.Warmup(3, nn.Cosine(9, 0))}),
		nn.NewSGD(nn.Parameters(small(dev, 1)), nn.OptimizerOptions{LearningRate: 0.1, ClipValue: 1, ClipNorm: 1}, 0.9, true),
		nn.NewRMSprop(nn.Parameters(small(dev, 1)), nn.OptimizerOptions{LearningRate: 0.1, WeightDecay: 0.1}, 0.9, true),
		nn.NewAMSGrad(nn.Parameters(small(dev, 1)), nn.OptimizerOptions{LearningRate: 0.1}),
	} {
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if err := opt.Step(); err != nil {
				panic(err)
			}
		}))
	}
}

func TestRestoreRefusesAnotherState(t *testing.T) {
	dev := newDevice(t)
	opt := nn.NewAdam([]*autograd.Parameter{autograd.NewParameter("x", autograd.NewTensor(dev, 3))}, nn.OptimizerOptions{})
	for _, c := range []struct {
		state nn.State
		want  string
	}{
		{nn.State{Tensors: map[string][]float32{"m": {1, 2, 3}}}, `0 values of "v", want 3`},
		{nn.State{Tensors: map[string][]float32{"m": {1, 2, 3}, "v": {1}}}, `1 values of "v", want 3`},
		{nn.State{Tensors: map[string][]float32{"m": {1, 2, 3}, "v": {1, 2, 3}, "velocity": {1, 2, 3}}}, `"velocity", which this one does not have`},
		{nn.State{Steps: -1, Tensors: map[string][]float32{"m": {1, 2, 3}, "v": {1, 2, 3}}}, "after -1 steps"},
	} {
		require.ErrorContains(t, opt.Restore(c.state), c.want)
		state, err := opt.State()
		require.NoError(t, err)
		require.Equal(t, nn.State{Tensors: map[string][]float32{"m": {0, 0, 0}, "v": {0, 0, 0}}}, state, "nothing changed")
	}
	require.Panics(t, func() { nn.NewAdam(nil, nn.OptimizerOptions{}) })
}
