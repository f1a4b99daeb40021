// Package cpu is the processor as a [kernels.Device].
//
//	dev := cpu.New()
//	defer dev.Close()
//	x := dev.Alloc(1000)
//	dev.Normal(x, 42, 0)
//
// Kernels are synchronous: a kernel has finished when its method returns. The device keeps
// freed memory for later calls of Alloc with a similar size, until Close. A kernel
// allocates no memory once the device's scratch memory has grown to the sizes in use.
//
// # Structure
//
// This package validates the arguments of kernels. It divides element-wise kernels,
// reductions and distances into parts, which the workers of a pool run. Each inner package
// holds one idea:
//
//	internal/workers      a pool that runs the parts of a kernel, with work stealing
//	internal/simd         loops over slices, for each instruction set
//	internal/microkernel  micro-kernels, which compute micro-tiles in registers, and packing
//	internal/gemm         matrix products
//	internal/conv         convolutions
//	internal/bfloat16     rounding of the operands of products
//	internal/aligned      allocation of memory on cache lines and huge pages
//	mixed                 products of float32 and float64 matrices, no part of a device
//	_asm                  the generator of the assembly
//
// # Instruction sets
//
// The innermost loops exist in three versions: AVX-512 (F, BW, DQ and VL), AVX2
// with FMA, and plain Go. Processors other than amd64, and builds with the tag purego, have
// plain Go only. [New] takes the best version that the processor supports, or the one that
// the environment variable TOPOGEN_CPU names: amx, avx512, avx2 or plain. amx is AVX-512 with
// products in half precision by AMX. If the processor lacks the named version, the device's
// Read and Sync return an error.
//
// The module in _asm generates the assembly: go generate runs it. The source of a loop
// there is written once and serves both vector widths. Read a loop there, or in its plain
// version in a file named _plain.go. The tests compare the assembly with the plain version.
// Machines without AVX-512 skip its tests; _emulate/run.sh runs them on an emulated
// processor.
//
// # Half precision
//
// With [Precision](kernels.BFloat16), products and convolutions round their operands to
// bfloat16 and sum in float32. If the processor has AVX512_BF16, an instruction multiplies
// twice as many numbers as in float32 (internal/microkernel, PairRuns). Rounding takes a pass
// over the operands, so small products gain little. Convolutions of fewer than about 16
// channels multiply the rounded operands as float32 numbers, and so does every product of a
// processor without these instructions. The results then agree in kind: they differ by the
// rounding of sums only, except that AVX512_BF16 treats subnormal numbers as 0.
//
// Processors with AMX-BF16 (Sapphire Rapids and later) multiply the same pairs in tiles of
// 16×16, if Linux lets the process use them; [New] asks for that when the precision is
// kernels.BFloat16. TDPBF16PS rounds to nearest and treats subnormal numbers as 0, like
// AVX512_BF16, but sums in another order. This code has run in an emulator of the processor
// only: it has never been timed.
//
// # Partitioning
//
// A kernel is divided into parts. Each worker of the pool owns a share of the parts, a
// contiguous range that is the same for all kernels with the same number of parts. A worker
// that has finished its share steals parts from the shares of others. These are the parts:
//
//   - An element-wise kernel has parts of one chunk, 8192 elements. A chunk takes a few
//     microseconds and fits the first-level cache. A part of Adam is four chunks.
//   - A sum has parts of about 16384 elements.
//   - A matrix of distances has parts of 16 rows.
//   - A kernel that adds rows to indexed rows has parts of 64 columns, so that each element
//     of the result is a sum in the order of the index.
//
// A kernel of one part runs on the goroutine that calls it. Between kernels, workers spin
// for 200 µs, because the next kernel usually follows at once, and then sleep.
//
// # Determinism
//
// Results have the same bits for any number of threads. The division of a sum into parts
// depends on the sizes of the kernel alone, not on the number of threads. Parts write
// disjoint memory, and the partial sums of the parts are added in the order of the parts.
// (The number of rows in a part of a product, and of images in a part of a convolution, do
// depend on the number of threads. But one part computes the whole sum of such an element.)
//
// Kernels other than products and convolutions have the same bits with AVX2 as with
// AVX-512. A loop that sums a slice takes 16 elements at a time and keeps 16 partial sums, in
// one register of AVX-512 or in two of AVX2. Products and convolutions do not promise equal
// bits, though their micro-kernels sum in the same order. Plain Go rounds differently.
//
// # Accuracy
//
// Plain Go computes elementary functions in float64 and rounds the result once. The vector
// versions have been compared with float64 at every 23rd float32 value, among them
// subnormal numbers, infinities and NaN. Tests repeat this with a longer stride. The table
// states errors in units of the last place (ulp) of the exact result:
//
//	            largest seen   promised
//	Exp                 0.99          1
//	Log                 0.81          1
//	Sigmoid             2.30          3
//	Tanh                2.50          3
//	Softplus            2.67          3
//	Erf                 1.09          2
//	Sin, Cos            1.57          2
//	Sqrt, Reciprocal    0.50        0.5
//
// Sums, dot products and summed losses are accumulated in float64. The vector versions
// compute each term of a loss in float32, and each product of a dot product in float64.
// Distances sum squared differences in float32. With d > 16 dimensions, each pair of points
// has 16 partial sums, and the relative error is at most (d/32 + 3)·2⁻²³. With fewer, it has
// one sum, and the relative error is at most (d/4 + 1)·2⁻²³. Random words and uniform values
// are exact. The error of a Gaussian value is at most 4 ulp of max(1, r), where r is the
// radius of the Box–Muller transform.
package cpu
