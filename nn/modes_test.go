package nn_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// normalized is a model with every layer that small has not.
func normalized(dev kernels.Device, seed uint64) nn.Sequential {
	in := nn.NewInitializer(dev, seed)
	return nn.Sequential{
		nn.NewConv2d(in, 1, 4, 3, nn.ConvOptions{Padding: 1}, nn.GELU),
		nn.NewBatchNorm(in, 4),
		nn.LeakyReLU(0.2),
		nn.MaxPool2d{Size: 2},
		nn.Upsample2d(2),
		nn.AvgPool2d{Size: 2},
		nn.NewGroupNorm(in, 2, 4),
		nn.Flatten{},
		nn.Dropout(0.25),
		nn.NewLinear(in, 16, 6, nn.SiLU),
		nn.NewLayerNorm(in, 6),
		nn.NewLinear(in, 6, 2, nn.ELU(1)),
	}
}

// fit makes steps of training of a normalized model, counted from first, and
// returns the losses.
func fit(t *testing.T, model nn.Module, forward func(*autograd.Var) *autograd.Var, opt nn.Optimizer, first, steps int) []float32 {
	dev := nn.Parameters(model)[0].Value.Device()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	var losses []float32
	for step := first; step < first+steps; step++ {
		tape.Reset()
		tape.Train(1, uint64(step))
		y := forward(tape.Normal(5, uint64(step), 6, 1, 4, 4))
		loss := nn.CrossEntropy(y, []int{0, 1, 0, 1, 0, -1}, nn.CrossEntropyOptions{})
		tape.Backward(loss)
		if opt != nil {
			require.NoError(t, opt.Step())
		}
		value, err := loss.Item()
		require.NoError(t, err)
		losses = append(losses, value)
	}
	return losses
}

// evaluate returns a model's result in an evaluation.
func evaluate(t *testing.T, model nn.Sequential) []float32 {
	tape := autograd.NewTape(nn.Parameters(model)[0].Value.Device())
	defer tape.Free()
	tape.Eval()
	y, err := model.Forward(tape.Normal(6, 0, 3, 1, 4, 4)).Values()
	require.NoError(t, err)
	return y
}

func TestGradientsOfNormalizedLayers(t *testing.T) {
	dev := newDevice(t)
	model := slices.DeleteFunc(normalized(dev, 3), func(l nn.Layer) bool { // those with kinks
		return l == nn.Layer(nn.LeakyReLU(0.2)) || l == nn.Layer(nn.MaxPool2d{Size: 2}) || l == nn.Layer(nn.Upsample2d(2))
	})
	for _, train := range []bool{true, false} {
		require.NoError(t, autograd.CheckParameters(func(tape *autograd.Tape) *autograd.Var {
			if tape.Eval(); train {
				tape.Train(1, 2)
			}
			return model.Forward(tape.Normal(5, 0, 6, 1, 4, 4))
		}, trainedOf(model)...))
	}
}

func trainedOf(m nn.Module) (trained []*autograd.Parameter) {
	for _, p := range nn.Parameters(m) {
		if p.Trained() {
			trained = append(trained, p)
		}
	}
	return trained
}

// A run that stops, saves and goes on in a new model ends as one that did not:
// statistics are kept and dropout draws the same.
func TestNormalizedModelsGoOnBitForBit(t *testing.T) {
	dev := newDevice(t)
	open := func(m nn.Module) nn.Optimizer {
		return nn.NewRMSprop(nn.Parameters(m), nn.OptimizerOptions{LearningRate: 0.01}, 0.9, true)
	}
	whole := normalized(dev, 1)
	losses := fit(t, whole, whole.Forward, open(whole), 0, 6)

	part := normalized(dev, 1)
	opt := open(part)
	require.Equal(t, losses[:3], fit(t, part, part.Forward, opt, 0, 3))
	state, err := opt.State()
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, nn.Save(&file, part, nil))

	other := normalized(dev, 2)
	require.NoError(t, nn.Load(bytes.NewReader(file.Bytes()), other))
	require.Equal(t, evaluate(t, part), evaluate(t, other))
	opt = open(other)
	require.NoError(t, opt.Restore(state))
	require.Equal(t, losses[3:], fit(t, other, other.Forward, opt, 3, 3))
	requireSameParameters(t, whole, other)

	copied := normalized(dev, 3)
	require.NoError(t, nn.Copy(copied, whole))
	require.Equal(t, evaluate(t, whole), evaluate(t, copied))
}

