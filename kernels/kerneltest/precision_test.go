package kerneltest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// The suite notices a device whose products have another precision than it says: one that
// does not round operands, one that rounds them without being asked to, and one that rounds
// those of an Unrounded product.
func TestWrongPrecisionsAreFound(t *testing.T) {
	for _, c := range tests() {
		products := map[string]bool{"Gemm": true, "Conv": true, "ConvTranspose": true, "ConvWeightGrad": true}[c.method]
		if !products {
			continue
		}
		failed := func(of, said kernels.Precision, deaf bool) bool {
			recorder, done := new(recorder), make(chan struct{})
			go func() {
				defer close(done)
				var d kernels.FusedDevice = cpu.New(cpu.Threads(1), cpu.Precision(of))
				if deaf {
					d = deafDevice{d}
				}
				c.run(recorder, d, Options{Precision: said}, true)
			}()
			<-done
			return recorder.failed
		}
		require.False(t, failed(kernels.BFloat16, kernels.BFloat16, false), c.method)
		require.True(t, failed(kernels.Float32, kernels.BFloat16, false), "%s does not round, and no test fails", c.method)
		require.True(t, failed(kernels.BFloat16, kernels.Float32, false), "%s rounds, and no test fails", c.method)
		if c.method == "Gemm" {
			require.True(t, failed(kernels.BFloat16, kernels.BFloat16, true), "%s rounds what is Unrounded, and no test fails", c.method)
		}
	}
}

// A deafDevice ignores Gemm.Unrounded.
type deafDevice struct{ kernels.FusedDevice }

func (d deafDevice) Gemm(g kernels.Gemm) {
	g.Unrounded = false
	d.FusedDevice.Gemm(g)
}
