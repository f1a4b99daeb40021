//go:build !cuda

package cuda

import (
	"errors"

	"github.com/topogen/topogen/kernels/gpu"
)

// Open returns the GPU of that number, from 0, as NVIDIA's driver counts them.
func Open(ordinal int) (gpu.Driver, error) {
	return nil, errors.New("cuda: this program was built without CUDA: build it with kernels/cuda/go.sh build, or choose another device")
}
