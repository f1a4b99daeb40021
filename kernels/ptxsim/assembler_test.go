package ptxsim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/internal/ptxas"
)

// Assembler returns a function that has NVIDIA's assembler accept a PTX text. It
// skips the test where there is none.
func Assembler(t *testing.T) func(name, src string) {
	a, err := ptxas.Find()
	if err != nil {
		t.Skipf("SKIPPED: %v: not checked that NVIDIA's assembler accepts what the simulator does", err)
	}
	return func(name, src string) {
		_, err := a.Assemble("sm_70", name, src)
		require.NoError(t, err)
	}
}

// What the oracle's cases are made of is PTX to NVIDIA too.
func TestAssemblerAcceptsOracle(t *testing.T) {
	Assembler(t)("oracle", own(oracleCases()))
}
