//go:build cuda && !cudasim

package cuda

import "github.com/topogen/topogen/kernels/cuda/loader"

// libraryProblem returns the reason why libcuda.so.1 could not be loaded.
func libraryProblem() string { return loader.Problem() }
