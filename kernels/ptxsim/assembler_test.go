package ptxsim

import (
	"os"
	osexec "os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Assembler returns a function that has NVIDIA's assembler, ptxas, accept a PTX
// text. It skips the test where there is none: neither the environment variable
// PTXAS nor the path names it.
func Assembler(t *testing.T) func(name, src string) {
	ptxas := os.Getenv("PTXAS")
	if ptxas == "" {
		var err error
		if ptxas, err = osexec.LookPath("ptxas"); err != nil {
			t.Skip("SKIPPED: no ptxas (set PTXAS to its path): not checked that NVIDIA's assembler accepts what the simulator does")
		}
	}
	dir := t.TempDir()
	return func(name, src string) {
		file := filepath.Join(dir, "k.ptx")
		require.NoError(t, os.WriteFile(file, []byte(src), 0o666))
		out, err := osexec.Command(ptxas, "-arch=sm_70", "-o", filepath.Join(dir, "k.cubin"), file).CombinedOutput()
		require.NoError(t, err, "%s\n%s", name, out)
	}
}

// What the oracle's cases are made of is PTX to NVIDIA too.
func TestAssemblerAcceptsOracle(t *testing.T) {
	Assembler(t)("oracle", own(oracleCases()))
}
