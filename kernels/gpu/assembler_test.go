package gpu_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/internal/ptxas"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// ptxsim.Lint gives no warning about any kernel, such as an ambiguous rounding or an unused
// result.
func TestLint(t *testing.T) {
	for name, text := range kernelFiles(t) {
		warnings, err := ptxsim.Lint(name, text)
		require.NoError(t, err)
		require.Empty(t, warnings)
	}
}

// kernelFiles returns the texts of the PTX files, by file name.
func kernelFiles(t *testing.T) map[string]string {
	files, err := filepath.Glob("ptx/*.ptx")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		texts[filepath.Base(file)] = string(text)
	}
	return texts
}

// NVIDIA's assembler accepts every kernel, for the oldest GPUs that the kernels support, for
// the newest, and for two between. It spills no register. The assembler of CUDA 13 does not
// know the oldest, sm_70.
func TestAssembler(t *testing.T) {
	a, err := ptxas.Find()
	if err != nil {
		t.Skipf("SKIPPED: %v: not checked that NVIDIA's assembler accepts the kernels", err)
	}
	all, err := a.Architectures()
	require.NoError(t, err)
	wanted := []string{"sm_70", "sm_80", "sm_90", all[len(all)-1]}
	for _, arch := range all {
		if !slices.Contains(wanted, arch) {
			continue
		}
		for name, text := range kernelFiles(t) {
			if arch == "sm_70" && strings.Contains(text, ".target sm_80") {
				continue
			}
			uses, err := a.Assemble(arch, name, text)
			require.NoError(t, err)
			require.NotEmpty(t, uses)
			for _, u := range uses {
				require.Zero(t, u.Spills, "%s: kernel %s spills registers on %s", name, u.Name, arch)
				threads, err := strconv.Atoi(regexp.MustCompile(`\.entry ` + u.Name + `\([^)]*\)\s*\.maxntid (\d+)`).FindStringSubmatch(text)[1])
				require.NoError(t, err)
				occupancy := "not known"
				if warps, most, ok := u.Occupancy(arch, threads); ok {
					require.Positive(t, warps, "%s: not one block of kernel %s fits on a multiprocessor of %s", name, u.Name, arch)
					occupancy = fmt.Sprintf("%d of %d warps", warps, most)
				}
				t.Logf("%s %s %s: %d registers, %d bytes of shared memory, occupancy %s", arch, name, u.Name, u.Registers, u.Shared, occupancy)
			}
		}
	}
}
