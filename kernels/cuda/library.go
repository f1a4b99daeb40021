//go:build cuda && !cudasim

package cuda

import "github.com/topogen/topogen/kernels/cuda/loader"

// libraryProblem says why NVIDIA's library could not be opened.
func libraryProblem() string { return loader.Problem() }
