package autograd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
)

// TestNotFinite: a tape that checks names the operation that first made a value or gradient
// that is not finite.
func TestNotFinite(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	tape.CheckFinite(true)
	p := autograd.NewParameter("p", autograd.TensorOf(dev, []float32{1, 2, 0, 4}, 2, 2))
	for _, c := range []struct {
		name string
		loss func(x *autograd.Var) *autograd.Var
		want string // "" for none
	}{
		{"finite", func(x *autograd.Var) *autograd.Var { return autograd.Sum(autograd.Exp(x)) }, ""},
		{"value", func(x *autograd.Var) *autograd.Var { return autograd.Sum(autograd.Exp(autograd.Log(x))) },
			`^autograd: the result of shape \[2 2\] of autograd.Log, called by autograd_test.TestNotFinite.func2 \(finite_test.go:\d+\) is -Inf at \[1 0\]$`},
		{"gradient", func(x *autograd.Var) *autograd.Var {
			return autograd.Sum(autograd.Div(x, autograd.AddScalar(autograd.Scale(x, 1e-30), 1e-25)))
		},
			`^autograd: the gradient of .* of shape \[2 2\] of autograd.AddScalar, .* is (NaN|[+-]Inf) at \[\d \d\], after the backward pass of autograd.(Div|Scale|AddScalar), called by autograd_test.TestNotFinite.func3 `},
	} {
		tape.Reset()
		tape.Backward(c.loss(tape.Param(p)))
		if err := tape.NotFinite(); c.want == "" {
			require.NoError(t, err, c.name)
		} else {
			require.Error(t, err, c.name)
			require.Regexp(t, c.want, err.Error(), c.name)
		}
	}

	tape.Reset()
	p.Value.Write([]float32{1, 2, 3, float32(math.Inf(1))})
	autograd.Sum(tape.Param(p))
	require.ErrorContains(t, tape.NotFinite(), "the parameter p of shape")
	tape.CheckFinite(false)
	tape.Reset()
	autograd.Sum(tape.Param(p))
	require.NoError(t, tape.NotFinite())
}
