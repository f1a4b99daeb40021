//go:build cudasim

// Command libcuda builds the simulated GPU as a shared library. Named libcuda.so.1, it
// stands in for NVIDIA's library, so that a program built for real GPUs can be tested,
// unchanged, on a machine without one:
//
//	kernels/cuda/go.sh -sim build -buildmode=c-shared -o lib/libcuda.so.1 ./kernels/cuda/simulated/libcuda
//	LD_LIBRARY_PATH=lib kernels/cuda/go.sh test ./kernels/cuda
//
// If the environment variable TOPOGEN_UNCHECKED is set, the simulator checks no memory
// accesses, which makes it several times faster.
package main

import "C" // for -buildmode=c-shared

import (
	"os"

	"github.com/topogen/topogen/kernels/cuda/simulated"
	"github.com/topogen/topogen/kernels/ptxsim"
)

func init() {
	if os.Getenv("TOPOGEN_UNCHECKED") != "" {
		simulated.Configure(1, ptxsim.Options{Unchecked: true, Uncounted: true, Target: 90})
	}
}

func main() {}