// Neither mode is taken for granted.
func TestBatchNormAsksForTheMode(t *testing.T) {
	dev := newDevice(t)
	layer := nn.NewBatchNorm(nn.NewInitializer(dev, 1), 2)
	tape := autograd.NewTape(dev)
	forward := func() { layer.Forward(tape.Normal(1, 0, 3, 2)) }
	require.Panics(t, forward)
	tape.Eval()
	forward()
	require.Equal(t, []float32{0}, values(t, layer.Batches.Value))
	tape.Train(1, 0)
	forward()
	require.Equal(t, []float32{1}, values(t, layer.Batches.Value))
	require.PanicsWithValue(t, "nn: BatchNorm in training of input [1 2], which has one value for each channel; want more, or freeze the layer", func() {
		layer.Forward(tape.Normal(1, 0, 1, 2))
	})
	require.PanicsWithValue(t, "nn: BatchNorm of 2 channels of input [3 4]; want N×2×…", func() { layer.Forward(tape.Normal(1, 0, 3, 4)) })
}

func TestFrozenModulesStay(t *testing.T) {
	dev := newDevice(t)
	model := normalized(dev, 1)
	base := model[:7]
	nn.Freeze(base)
	before := normalized(dev, 1)
	adam := nn.NewAdamW(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.1, WeightDecay: 0.1})
	fit(t, model, model.Forward, adam, 0, 3)
	requireSameParameters(t, before[:7], base)
	require.NotEqual(t, values(t, nn.Parameters(before[7:])[0].Value), values(t, nn.Parameters(model[7:])[0].Value))
	nn.Unfreeze(base)
	fit(t, model, model.Forward, adam, 3, 1)
	for i, p := range nn.Parameters(base) {
		require.NotEqual(t, values(t, nn.Parameters(before[:7])[i].Value), values(t, p.Value), p.Name)
	}
}

func TestEMA(t *testing.T) {
	dev := newDevice(t)
	model := normalized(dev, 1)
	ema := nn.NewEMA(model, 0.5) // before the optimizer packs the parameters
	defer ema.Free()
	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.1})
	start := values(t, nn.Parameters(model)[0].Value)
	fit(t, model, model.Forward, adam, 0, 1)
	ema.Update()
	last := values(t, nn.Parameters(model)[0].Value)
	average := values(t, nn.Parameters(ema)[0].Value)
	for i := range average {
		require.InDelta(t, (start[i]+last[i])/2, average[i], 1e-6)
	}

	twin := normalized(dev, 2)
	require.NoError(t, nn.Copy(twin, ema))
	own := evaluate(t, model)
	var within []float32
	ema.With(func() { within = evaluate(t, model) })
	require.Equal(t, evaluate(t, twin), within)
	require.NotEqual(t, own, within)
	require.Equal(t, own, evaluate(t, model), "the model has its own parameters back")
	require.Panics(t, func() { ema.With(func() { panic("inside") }) })
	require.Equal(t, own, evaluate(t, model), "and after a panic")

	var file bytes.Buffer
	require.NoError(t, nn.Save(&file, ema, nil))
	require.NoError(t, nn.Load(&file, twin))
	require.Equal(t, within, evaluate(t, twin))
	require.Equal(t, values(t, model[1].(*nn.BatchNorm).Mean.Value), values(t, twin[1].(*nn.BatchNorm).Mean.Value), "statistics are copied")
}

