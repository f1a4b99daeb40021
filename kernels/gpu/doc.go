// Package gpu implements [kernels.Device] on a GPU. It manages device memory and
// launches kernels written in PTX, the assembly language of NVIDIA's GPUs. It
// reaches the GPU through a [Driver]. There are two: kernels/cuda calls NVIDIA's
// driver, and kernels/ptxsim interprets PTX in Go, so that the tests of this
// package need no GPU.
//
//	driver, err := cuda.Open(0)
//	dev, err := gpu.New(driver)
//	defer dev.Close()
//
// # Memory and time
//
// A device enqueues its kernels on one stream, which runs them in the order of the
// calls. Only Read, Sync and the methods of rips.Device wait for the GPU. Free keeps memory in a pool, and Alloc
// may reuse it immediately: a kernel that still reads the memory is earlier on the
// stream than any kernel that will write it. The caller may change host slices as
// soon as a call returns.
//
// Records of persistence come to the host without a wait for later work: StartLunes and
// StartSpanningTree enqueue their kernels, a copy of the records to page-locked memory, and an
// event behind it. Append waits for the event. A stream runs its work in order, so the records
// are then in host memory, and Free is as safe as ever. Until Append the host may enqueue any
// work that does not change the distances.
//
// # Kernels
//
// The files ptx/*.ptx hold the kernels, for compute capability 7.0 and later; those with _bf16
// in their names, products in half precision ([Precision]), are for 8.0 and later. The command
// internal/generate writes them. A device compiles a file when it
// first launches one of its kernels. Kernels sum in a fixed order and use no
// floating-point atomics, so the same calls give the same bits. Kernels evaluate
// exp, log, sin and the other elementary functions by the polynomials of
// kernels/cpu; no kernel uses an approximate instruction (.approx).
//
// A matrix product or convolution is computed in tiles, rectangular blocks of its
// result. One thread block computes one tile, and applies bias and activation before
// it stores the tile. If a matrix product or a weight gradient has too few tiles to
// fill the GPU, several blocks compute parts of the sums of one tile, and a second
// kernel adds the parts and applies bias and activation. The host picks the tile size
// and the number of parts from the matrix sizes and the number of multiprocessors, so
// the last bits of a product may differ between GPUs.
//
// Reference: NVIDIA, Parallel Thread Execution ISA, version 6.3, and 7.0 for mma.
package gpu
