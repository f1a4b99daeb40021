package kernels

// A FusedDevice has every optional kernel.
//
// The functions of package kernels/fused run an optional kernel on any device. If the device
// does not implement the kernel's interface, they call several methods of [Device] that
// together do the same, which is slower. A device that has only some methods of an interface
// does not implement it, and fused does not call any of them. A device should therefore
// assert at compile time what it implements:
//
//	var _ kernels.FusedDevice = (*Device)(nil)
type FusedDevice interface {
	Device
	InnerProduct
	BiasGradient
	Convolution
	CrossEntropy
	Gaussian
	Optimizer
	Rows
	Metric
}

// HostMemory is a device whose buffers are in the memory of the host. [Device.Read] and
// [Device.Write] copy on such a device, too.
type HostMemory interface {
	// Host returns the elements of b, without a copy. Once the device has computed all kernels
	// ([Device.Sync]), the host may read and write them until b is freed.
	Host(b Buffer) []float32
}

// An InnerProduct multiplies and sums in one pass.
type InnerProduct interface {
	// Dot stores Σ aᵢbᵢ into dst, of length 1.
	Dot(dst, a, b Buffer)
}

// A BiasGradient computes the gradient of the last step of Gemm and the convolutions,
// y = act(z), where z = product + bias.
type BiasGradient interface {
	// BiasGrad sets dz = dy·act′(z), with act′(z) computed from y. It stores the sums
	// of dz into db, the gradient of the bias. shape gives the axes of the sums, as in
	// [Device.Sum]. dz may be dy or y. If act is Identity and dz is dy, only db is
	// written.
	BiasGrad(act Func, dz, db, dy, y Buffer, shape SumShape, mode WriteMode)
}

// A Convolution computes convolutions without a matrix of columns in memory.
type Convolution interface {
	// Conv computes y = act(x ⋆ w + bias), the cross-correlation that deep
	// learning calls a convolution. bias has one value for each of y's
	// channels, or is empty.
	Conv(s ConvShape, y, x, w, bias Buffer, act Func)
	// ConvTranspose stores act(x̄ + bias) into x. Here x̄ is the result of applying the
	// adjoint (the transpose as a linear map) of Conv with filters w to y. ConvTranspose
	// computes the input gradient of Conv, and the forward pass of a transposed
	// convolution, whose output is x. bias has one value for each of x's channels, or is
	// empty. If mode is Accumulate, act must be Identity, and x grows by x̄ + bias.
	ConvTranspose(s ConvShape, x, y, w, bias Buffer, act Func, mode WriteMode)
	// ConvWeightGrad stores into dw the gradient of ⟨y, Conv(x, w)⟩ with respect to w.
	// For the weight gradient of Conv, y is the gradient of its output. For that of a
	// transposed convolution, y is its input and x the gradient of its output.
	ConvWeightGrad(s ConvShape, dw, x, y Buffer, mode WriteMode)
}

// A ConvShape gives the sizes of a convolution of a batch of N arrays x
// (C×H×W) with K filters w (K×C×R×S) into y (K×OutH×OutW). All arrays are dense
// and row-major (NCHW). A transposed convolution of the same shape has K input
// channels and C output channels.
type ConvShape struct {
	N, C, H, W       int
	K, R, S          int
	StrideH, StrideW int
	PadH, PadW       int
	OutH, OutW       int // OutH = ⌊(H + 2·PadH − R)/StrideH⌋ + 1, OutW = ⌊(W + 2·PadW − S)/StrideW⌋ + 1
}

// A CrossEntropy computes binary cross-entropies and their gradients.
type CrossEntropy interface {
	// BCE stores into dst, of length 1, the binary cross-entropy of probabilities p
	// against targets t, −Σ (t·log p + (1−t)·log(1−p)). Logarithms below −100 count as
	// −100.
	BCE(dst, p, t Buffer)
	// BCEGrad stores g·(p−t)/max(p(1−p), 1e-12) into dp; g has length 1.
	BCEGrad(dp, p, t, g Buffer, mode WriteMode)
	// BCELogits stores into dst, of length 1, the binary cross-entropy of sigmoid(x)
	// against t, Σ (max(x,0) − x·t + log(1+e^−|x|)).
	BCELogits(dst, x, t Buffer)
	// BCELogitsGrad stores g·(sigmoid(x)−t) into dx; g has length 1.
	BCELogitsGrad(dx, x, t, g Buffer, mode WriteMode)
}

// A Gaussian computes the divergence and the sampling of the Gaussians N(mu, e^logvar).
type Gaussian interface {
	// KLD stores into dst, of length 1, the sum of the Kullback–Leibler divergences of
	// the Gaussians from the unit Gaussian N(0, 1), −½ Σ (1 + logvar − mu² − e^logvar).
	KLD(dst, mu, logvar Buffer)
	// KLDGrad stores g·mu into dmu and g·½(e^logvar − 1) into dlogvar; g has length 1.
	KLDGrad(dmu, dlogvar, mu, logvar, g Buffer, muMode, logvarMode WriteMode)
	// Reparameterize sets z = mu + eps·e^(logvar/2), element by element.
	Reparameterize(z, mu, logvar, eps Buffer)
	// ReparameterizeGrad stores dz into dmu and ½·dz·eps·e^(logvar/2) into dlogvar.
	ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps Buffer, muMode, logvarMode WriteMode)
}

// An Optimizer updates parameters in one pass over memory.
type Optimizer interface {
	// Adam updates param, the first moments m and the second moments v from grad. All
	// four have one length.
	Adam(param, grad, m, v Buffer, a Adam)
	// SGD updates param and velocity from grad. velocity may be empty when the
	// momentum is 0.
	SGD(param, grad, velocity Buffer, s SGD)
}

// Rows moves rows of a matrix by index.
type Rows interface {
	// GatherRows sets row k of dst (len(index)×width) to row index[k] of src, which has
	// rows of the same width.
	GatherRows(dst, src Buffer, width int, index []int32)
	// ScatterRows adds row k of src (len(index)×width) to row index[k] of dst, for
	// k = 0, 1, … in this order. If an index repeats, all its rows are added.
	ScatterRows(dst, src Buffer, width int, index []int32)
}

// A Metric computes Euclidean distances between points, and their gradients.
type Metric interface {
	// Distances stores the Euclidean distances between the n rows of x (n×d)
	// into dst (n×n). dst is symmetric, has a zero diagonal, and holds no NaN for
	// finite x. Squared differences are summed directly. Distances between near points
	// are therefore as accurate as others, which they are not if computed from inner
	// products.
	Distances(dst, x Buffer, n, d int)
	// DistancesGrad stores into dx (n×d) the gradient of ⟨g, Distances(x)⟩,
	// given dist = Distances(x): Σⱼ (gᵢⱼ+gⱼᵢ)(xᵢ−xⱼ)/distᵢⱼ, where a pair at
	// distance 0 contributes nothing.
	DistancesGrad(dx, g, x, dist Buffer, n, d int, mode WriteMode)
	// PairsGrad stores into dx (n×d) the gradient of g·Σ Coef·‖x_U − x_V‖, a sum over
	// the pairs. A pair adds Coef·g·(x_U−x_V)/‖x_U−x_V‖ to row U and subtracts the same
	// from row V. A pair of coinciding points adds nothing. Pairs are added in the order
	// of the slice. g has length 1.
	PairsGrad(dx, x Buffer, n, d int, pairs []Pair, g Buffer, mode WriteMode)
}

// A Pair is a weighted distance between two points, rows U and V of a matrix.
type Pair struct {
	U, V int32
	Coef float32
}
