package topoloss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// Terms have the same bits, values and gradients, on a device that rounds the operands of
// products to bfloat16.
func TestTermsAreNotRounded(t *testing.T) {
	const n, dim = 24, 3
	for _, text := range everyTerm() {
		for _, gradient := range []topoloss.Gradient{{}, {Method: topoloss.Interpolate, Bandwidth: 0.5}} {
			specs, err := topoloss.Parse(text)
			require.NoError(t, err)
			results := func(p kernels.Precision) (float32, []float32) {
				dev := cpu.New(cpu.Precision(p))
				defer dev.Close()
				obj, err := topoloss.New(specs, topoloss.Options{Gradient: gradient})
				require.NoError(t, err)
				obj.Parameters(dev)
				x, truth := autograd.NewTensor(dev, n, dim), make([]float32, n*dim)
				dev.Normal(x.Buffer(), 1, 0)
				require.NoError(t, dev.Read(truth, x.Buffer()))
				for i := range truth {
					truth[i] = 2*truth[i] + float32(i%5)
				}
				tape := autograd.NewTape(dev)
				v := tape.Variable(x)
				out := value(t, obj, v, truth)
				if !out.OK {
					return 0, nil
				}
				tape.Backward(out.Var)
				l, g := make([]float32, 1), make([]float32, n*dim)
				require.NoError(t, dev.Read(l, out.Var.Value()))
				require.NoError(t, dev.Read(g, v.Grad()))
				return l[0], g
			}
			wantValue, wantGradient := results(kernels.Float32)
			gotValue, gotGradient := results(kernels.BFloat16)
			require.Equal(t, wantValue, gotValue, text)
			require.Equal(t, wantGradient, gotGradient, text)
		}
	}
}
