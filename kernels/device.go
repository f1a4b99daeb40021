package kernels

// A Device owns memory and runs kernels on it. Kernels are enqueued in program
// order and each sees the results of those before it; whether a call returns
// before its kernel has run is the device's affair. Only [Device.Read] and
// [Device.Sync] wait.
//
// # Errors
//
// Kernels return nothing. A device that fails (memory exhausted, a launch
// refused) keeps its first error; from then on every kernel does nothing and
// Read and Sync return that error. A call that breaks the contract itself — a
// length that does not fit the sizes given, a buffer of another device — is
// the caller's mistake and panics with both sides named.
//
// # Aliasing
//
// A destination may be the very same span as a source of equal length in
// element-wise kernels (Affine, AddScaled, Map, MapGrad, Zip, BiasGrad's dz and
// Adam's state). Everywhere else destination and sources must not overlap.
//
// # Determinism
//
// The same calls give the same bits, on the same kind of device and
// instruction set, whatever the number of threads. Devices differ from each
// other only by rounding.
//
// # Slices
//
// What a call is given on the host, such as indices and pairs, may be changed as
// soon as it returns.
//
// A Device may be used by one goroutine at a time.
type Device interface {
	// Name says what the device is, for people: "cpu (avx2, 2 threads)".
	Name() string

	// Alloc returns a span of n elements with unspecified contents, 64-byte
	// aligned. It panics if n < 0.
	Alloc(n int) Buffer
	// Free gives back a buffer that Alloc returned. Its views die with it.
	// Freeing the zero Buffer does nothing.
	Free(b Buffer)
	// Write copies len(src) values from the host into dst, of equal length.
	// src may be changed as soon as Write returns.
	Write(dst Buffer, src []float32)
	// Read waits for src and copies it to dst, of equal length.
	Read(dst []float32, src Buffer) error
	// Sync waits for all kernels and returns the first error since the device
	// was made.
	Sync() error
	// Close waits, stops the device's threads and releases its memory.
	Close() error

	// Fill sets every element of dst to v.
	Fill(dst Buffer, v float32)
	// Copy copies src to dst, of equal length.
	Copy(dst, src Buffer)
	// CopyStrided copies, or adds, an array of the given shape between two
	// strided spans: dst[Σ iₖ·dstStrides[k]] = src[Σ iₖ·srcStrides[k]] over all
	// indices i of shape. A source stride may be 0 (broadcast); destination
	// elements must be distinct. Rank is at most [MaxRank].
	CopyStrided(dst Buffer, dstStrides []int, src Buffer, srcStrides []int, shape []int, store Store)

	// Affine sets dst = a·x + b, element by element.
	Affine(dst, x Buffer, a, b float32, store Store)
	// AddScaled adds a·x to dst.
	AddScaled(dst Buffer, a float32, x Buffer)
	// Map sets dst = f(x), element by element.
	Map(f Func, dst, x Buffer)
	// MapGrad stores dy·f′(x) into dx, given y = f(x).
	// A function with [Func.GradFromOutput] reads y only; x may then be empty.
	MapGrad(f Func, dx, dy, x, y Buffer, store Store)
	// Zip stores op(a, b) into dst, element by element.
	Zip(op Op, dst, a, b Buffer, store Store)
	// ZipStrided stores op(a, b) into dst, a dense array of the given shape;
	// operands are read at their strides (0 repeats along that axis).
	ZipStrided(op Op, dst Buffer, a Buffer, aStrides []int, b Buffer, bStrides []int, shape []int, store Store)

	// Sum reduces a dense array of shape [K0, R0, K1, R1] (see [SumShape])
	// over its axes R0 and R1, times scale: dst has shape [K0, K1].
	// A reduced axis of length 0 sums to 0.
	Sum(dst, src Buffer, shape SumShape, scale float32, store Store)
	// Dot stores Σ aᵢbᵢ into dst, of length 1.
	Dot(dst, a, b Buffer)

	// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias).
	Gemm(g Gemm)

	// Conv computes y = act(x ⋆ w + bias), the cross-correlation that deep
	// learning calls a convolution. bias has one value for each of y's
	// channels, or is empty.
	Conv(s ConvShape, y, x, w, bias Buffer, act Func)
	// ConvTranspose computes x = act(wᵀ applied to y + bias): the input
	// gradient of Conv, and the forward pass of a transposed convolution, whose
	// output is then x. bias has one value for each of x's channels, or is empty.
	// With store == Add, act must be Identity.
	ConvTranspose(s ConvShape, x, y, w, bias Buffer, act Func, store Store)
	// ConvWeightGrad stores into dw the gradient of ⟨y, Conv(x, w)⟩ with
	// respect to w. (For a transposed convolution, y is its input and x the
	// gradient of its output.)
	ConvWeightGrad(s ConvShape, dw, x, y Buffer, store Store)

	// BiasGrad goes back through what Gemm and the convolutions end with,
	// y = act(z), where z had a bias added: it sets dz = dy·act′, told from y, and
	// stores the sums of dz over the shape, as Sum does, into db, the gradient of
	// the bias. If act is Identity and dz is dy, only db is written.
	BiasGrad(act Func, dz, db, dy, y Buffer, shape SumShape, store Store)

	// BCE stores into dst, of length 1, the summed binary cross-entropy
	// −Σ t·log p + (1−t)·log(1−p), logarithms clamped at −100.
	BCE(dst, p, t Buffer)
	// BCEGrad stores g·∂BCE/∂p = g·(p−t)/max(p(1−p), 1e-12) into dp; g has length 1.
	BCEGrad(dp, p, t, g Buffer, store Store)
	// BCELogits stores into dst, of length 1, the summed binary cross-entropy of
	// sigmoid(x) against t, computed as Σ max(x,0) − x·t + log(1+e^−|x|).
	BCELogits(dst, x, t Buffer)
	// BCELogitsGrad stores g·(sigmoid(x)−t) into dx; g has length 1.
	BCELogitsGrad(dx, x, t, g Buffer, store Store)
	// KLD stores into dst, of length 1, the summed Kullback–Leibler divergence
	// of N(mu, e^logvar) from the unit Gaussian, −½ Σ (1 + logvar − mu² − e^logvar).
	KLD(dst, mu, logvar Buffer)
	// KLDGrad stores g·mu into dmu and g·½(e^logvar − 1) into dlogvar; g has length 1.
	KLDGrad(dmu, dlogvar, mu, logvar, g Buffer, muStore, logvarStore Store)

	// Uniform fills dst with values in [0, 1) of the counter-based generator
	// described in the package documentation.
	Uniform(dst Buffer, seed, stream uint64)
	// Normal fills dst with standard Gaussian values of the same generator.
	Normal(dst Buffer, seed, stream uint64)
	// Reparameterize sets z = mu + eps·e^(logvar/2), element by element.
	Reparameterize(z, mu, logvar, eps Buffer)
	// ReparameterizeGrad stores dz into dmu and ½·dz·eps·e^(logvar/2) into dlogvar.
	ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps Buffer, muStore, logvarStore Store)

	// Adam updates param, m and v, all of one length, from grad in one pass.
	Adam(param, grad, m, v Buffer, a Adam)
	// SGD updates param and velocity from grad in one pass; velocity may be
	// empty when the momentum is 0.
	SGD(param, grad, velocity Buffer, s SGD)

	// Distances stores the Euclidean distances between the n rows of x (n×d)
	// into dst (n×n): symmetric, with a zero diagonal, never NaN for finite
	// input, equal rows at distance 0. Differences are summed directly, not
	// through a Gram matrix, so near points lose no accuracy.
	Distances(dst, x Buffer, n, d int)
	// DistancesGrad stores into dx (n×d) the gradient of ⟨g, Distances(x)⟩,
	// given dist = Distances(x): Σⱼ (gᵢⱼ+gⱼᵢ)(xᵢ−xⱼ)/distᵢⱼ, where a pair at
	// distance 0 contributes nothing.
	DistancesGrad(dx, g, x, dist Buffer, n, d int, store Store)
	// PairsGrad stores into dx (n×d) the gradient of g·Σₖ pairs[k].Coef·‖x_U − x_V‖:
	// for each pair, Coef·g·(x_U−x_V)/‖x_U−x_V‖ to row U and its negative to row
	// V, nothing where the points coincide. Pairs are added in their order.
	PairsGrad(dx, x Buffer, n, d int, pairs []Pair, g Buffer, store Store)

	// GatherRows sets row k of dst (len(index)×width) to row index[k] of src.
	GatherRows(dst, src Buffer, width int, index []int32)
	// ScatterRows adds row k of src (len(index)×width) to row index[k] of dst,
	// in the order of k; rows that repeat accumulate.
	ScatterRows(dst, src Buffer, width int, index []int32)
}

