package gpu_test

import (
	"testing"

	"github.com/topogen/topogen/autograd/autogradtest"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// Every operation of package autograd has the same value and gradient on the simulated
// GPU as in float64, within rounding.
func TestOperations(t *testing.T) {
	autogradtest.Run(t, func() kernels.Device { return simulated(ptxsim.Options{})(t) })
}
