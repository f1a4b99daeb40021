// Package simulated defines the functions of NVIDIA's driver API on top of the
// simulated GPU of kernels/ptxsim, so that the binding and the driver over it
// run, and are tested, on machines without a GPU. It holds nothing without the
// build tag cudasim; with the tag, it takes the place of NVIDIA's library.
package simulated
