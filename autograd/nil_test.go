package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
)

// A nil argument panics with words that name it.
func TestNilArguments(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	x := tape.Variable(autograd.NewTensor(dev, 2))
	images := tape.Variable(autograd.NewTensor(dev, 1, 1, 2, 2))
	const variable = "autograd: a variable is nil"
	for want, calls := range map[string][]func(){
		variable: {
			func() { autograd.Add(x, nil) },
			func() { autograd.Add(nil, x) },
			func() { autograd.Exp(nil) },
			func() { autograd.Flatten(nil, 1) },
			func() { autograd.Concat(0, x, nil) },
			func() { autograd.Concat(0, nil) },
			func() { autograd.Linear(nil, x, nil, 0) },
			func() { autograd.Linear(x, nil, nil, 0) },
			func() { autograd.MatMul(x, nil) },
			func() { autograd.Sum(nil) },
			func() { autograd.Softmax(nil, 1) },
			func() { autograd.Distances(nil) },
			func() { autograd.UpsampleNearest2d(nil, 1, 1) },
			func() { autograd.Conv2d(images, nil, nil, autograd.ConvOptions{}, 0) },
			func() { autograd.ConvTranspose2d(images, nil, nil, autograd.ConvOptions{}, 0) },
			func() { _, _ = autograd.Items(nil) },
			func() { tape.Result(nil, x, nil) },
		},
		"autograd: NewTape of a nil device":               {func() { autograd.NewTape(nil) }},
		"autograd: a tensor of shape [2] on a nil device": {func() { autograd.NewTensor(nil, 2) }},
		"autograd: a nil tensor is put on a tape":         {func() { tape.Input(nil) }},
		"autograd: a nil parameter is put on a tape":      {func() { tape.Param(nil) }},
		"autograd: Backward of a nil variable":            {func() { tape.Backward(nil) }},
		"autograd: NoGrad of a nil function":              {func() { tape.NoGrad(nil) }},
		`autograd: the value of parameter "w" is nil`:     {func() { autograd.NewParameter("w", nil) }},
		`autograd: the value of parameter "u" is nil`:     {func() { autograd.NewUntrained("u", nil) }},
		"autograd: Check of a nil function or input":      {func() { _ = autograd.Check(nil, autograd.NewTensor(dev)) }},
		"autograd: Pack: parameter 0 is nil":              {func() { autograd.Pack([]*autograd.Parameter{nil}) }},
	} {
		for i, call := range calls {
			require.PanicsWithValue(t, want, call, "call %d", i)
		}
	}
}
