package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// BenchmarkStep is one training step of a small perceptron, 64×32 → 64 → 10,
// without the optimizer.
func BenchmarkStep(b *testing.B) {
	dev := newDevice(b)
	tape := autograd.NewTape(dev)
	parameter := func(shape ...int) *autograd.Parameter {
		p := autograd.NewParameter("", autograd.NewTensor(dev, shape...))
		dev.Normal(p.Value.Buffer(), 1, uint64(shape[0]))
		return p
	}
	w1, b1, w2, b2 := parameter(64, 32), parameter(64), parameter(10, 64), parameter(10)
	images, labels := autograd.NewTensor(dev, 64, 32), autograd.NewTensor(dev, 64, 10)
	b.ReportAllocs()
	for b.Loop() {
		h := autograd.Linear(tape.Input(images), tape.Param(w1), tape.Param(b1), autograd.ActReLU)
		y := autograd.Linear(h, tape.Param(w2), tape.Param(b2), autograd.ActNone)
		tape.Backward(nn.BCELogits(y, tape.Input(labels)))
		tape.Reset()
	}
	require.NoError(b, dev.Sync())
}

// nowhere is a device whose kernels do nothing: what is left is the tape.
type nowhere struct{ kernels.Device }

func (nowhere) Fill(kernels.Buffer, float32)                                                       {}
func (nowhere) Affine(_, _ kernels.Buffer, _, _ float32, _ kernels.WriteMode)                      {}
func (nowhere) Map(kernels.Func, kernels.Buffer, kernels.Buffer)                                   {}
func (nowhere) MapGrad(_ kernels.Func, _, _, _, _ kernels.Buffer, _ kernels.WriteMode)             {}
func (nowhere) Zip(_ kernels.Op, _, _, _ kernels.Buffer, _ kernels.WriteMode)                      {}
func (nowhere) Sum(_, _ kernels.Buffer, _ kernels.SumShape, _ float32, _ kernels.WriteMode)        {}
func (nowhere) Gemm(kernels.Gemm)                                                                  {}
func (nowhere) CopyStrided(kernels.Buffer, []int, kernels.Buffer, []int, []int, kernels.WriteMode) {}
func (nowhere) ZipStrided(_ kernels.Op, _, _ kernels.Buffer, _ []int, _ kernels.Buffer, _, _ []int, _ kernels.WriteMode) {
}
func (nowhere) BiasGrad(_ kernels.Func, _, _, _, _ kernels.Buffer, _ kernels.SumShape, _ kernels.WriteMode) {
}

// BenchmarkTape is what the tape costs for each operation, forward and
// backward, apart from the device.
func BenchmarkTape(b *testing.B) {
	dev := nowhere{newDevice(b)}
	x := autograd.NewTensor(dev, 4, 3)
	row := autograd.NewTensor(dev, 3)
	for _, operation := range []struct {
		name string
		f    func(x, row *autograd.Var) *autograd.Var
	}{
		{"Tanh", func(x, _ *autograd.Var) *autograd.Var { return autograd.Tanh(x) }},
		{"Reshape", func(x, _ *autograd.Var) *autograd.Var { return autograd.Reshape(x, 4, -1) }},
		{"Mul", func(x, _ *autograd.Var) *autograd.Var { return autograd.Mul(x, x) }},
		{"MulBroadcast", autograd.Mul},
		{"SumKeep", func(x, _ *autograd.Var) *autograd.Var { return autograd.SumKeep(x, 0, 1) }},
		{"Linear", func(x, row *autograd.Var) *autograd.Var {
			return autograd.Linear(x, autograd.Reshape(row, 1, 3), nil, autograd.ActReLU)
		}},
	} {
		b.Run(operation.name, func(b *testing.B) {
			tape := autograd.NewTape(dev)
			defer tape.Free()
			const n = 100
			b.ReportAllocs()
			for b.Loop() {
				in, r := tape.Variable(x), tape.Variable(row)
				total := tape.Result(nil, in, r)
				parts := [n]*autograd.Var{}
				for i := range parts {
					parts[i] = operation.f(in, r)
				}
				total.OnBackward(func() {})
				for _, p := range parts {
					p.GradTarget()
				}
				tape.Backward(total)
				tape.Reset()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/operation")
		})
	}
}