func TestActivationsHaveNames(t *testing.T) {
	for a, want := range map[nn.Activation]string{
		nn.Identity: "Identity", nn.ReLU: "ReLU", nn.Softplus: "Softplus", nn.GELU: "GELU", nn.GELUTanh: "GELUTanh",
		nn.SiLU: "SiLU", nn.LeakyReLU(0.2): "LeakyReLU(0.2)", nn.ELU(1.5): "ELU(1.5)",
	} {
		require.Equal(t, want, a.String())
	}
	require.Equal(t, nn.LeakyReLU(0.2), nn.LeakyReLU(0.2))
	require.NotEqual(t, nn.LeakyReLU(0.2), nn.LeakyReLU(0.1))
}

func TestLayersAndLossesPanicNamingShapes(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	in := nn.NewInitializer(dev, 1)
	x := tape.Normal(1, 0, 2, 3)
	wanted := tape.Variable(autograd.NewTensor(dev, 2, 3))
	y := tape.Normal(1, 0, 3, 2)
	for want, f := range map[string]func(){
		"nn: BCE of shapes [2 3] and [3 2], which must be equal":                                      func() { nn.BCE(x, y) },
		"nn: MSE of shapes [2 3] and [3 2], which must be equal":                                      func() { nn.MSE(x, y) },
		"nn: Huber of shapes [2 3] and [3 2], which must be equal":                                    func() { nn.Huber(x, y, 1) },
		"nn: Reparameterize of shapes [2 3] and [3 2], which must be equal":                           func() { nn.Reparameterize(x, y, 0, 0) },
		"nn: the target of BCE asks for a gradient, which it does not get; use autograd.Detach":       func() { nn.BCE(x, wanted) },
		"nn: the target of BCELogits asks for a gradient, which it does not get; use autograd.Detach": func() { nn.BCELogits(x, wanted) },
		"nn: LayerNorm over [2] of input [2 3]":                                                       func() { nn.NewLayerNorm(in, 2).Forward(x) },
		"nn: NewLayerNorm of no axes":                                                                 func() { nn.NewLayerNorm(in) },
		"nn: NewGroupNorm of 3 channels in 2 groups":                                                  func() { nn.NewGroupNorm(in, 2, 3) },
		"nn: GroupNorm of 4 channels of input [2 3]; want N×4×…":                                      func() { nn.NewGroupNorm(in, 2, 4).Forward(x) },
		"nn: CrossEntropy of logits [2 3] and 3 targets; want N×C×… and N×…":                          func() { nn.CrossEntropy(x, make([]int, 3), nn.CrossEntropyOptions{}) },
		"nn: CrossEntropy: targets[1] is 3, of 3 classes":                                             func() { nn.CrossEntropy(x, []int{0, 3}, nn.CrossEntropyOptions{}) },
		"nn: CrossEntropyEach of logits [2 3] with 2 class weights, want 3":                           func() { nn.CrossEntropyEach(x, []int{0, 1}, nn.CrossEntropyOptions{ClassWeights: []float32{1, 1}}) },
		"nn: CrossEntropy with label smoothing 1, want a number in [0, 1)":                            func() { nn.CrossEntropy(x, []int{0, 1}, nn.CrossEntropyOptions{LabelSmoothing: 1}) },
		"nn: NewEMA with decay 1; want a number between 0 and 1, such as 0.999":                       func() { nn.NewEMA(nn.Sequential{}, 1) },
		"autograd: Dropout with probability 1; want one in [0, 1)":                                    func() { nn.Dropout(1).Forward(x) },
		"autograd: UpsampleNearest2d of shape [2 3] by 2×2; want N×C×H×W and at least 1×1":            func() { nn.Upsample2d(2).Forward(x) },
	} {
		require.PanicsWithValue(t, want, f)
	}
	ignored := nn.CrossEntropy(x, []int{-1, -100}, nn.CrossEntropyOptions{})
	value, err := ignored.Item()
	require.NoError(t, err)
	require.Zero(t, value, "the mean of nothing")
}
