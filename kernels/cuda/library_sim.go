//go:build cuda && cudasim

package cuda

import _ "github.com/topogen/topogen/kernels/cuda/simulated" // replaces NVIDIA's library

// libraryProblem returns a fixed text: the simulated library is part of the program.
func libraryProblem() string { return "it is simulated" }
