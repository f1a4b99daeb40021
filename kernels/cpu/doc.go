// Package cpu is the processor as a [kernels.Device].
//
//	dev := cpu.New()
//	defer dev.Close()
//	x := dev.Alloc(1000)
//	dev.Normal(x, 42, 0)
//
// Kernels have run when they return. Freed memory is kept for later calls of Alloc with
// a similar size, until Close. A kernel allocates nothing, once the scratch memory of the
// device has grown to the sizes in use.
//
// # Structure
//
// This package validates arguments and divides element-wise kernels, reductions and
// distances into parts. Inner packages hold one idea each:
//
//	internal/workers      a pool that runs the parts of a kernel, with work stealing
//	internal/simd         loops over slices, for each instruction set
//	internal/microkernel  blocks of matrix products in registers, and packing
//	internal/gemm         matrix products
//	internal/conv         convolutions
//	internal/aligned      memory on cache lines and huge pages
//	_asm                  the generator of the assembly
//
// # Instruction sets
//
// The innermost loops exist in three versions: AVX-512 (F, BW, DQ and VL), AVX2
// with FMA, and plain Go. Other processors, and builds with the tag purego, have plain Go
// only. [New] takes the best version that the processor supports, or the one that the
// environment variable TOPOGEN_CPU names: avx512, avx2 or plain. If the processor lacks
// that one, the device's Read and Sync return an error.
//
// The module in _asm generates the assembly, each loop once for both vector widths; run
// it with go generate. The loops are easiest to read there, or in their plain versions in
// files named _plain.go, with which the tests compare the assembly. Machines without
// AVX-512 skip its tests; _emulate/run.sh runs them on an emulated processor.
//
// # Partitioning
//
// A kernel is divided into parts, and each worker of the pool has a share of them, the
// same for every kernel; a worker that has finished its share steals parts from others.
// Spans are divided into chunks of 8192 elements, which take a few microseconds and fit
// the first-level cache (Adam takes four chunks to a part), and matrices of distances
// into 16 rows. Kernels that scatter rows are divided into columns, so that each element
// is summed in the order of the rows. A kernel of one part runs on the caller. Between
// kernels, workers spin for 200 µs, because the next kernel usually follows at once, and
// then sleep.
//
// # Determinism
//
// How a sum is divided depends on the sizes of the kernel alone, not on the number of
// threads. Parts write disjoint memory, and the sums of parts are added in their order. So
// results have the same bits for any number of threads. (The number of rows of a product,
// or of images of a convolution, in a part does depend on the number of threads, but each
// of their sums is computed within one part.)
//
// All loops step by 16 elements and keep one partial sum for each, in one register of
// AVX-512 or two of AVX2, so AVX2 and AVX-512 give the same bits. Products and
// convolutions are not promised to, though the sums of their micro-kernels have the same
// order. Plain Go rounds differently.
//
// # Accuracy
//
// Plain functions are computed in float64 and rounded. The vectorised ones have been
// compared with float64 at every 23rd of all float32 values, subnormal numbers,
// infinities and NaN included; tests repeat this with a longer stride. The errors, in
// units of the last place (ulp) of the exact result:
//
//	            largest seen   promised
//	Exp                 0.99          1
//	Log                 0.81          1
//	Sigmoid             2.30          3
//	Tanh                2.50          3
//	Softplus            2.67          3
//	Sin, Cos            1.57          2
//	Sqrt, Reciprocal    0.50        0.5
//
// Sums, dot products and summed losses are kept in float64; their terms are
// computed in float32. Distances sum squared differences in float32, with 16 partial
// sums for each pair of points: the relative error is at most (d/32 + 3)·2⁻²³ for d
// dimensions. Random words are exact, and so are uniform values. Gaussian values are
// within 4 ulp of max(1, r), where r is the radius of the Box–Muller transform.
package cpu
