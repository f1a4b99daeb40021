// Package gpu is a GPU as a [kernels.Device]: memory, launches and kernels in
// PTX, the assembly language of NVIDIA's GPUs. It runs them through a [Driver],
// of which there are two: kernels/cuda is NVIDIA's, kernels/ptxsim a simulated
// one, with which everything here is tested on machines without a GPU.
//
//	driver, err := cuda.Open(0)
//	dev, err := gpu.New(driver)
//	defer dev.Close()
//
// # Memory and time
//
// Kernels are enqueued on one stream and run in the order of the calls; only
// Read and Sync wait. Memory that is freed is kept for later allocations of about
// the size, at once, since what still reads it comes earlier on the stream. Host
// data is copied when a call returns.
//
// # Kernels
//
// The files ptx/*.ptx hold the kernels, for compute capability 7.0 and later.
// They are written by internal/generate, PTX by hand with Go for what repeats;
// a file is loaded when the first of its kernels is wanted. Sums are taken in a
// fixed order, without floating-point atomics, so that the same calls give the same
// bits. Functions are polynomials like those of kernels/cpu: no kernel uses an
// approximate instruction.
//
// Matrix products and convolutions are computed in tiles, a block of threads for
// each, with bias and activation; how a product is divided among blocks depends on
// its sizes and on the number of multiprocessors, so that its last bits may differ
// between GPUs.
//
// Reference: NVIDIA, Parallel Thread Execution ISA, version 6.3.
package gpu
