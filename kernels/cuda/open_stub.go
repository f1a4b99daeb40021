//go:build !cuda

package cuda

import (
	"errors"

	"github.com/topogen/topogen/kernels/gpu"
)

// Open returns an error: the program was built without the tag cuda.
func Open(ordinal int) (gpu.Driver, error) {
	return nil, errors.New("cuda: this program was built without CUDA: build it with kernels/cuda/go.sh build, or choose another device")
}
