package autograd_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

// testdata/pytorch.json holds inputs, outputs and gradients of PyTorch's
// functions, so that layouts of weights, paddings, clamps and ties are compared
// with PyTorch itself and not with how we understood it. Gradients are those of
// Σ sin(i+1)·yᵢ.
func TestPyTorch(t *testing.T) {
	text, err := os.ReadFile("testdata/pytorch.json")
	require.NoError(t, err)
	type array struct {
		Shape []int
		Data  []float32
	}
	var cases []struct {
		Name      string
		Inputs    []array
		Target    []float32
		Output    array
		Gradients [][]float32
	}
	require.NoError(t, json.Unmarshal(text, &cases))

	functions := map[string]func(in []*autograd.Var) *autograd.Var{
		"linear relu": func(in []*autograd.Var) *autograd.Var { return autograd.Linear(in[0], in[1], in[2], autograd.ActReLU) },
		"conv2d": func(in []*autograd.Var) *autograd.Var {
			window := autograd.ConvOptions{StrideHW: [2]int{2, 1}, PaddingHW: [2]int{1, 2}}
			return autograd.Conv2d(in[0], in[1], in[2], window, autograd.ActSigmoid)
		},
		"conv_transpose2d": func(in []*autograd.Var) *autograd.Var {
			window := autograd.ConvOptions{
				StrideHW: [2]int{2, 3}, PaddingHW: [2]int{1, 0}, OutputPaddingHW: [2]int{1, 2},
			}
			return autograd.ConvTranspose2d(in[0], in[1], in[2], window, autograd.ActTanh)
		},
		"matmul":      func(in []*autograd.Var) *autograd.Var { return autograd.MatMul(in[0], in[1]) },
		"bce":         func(in []*autograd.Var) *autograd.Var { return nn.BCE(in[0], in[1]) },
		"bce logits":  func(in []*autograd.Var) *autograd.Var { return nn.BCELogits(in[0], in[1]) },
		"log_softmax": func(in []*autograd.Var) *autograd.Var { return autograd.LogSoftmax(in[0], 1) },
		"mse":         func(in []*autograd.Var) *autograd.Var { return nn.MSE(in[0], in[1]) },
		"cdist":       func(in []*autograd.Var) *autograd.Var { return autograd.Distances(in[0]) },
		"maximum":     func(in []*autograd.Var) *autograd.Var { return autograd.Maximum(in[0], in[1]) },
	}
	require.Len(t, cases, len(functions))
	dev := newDevice(t)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			tape := autograd.NewTape(dev)
			defer tape.Free()
			var in []*autograd.Var
			for _, x := range c.Inputs {
				in = append(in, tape.Variable(autograd.TensorOf(dev, x.Data, x.Shape...)))
			}
			arguments := in
			if c.Target != nil {
				arguments = append(arguments, tape.Constant(c.Target, len(c.Target)))
			}
			y := functions[c.Name](arguments)
			require.Equal(t, c.Output.Shape, y.Shape())
			requireClose(t, c.Output.Data, read(t, dev, y.Value()), "output")

			direction := make([]float32, y.Len())
			for i := range direction {
				direction[i] = float32(math.Sin(float64(i + 1)))
			}
			tape.Backward(autograd.Sum(autograd.Mul(y, tape.Constant(direction, y.Shape()...))))
			for k, want := range c.Gradients {
				requireClose(t, want, read(t, dev, in[k].Grad()), fmt.Sprint("gradient of input ", k))
			}
		})
	}
}

func requireClose(t *testing.T, want, got []float32, what string) {
	require.Len(t, got, len(want))
	for i, w := range want {
		require.InDelta(t, w, got[i], 1e-5*max(1, math.Abs(float64(w))), "%s, element %d", what, i)
	}
}
