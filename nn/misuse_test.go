package nn_test

import (
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
)

// Calls that break the contract panic, or return an error, with words that name the mistake.
func TestMisuse(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	in, tape := nn.NewInitializer(dev, 1), autograd.NewTape(dev)
	tape.Train(1, 1)
	v := func(shape ...int) *autograd.Var { return tape.Variable(autograd.NewTensor(dev, shape...)) }
	linear := nn.NewLinear(in, 2, 3, nn.ReLU)
	rate := nn.OptimizerOptions{LearningRate: 1}
	nan := math.NaN()
	for name, c := range map[string]struct {
		call func() any
		want string
	}{
		"initializer without a device": {func() any { return nn.NewInitializer(nil, 1) }, "nn: NewInitializer of a nil device"},
		"layer without an initializer": {func() any { return nn.NewLinear(nil, 1, 1, nn.ReLU) }, "nn: parameter weight of a nil Initializer"},
		"norm without an initializer":  {func() any { return nn.NewBatchNorm(nil, 1) }, "nil Initializer"},
		"nil input":                    {func() any { return linear.Forward(nil) }, "autograd: a variable is nil"},
		"nil layer":                    {func() any { return nn.Sequential{linear, nil}.Forward(v(1, 2)) }, "nn: layer 1 of a Sequential of 2 is nil"},
		"nil layer's parameters":       {func() any { return nn.Parameters(nn.Sequential{nil}) }, "nn: layer 0 of a Sequential of 1 is nil"},
		"nil named layer":              {func() any { return nn.Named{{Name: "a"}}.Forward(v(1, 2)) }, `nn: the layer "a" of a Named is nil`},
		"nil named layer's parameters": {func() any { return nn.Parameters(nn.Named{{Name: "a"}}) }, `nn: the layer "a" of a Named is nil`},
		"nil module":                   {func() any { return nn.Parameters(nil) }, "nn: parameters of a nil Module"},
		"nil frozen":                   {func() any { nn.Freeze(nil); return nil }, "nn: a nil Module"},
		"nil function":                 {func() any { return nn.Func(nil).Forward(v(1)) }, "nn: a nil Func"},
		"nil target":                   {func() any { return nn.BCE(v(1), nil) }, "nn: BCE of a nil variable"},
		"nil parameter":                {func() any { return nn.NewAdam([]*autograd.Parameter{linear.Weight, nil}, rate) }, "nn: parameter 1 of an optimizer is nil"},
		"nil parameter checked":        {func() any { return nn.CheckFinite([]*autograd.Parameter{nil}) }, "nn: CheckFinite: parameter 0 is nil"},
		"average without work":         {func() any { nn.NewEMA(linear, 0.9).With(nil); return nil }, "nn: EMA.With of a nil function"},
		"average of nothing":           {func() any { return nn.NewEMA(nil, 0.9) }, "nil Module"},
		"freed average": {func() any {
			e := nn.NewEMA(linear, 0.9)
			e.Free()
			e.Update()
			return nil
		}, "nn: an EMA is used after Free"},
		"nil reader": {func() any { return nn.Load(nil, linear) }, "safetensors: the reader is nil"},
		"nil writer": {func() any { return nn.Save(nil, linear, nil) }, "safetensors: the writer is nil"},
		"nil saved":  {func() any { return nn.Save(io.Discard, nil, nil) }, "nil Module"},
		"nil copied": {func() any { return nn.Copy(linear, nil) }, "nil Module"},

		"norm of negative channels": {func() any { return nn.NewBatchNorm(in, -1) }, "nn: NewBatchNorm of -1 channels"},
		"norm of one row":           {func() any { return nn.NewBatchNorm(in, 2).Forward(v(1, 2)) }, "of input [1 2], which has one value for each channel"},
		"momentum 2": {func() any {
			b := nn.NewBatchNorm(in, 2)
			b.Momentum = 2
			return b.Forward(v(4, 2))
		}, "nn: BatchNorm with momentum 2; want the share of a batch"},
		"momentum NaN": {func() any {
			b := nn.NewBatchNorm(in, 2)
			b.Momentum = float32(nan)
			return b.Forward(v(4, 2))
		}, "nn: BatchNorm with momentum NaN"},
		"groups that do not divide": {func() any {
			g := nn.NewGroupNorm(in, 2, 4)
			g.Groups = 3
			return g.Forward(v(2, 4, 3))
		}, "nn: GroupNorm of 4 channels in 3 groups"},
		"class weight NaN": {func() any {
			return nn.CrossEntropy(v(1, 2), []int{0}, nn.CrossEntropyOptions{ClassWeights: []float32{1, float32(nan)}})
		}, "nn: CrossEntropy with the weight NaN for class 1"},
		"class weight below 0": {func() any {
			return nn.CrossEntropy(v(1, 2), []int{0}, nn.CrossEntropyOptions{ClassWeights: []float32{-1, 1}})
		}, "nn: CrossEntropy with the weight -1 for class 0"},
		"learning rate beyond float32": {func() any {
			return nn.NewAdam(nn.Parameters(linear), nn.OptimizerOptions{LearningRate: 1e300}).Step()
		}, "nn: the learning rate is 1e+300"},
		"weight decay beyond float32": {func() any {
			return nn.NewSGD(nn.Parameters(linear), nn.OptimizerOptions{LearningRate: 1, WeightDecay: 1e300}, 0, false).Step()
		}, "nn: an optimizer's WeightDecay is 1e+300"},
		"state of no optimizer":  {func() any { _, err := new(nn.Adam).State(); return err }, "not made by its function"},
		"restoring no optimizer": {func() any { return new(nn.Adam).Restore(nn.State{}) }, "not made by its function"},
		"state of a freed optimizer": {func() any {
			a := nn.NewAMSGrad(nn.Parameters(linear), rate)
			a.Free()
			a.Free()
			_, err := a.State()
			return err
		}, "an optimizer that was freed"},
	} {
		t.Run(name, func(t *testing.T) {
			said := func() (said string) {
				defer func() {
					if r := recover(); r != nil {
						said = fmt.Sprint(r)
					}
				}()
				return fmt.Sprint(c.call())
			}()
			require.Contains(t, said, c.want)
		})
	}
	new(nn.Adam).Free()
}

// A batch without examples leaves the running statistics of a normalization as they are.
func TestBatchNormOfNothing(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	b, tape := nn.NewBatchNorm(nn.NewInitializer(dev, 1), 2), autograd.NewTape(dev)
	b.Momentum = 0
	tape.Train(1, 1)
	y := b.Forward(tape.Variable(autograd.NewTensor(dev, 0, 2)))
	require.Equal(t, []int{0, 2}, y.Shape())
	for p, want := range map[*autograd.Parameter][]float32{b.Mean: {0, 0}, b.Variance: {1, 1}, b.Batches: {0}} {
		values, err := p.Value.Values()
		require.NoError(t, err)
		require.Equal(t, want, values, p.Name)
	}
}
