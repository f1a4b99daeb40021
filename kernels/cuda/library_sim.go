//go:build cuda && cudasim

package cuda

import _ "github.com/topogen/topogen/kernels/cuda/simulated" // in place of NVIDIA's library

func libraryProblem() string { return "it is simulated" }
