package nn_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// A batchNormCase is a sequence of batches through the reference's BatchNorm.
type batchNormCase struct {
	Name     string   `json:"name"`
	Momentum *float32 `json:"momentum"`
	Eps      float32  `json:"eps"`
	Weight   array    `json:"weight"`
	Bias     array    `json:"bias"`
	Batches  []struct {
		Training        bool  `json:"training"`
		X               array `json:"x"`
		Y               array `json:"y"`
		GradX           array `json:"grad_x"`
		GradWeight      array `json:"grad_weight"`
		GradBias        array `json:"grad_bias"`
		RunningMean     array `json:"running_mean"`
		RunningVariance array `json:"running_var"`
	} `json:"batches"`
}

func TestBatchNormAgainstReference(t *testing.T) {
	var file struct {
		BatchNorm []batchNormCase `json:"batchnorm"`
	}
	golden.Read(t, &file, "golden2", "layers.json")
	require.NotEmpty(t, file.BatchNorm)
	for name, dev := range referenceDevices(t) {
		for i, c := range file.BatchNorm {
			t.Run(fmt.Sprintf("%s/%d %s", name, i, c.Name), func(t *testing.T) { c.run(t, dev) })
		}
	}
}

func (c batchNormCase) run(t *testing.T, dev kernels.Device) {
	layer := nn.NewBatchNorm(nn.NewInitializer(dev, 1), c.Batches[0].X.Shape[1])
	layer.Epsilon = c.Eps
	layer.Momentum = 0
	if c.Momentum != nil {
		layer.Momentum = *c.Momentum
	}
	if c.Weight.Data == nil {
		layer.Weight, layer.Bias = nil, nil
	} else {
		layer.Weight.Value.Write(c.Weight.float32s())
		layer.Bias.Value.Write(c.Bias.float32s())
	}
	tape := autograd.NewTape(dev)
	defer tape.Free()
	trained := 0
	for _, b := range c.Batches {
		tape.Reset()
		if tape.Eval(); b.Training {
			tape.Train(1, uint64(trained))
			trained++
		}
		x := tape.Variable(b.X.tensor(dev))
		y := layer.Forward(x)
		got, err := y.Values()
		require.NoError(t, err)
		requireNear(t, b.Y.Data, got, 2e-6, "output")
		tape.Backward(autograd.Sum(autograd.Mul(y, directions(tape, y))))
		gradient := make([]float32, x.Len())
		require.NoError(t, dev.Read(gradient, x.Grad()))
		requireNear(t, b.GradX.Data, gradient, 5e-6, "gradient of x")
		if layer.Weight != nil {
			requireNear(t, b.GradWeight.Data, values(t, layer.Weight.Grad), 5e-6, "gradient of the weight")
			requireNear(t, b.GradBias.Data, values(t, layer.Bias.Grad), 5e-6, "gradient of the bias")
		}
		requireNear(t, b.RunningMean.Data, values(t, layer.Mean.Value), 1e-6, "running mean")
		requireNear(t, b.RunningVariance.Data, values(t, layer.Variance.Value), 1e-6, "running variance")
		require.Equal(t, []float32{float32(trained)}, values(t, layer.Batches.Value))
	}
}

// An optimizerCase is a sequence of steps of one of the reference's optimizers.
type optimizerCase struct {
	Name     string `json:"name"`
	Settings struct {
		LR          float64    `json:"lr"`
		Momentum    float64    `json:"momentum"`
		Nesterov    bool       `json:"nesterov"`
		WeightDecay float64    `json:"weight_decay"`
		Betas       [2]float64 `json:"betas"`
		Eps         float64    `json:"eps"`
		AMSGrad     bool       `json:"amsgrad"`
		Alpha       float64    `json:"alpha"`
		Centered    bool       `json:"centered"`
	} `json:"settings"`
	Steps [][]float64 `json:"steps"`
}

