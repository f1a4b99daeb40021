//go:build cuda && !cudasim

package cuda

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
)

// required makes a test fail, instead of being skipped, on a machine without a GPU.
var required = flag.Bool("gpu", false, "fail without a GPU, instead of skipping tests")

// open opens the first GPU. If there is none it skips the test, or fails with -gpu.
func open(t testing.TB) gpu.Driver {
	t.Helper()
	d, err := Open(0)
	if err != nil && *required {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("SKIPPED, not tested on a GPU: %v", err)
	}
	return d
}

// openNew is open: a GPU is as new as it is.
func openNew(t testing.TB) gpu.Driver {
	t.Helper()
	return open(t)
}

// Without a GPU, the error of Open names the library, tool or property that it misses.
func TestNoGPU(t *testing.T) {
	d, err := Open(0)
	if err == nil {
		require.NoError(t, d.Close())
		t.Skip("this machine has a GPU; the message is for those that have none")
	}
	require.Regexp(t, "libcuda.so.1|nvidia-smi|compute capability", err.Error())
}
