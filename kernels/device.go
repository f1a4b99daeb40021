package kernels

// A Device owns memory and runs kernels on it. A kernel is a method that computes or copies
// values. Kernels run in program order: each sees the results of the kernels before it. A
// call may return before its kernel has run. Only [Device.Read], [Device.Sync] and
// [Device.Close] are sure to wait.
//
// These methods are all that a new device must have. A device may also implement the
// optional interfaces of this package. Their kernels do in one pass what several methods of
// Device do together.
//
// In the comments, "stores v into dst" means dst = v. In a method with a [WriteMode] it
// means dst = v for Overwrite, and dst = dst + v for Accumulate.
//
// # Errors
//
// Kernels return nothing. A device that fails, because its memory is exhausted or a
// launch is refused, keeps its first error. From then on every kernel does nothing,
// and Read and Sync return that error. A call that breaks the contract panics. It does so
// if the length of a buffer does not fit the sizes given, or if a buffer belongs to
// another device. The message names the kernel and the sizes, or both devices.
//
// # Aliasing
//
// In element-wise kernels a destination may be the same span as a source of equal
// length: in Affine, AddScaled, Map, MapGrad and Zip, and in ZipStrided if the source
// is dense. In all other kernels the destination must not overlap a source.
//
// # Determinism
//
// The same calls give the same bits on the same kind of device and instruction set,
// for any number of threads. Different kinds of devices differ by rounding only.
//
// # Host memory
//
// The caller may change a slice that it passed to a kernel, such as indices, as soon
// as the call returns.
//
// # Concurrency
//
// A Device may be used by one goroutine at a time.
type Device interface {
	// Name describes the device to a user: "cpu (avx2, 2 threads)".
	Name() string

	// Alloc returns a span of n elements with unspecified contents, 64-byte
	// aligned. It panics if n < 0.
	Alloc(n int) Buffer
	// Free releases a buffer that Alloc returned, and with it every slice of the
	// buffer. Kernels enqueued earlier may still use the memory. Freeing the zero
	// Buffer does nothing.
	Free(b Buffer)
	// Write copies len(src) values from the host into dst, of equal length.
	Write(dst Buffer, src []float32)
	// Read waits for src and copies it to dst, of equal length.
	Read(dst []float32, src Buffer) error
	// Sync waits for all kernels and returns the device's first error.
	Sync() error
	// Close waits for all kernels, stops the device's threads and releases its
	// memory.
	Close() error

	// Fill sets every element of dst to v.
	Fill(dst Buffer, v float32)
	// Copy copies src to dst, of equal length.
	Copy(dst, src Buffer)
	// CopyStrided stores an array of the given shape into dst. Element i = (i₀, i₁, …)
	// of the array lies at src[Σ iₖ·srcStrides[k]] and is stored into
	// dst[Σ iₖ·dstStrides[k]]. A source stride of 0 repeats the source along that
	// axis. No two elements may have the same place in dst. The rank, len(shape), is at
	// most [MaxRank].
	CopyStrided(dst Buffer, dstStrides []int, src Buffer, srcStrides []int, shape []int, mode WriteMode)

	// Affine stores a·x + b into dst, element by element.
	Affine(dst, x Buffer, a, b float32, mode WriteMode)
	// AddScaled adds a·x to dst.
	AddScaled(dst Buffer, a float32, x Buffer)
	// Map sets dst = f(x), element by element.
	Map(f Func, dst, x Buffer)
	// MapGrad stores dy·f′(x) into dx, given y = f(x), element by element. For a
	// function with [Func.GradFromOutput] it computes f′ from y; x may then be empty.
	MapGrad(f Func, dx, dy, x, y Buffer, mode WriteMode)
	// Zip stores op(a, b) into dst, element by element.
	Zip(op Op, dst, a, b Buffer, mode WriteMode)
	// ZipStrided stores op(a, b) into dst, a dense array of the given shape. Element i
	// of a lies at a[Σ iₖ·aStrides[k]], and likewise for b. A stride of 0 repeats the
	// operand along that axis.
	ZipStrided(op Op, dst Buffer, a Buffer, aStrides []int, b Buffer, bStrides []int, shape []int, mode WriteMode)

	// Sum sums a dense array of shape [K0, R0, K1, R1] (see [SumShape]) over its axes
	// R0 and R1, multiplies the sums by scale, and stores them into dst, of shape
	// [K0, K1]. If R0 or R1 is 0, the sums are 0.
	Sum(dst, src Buffer, shape SumShape, scale float32, mode WriteMode)

	// Gemm computes the matrix product that g describes.
	Gemm(g Gemm)

	// Uniform fills dst with values in [0, 1) of the counter-based generator
	// described in the package documentation.
	Uniform(dst Buffer, seed, stream uint64)
	// Normal fills dst with standard Gaussian values of the same generator.
	Normal(dst Buffer, seed, stream uint64)
}

// A WriteMode tells a kernel whether to overwrite its destination or to add to it.
type WriteMode uint8

const (
	Overwrite  WriteMode = iota // overwrite the destination, without reading it
	Accumulate                  // add to the destination
)

// String returns the mode's name.
func (m WriteMode) String() string {
	if m == Accumulate {
		return "Accumulate"
	}
	return "Overwrite"
}

// MaxRank is the largest rank of the strided kernels.
const MaxRank = 6

// A SumShape is the shape [K0, R0, K1, R1] of an array that [Device.Sum] sums over its
// axes R0 and R1. It keeps the axes K0 and K1. To sum
//
//	all n elements of a tensor               {1, n, 1, 1}
//	each row of an m×n matrix                {m, n, 1, 1}
//	each column of an m×n matrix             {1, m, n, 1}
//	each channel of an N×C×P batch           {1, N, C, P}
type SumShape struct{ K0, R0, K1, R1 int }

// A Gemm describes one general matrix product of row-major matrices,
//
//	C = act(Alpha·op(A)·op(B) + Beta·C + Bias),
//
// where op(A) is M×K, op(B) is K×N and C is M×N.
type Gemm struct {
	M, N, K        int
	TransA, TransB bool    // op(A) is the transpose of A, stored K×M; op(B) that of B, stored N×K
	Alpha, Beta    float32 // if Beta is 0, C is not read
	A, B, C        Buffer
	LDA, LDB, LDC  int    // elements from the start of one stored row to the next; 0 means rows are dense
	Bias           Buffer // N values added to each row; may be empty
	Act            Func   // Identity, ReLU, Sigmoid or Tanh, applied last
	Unrounded      bool   // use A and B as they are, also on a device whose [Precision] rounds them
}
