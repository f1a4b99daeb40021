//go:build cudasim

// Libcuda is the simulated GPU as a shared library that goes by the name of
// NVIDIA's, so that a program as it is shipped, built for real GPUs, can be
// tried on a machine that has none:
//
//	kernels/cuda/go.sh -sim build -buildmode=c-shared -o lib/libcuda.so.1 ./kernels/cuda/simulated/libcuda
//	LD_LIBRARY_PATH=lib kernels/cuda/go.sh test ./kernels/cuda
package main

import "C" // for -buildmode=c-shared

import _ "github.com/topogen/topogen/kernels/cuda/simulated"

func main() {}
