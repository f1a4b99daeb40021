//go:build !cuda

package cuda

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuiltWithoutCUDA(t *testing.T) {
	_, err := Open(0)
	require.ErrorContains(t, err, "built without CUDA: build it with kernels/cuda/go.sh build")
}