func (c optimizerCase) open(params []*autograd.Parameter) nn.Optimizer {
	s := c.Settings
	o := nn.OptimizerOptions{LearningRate: s.LR, WeightDecay: s.WeightDecay}
	switch c.Name {
	case "sgd":
		return nn.NewSGD(params, o, s.Momentum, s.Nesterov)
	case "rmsprop":
		r := nn.NewRMSprop(params, o, s.Momentum, s.Centered)
		if s.Alpha != 0 {
			r.Alpha = s.Alpha
		}
		return r
	}
	a := nn.NewAdam(params, o)
	if s.AMSGrad {
		a = nn.NewAMSGrad(params, o)
	}
	a.Decoupled = c.Name == "adamw"
	if s.Betas != [2]float64{} {
		a.Beta1, a.Beta2 = s.Betas[0], s.Betas[1]
	}
	if s.Eps != 0 {
		a.Epsilon = s.Eps
	}
	return a
}

// optimizersFile is the part of the reference's file on steps of training.
type optimizersFile struct {
	Optimizers struct {
		Start     []float64       `json:"start"`
		Gradients [][]float64     `json:"gradients"`
		Runs      []optimizerCase `json:"runs"`
		EMA       []struct {
			Decay    float64     `json:"decay"`
			Weights  [][]float64 `json:"weights"`
			Averages [][]float64 `json:"averages"`
		} `json:"ema"`
		ClipNorm []struct {
			Limit   float64   `json:"limit"`
			Clipped []float64 `json:"clipped"`
		} `json:"clip_norm"`
	} `json:"optimizers"`
}

func float32s(x []float64) []float32 { return array{Data: x}.float32s() }

func TestOptimizersAgainstReference(t *testing.T) {
	var file optimizersFile
	golden.Read(t, &file, "golden2", "layers.json")
	o := file.Optimizers
	require.NotEmpty(t, o.Runs)
	for name, dev := range referenceDevices(t) {
		for i, c := range o.Runs {
			t.Run(fmt.Sprintf("%s/%d %s", name, i, c.Name), func(t *testing.T) {
				x := autograd.NewParameter("x", autograd.TensorOf(dev, float32s(o.Start), len(o.Start)))
				opt := c.open([]*autograd.Parameter{x})
				defer opt.Free()
				for k, gradient := range o.Gradients {
					x.Grad.Write(float32s(gradient))
					require.NoError(t, opt.Step())
					requireNear(t, c.Steps[k], values(t, x.Value), 1e-6, fmt.Sprint("after step ", k))
				}
			})
		}
	}
}

func TestClipNormAgainstReference(t *testing.T) {
	var file optimizersFile
	golden.Read(t, &file, "golden2", "layers.json")
	o := file.Optimizers
	require.NotEmpty(t, o.ClipNorm)
	dev := newDevice(t)
	for _, c := range o.ClipNorm {
		n := len(c.Clipped)
		x := autograd.NewParameter("x", autograd.NewTensor(dev, n))
		sgd := nn.NewSGD([]*autograd.Parameter{x}, nn.OptimizerOptions{LearningRate: 1, ClipNorm: c.Limit}, 0, false)
		x.Grad.Write(float32s(o.Gradients[0]))
		require.NoError(t, sgd.Step())
		got := values(t, x.Value)
		for i := range got {
			got[i] = -got[i]
		}
		requireNear(t, c.Clipped, got, 2e-6, "clipped gradient") // the reference adds 1e-6 to the norm
	}
}

func TestEMAAgainstReference(t *testing.T) {
	var file optimizersFile
	golden.Read(t, &file, "golden2", "layers.json")
	require.NotEmpty(t, file.Optimizers.EMA)
	dev := newDevice(t)
	for _, c := range file.Optimizers.EMA {
		x := &single{autograd.NewParameter("x", autograd.TensorOf(dev, float32s(c.Weights[0]), len(c.Weights[0])))}
		ema := nn.NewEMA(x, c.Decay)
		for k, average := range c.Averages {
			if k > 0 {
				x.p.Value.Write(float32s(c.Weights[k]))
				ema.Update()
			}
			requireNear(t, average, values(t, nn.Parameters(ema)[0].Value), 1e-6, fmt.Sprint("after update ", k))
		}
	}
}

// single is a module of one parameter.
type single struct{ p *autograd.Parameter }

func (s *single) Visit(f nn.Visitor) { f("x", s.p) }
