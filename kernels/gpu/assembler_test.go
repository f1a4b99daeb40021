package gpu

import (
	"fmt"
	"path"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/internal/ptxas"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// NVIDIA's assembler accepts all kernels, for the oldest GPU that they are for,
// those in use and the newest that it knows; none needs memory for its
// registers. With -v it is told what they take.
func TestAssembler(t *testing.T) {
	assembler, err := ptxas.Find()
	if err != nil {
		t.Skipf("SKIPPED: %v: not checked that NVIDIA's assembler accepts the kernels", err)
	}
	newest, err := assembler.Newest()
	require.NoError(t, err)
	files, err := ptx.ReadDir("ptx")
	require.NoError(t, err)
	for _, gpu := range []string{"sm_70", "sm_80", "sm_90", newest} {
		t.Run(gpu, func(t *testing.T) {
			var table strings.Builder
			w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
			fmt.Fprintln(w, "file\tkernel\tthreads\tregisters\tshared bytes\tresident warps\t")
			for _, f := range files {
				text, err := ptx.ReadFile(path.Join("ptx", f.Name()))
				require.NoError(t, err)
				tree, err := syntax.Parse(f.Name(), string(text))
				require.NoError(t, err)
				uses, err := assembler.Assemble(gpu, f.Name(), string(text))
				require.NoError(t, err)
				require.Len(t, uses, len(tree.Entries))
				for _, u := range uses {
					require.Zero(t, u.Spills, "%s: kernel %s spills registers on %s", f.Name(), u.Name, gpu)
					require.Zero(t, u.Stack, "%s: kernel %s has a stack on %s", f.Name(), u.Name, gpu)
					n := tree.Entry(u.Name).MaxThreads
					threads := n[0] * max(n[1], 1) * max(n[2], 1)
					resident := "?"
					if warps, most, ok := u.Occupancy(gpu, threads); ok {
						require.Positive(t, warps, "%s: a block of kernel %s does not fit a multiprocessor of %s", f.Name(), u.Name, gpu)
						resident = fmt.Sprintf("%d of %d", warps, most)
					}
					fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\t\n", f.Name(), u.Name, threads, u.Registers, u.Shared, resident)
				}
			}
			require.NoError(t, w.Flush())
			t.Logf("\n%s", table.String())
		})
	}
}