// Store says what a kernel does with what its destination holds.
type Store uint8

const (
	Set Store = iota // overwrite it; nothing is read
	Add              // add to it
)

// MaxRank is the largest rank of the strided kernels.
const MaxRank = 6

// A SumShape is the shape [K0, R0, K1, R1] of an array that [Device.Sum]
// reduces over its second and last axes: a whole tensor is {1, n, 1, 1}, the
// rows of an m×n matrix {m, n, 1, 1}, its columns {1, m, n, 1}, and the
// channels of an N×C×P batch {1, N, C, P}.
type SumShape struct{ K0, R0, K1, R1 int }

// A Gemm is one general matrix product of row-major matrices,
// C (M×N) = act(Alpha·op(A)·op(B) + Beta·C + bias).
type Gemm struct {
	M, N, K        int
	TransA, TransB bool // A is stored K×M, B is stored N×K
	Alpha, Beta    float32
	A, B, C        Buffer
	LDA, LDB, LDC  int    // elements from one stored row to the next; 0 means rows are dense
	Bias           Buffer // N values added to each row; may be empty
	Act            Func   // Identity, ReLU, Sigmoid or Tanh, applied last
}

// A ConvShape gives the sizes of a convolution of a batch of N arrays x
// (C×H×W) with K filters w (K×C×R×S) into y (K×OutH×OutW); everything is dense
// and row-major (NCHW). Read from right to left it is a transposed convolution
// with K input and C output channels.
type ConvShape struct {
	N, C, H, W       int
	K, R, S          int
	StrideH, StrideW int
	PadH, PadW       int
	OutH, OutW       int // ⌊(H + 2·PadH − R)/StrideH⌋ + 1, and likewise
}

// SGD holds the numbers of one step of stochastic gradient descent:
// velocity = Momentum·velocity + grad; param −= LearningRate·velocity.
type SGD struct {
	LearningRate  float32
	Momentum      float32
	Nesterov      bool
	WeightDecay   float32
	GradientScale float32 // multiplies the gradient first (clipping); 1 leaves it
}

// A Pair is a weighted length between two points, rows U and V of a cloud.
type Pair struct {
	U, V int32
	Coef float32
}
