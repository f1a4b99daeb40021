package ptxsim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/internal/ptxas"
)

// Assembler returns a function that fails the test unless NVIDIA's assembler accepts a PTX
// text. It skips the test if the assembler is not installed.
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

// NVIDIA's assembler accepts the instruction of every case of the oracle.
func TestAssemblerAcceptsOracle(t *testing.T) {
	Assembler(t)("oracle", own(oracleCases()))
}
