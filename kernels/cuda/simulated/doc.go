// Package simulated implements NVIDIA's driver API on the simulated GPU of kernels/ptxsim.
// With the build tag cudasim it replaces libcuda.so.1, so that the binding and package cuda
// run, and are tested, on machines without a GPU. The package is empty without the tag.
package simulated
