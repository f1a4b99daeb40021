package gpu_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/internal/ptxas"
)

// NVIDIA's assembler accepts every kernel, for old GPUs and new ones, and keeps
// all its registers.
func TestAssembler(t *testing.T) {
	a, err := ptxas.Find()
	if err != nil {
		t.Skipf("SKIPPED: %v: not checked that NVIDIA's assembler accepts the kernels", err)
	}
	newest, err := a.Newest()
	require.NoError(t, err)
	files, err := filepath.Glob("ptx/*.ptx")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, arch := range []string{"sm_70", "sm_80", "sm_90", newest} {
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			uses, err := a.Assemble(arch, filepath.Base(file), string(text))
			require.NoError(t, err)
			require.NotEmpty(t, uses)
			for _, u := range uses {
				require.Zero(t, u.Spills, "%s: kernel %s spills registers on %s", file, u.Name, arch)
				t.Logf("%s %s %s: %d registers, %d bytes of shared memory", arch, filepath.Base(file), u.Name, u.Registers, u.Shared)
			}
		}
	}
}
