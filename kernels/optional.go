package kernels

// A FusedDevice has every optional kernel.
//
// Package kernels/fused calls an optional kernel on any device. If the device lacks the
// kernel's interface, fused composes the kernel of the methods of [Device]. A device that
// implements an interface in part lacks it, so a device should assert at compile time what
// it implements:
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

// An InnerProduct multiplies and sums in one pass.
type InnerProduct interface {
	// Dot stores Σ aᵢbᵢ into dst, of length 1.
	Dot(dst, a, b Buffer)
}

// A BiasGradient computes the gradient of the epilogue that Gemm and the convolutions
// share, y = act(z), where z = product + bias.
type BiasGradient interface {
	// BiasGrad sets dz = dy·act′, derived from y, and stores the sums of dz over
	// shape, as Sum does, into db, the gradient of the bias. dz may be dy or y. If
	// act is Identity and dz is dy, only db is written.
	BiasGrad(act Func, dz, db, dy, y Buffer, shape SumShape, store Store)
}

// A Convolution computes convolutions without a matrix of columns in memory.
type Convolution interface {
	// Conv computes y = act(x ⋆ w + bias), the cross-correlation that deep
	// learning calls a convolution. bias has one value for each of y's
	// channels, or is empty.
	Conv(s ConvShape, y, x, w, bias Buffer, act Func)
	// ConvTranspose stores act(x̄ + bias) into x, where x̄ is the adjoint of Conv
	// with filters w, applied to y. It is the input gradient of Conv, and the
	// forward pass of a transposed convolution, whose output is x. bias has one
	// value for each of x's channels, or is empty. With store == Add, act must be
	// Identity, and the bias is added too.
	ConvTranspose(s ConvShape, x, y, w, bias Buffer, act Func, store Store)
	// ConvWeightGrad stores into dw the gradient of ⟨y, Conv(x, w)⟩ with
	// respect to w. For a transposed convolution, y is its input and x the
	// gradient of its output.
	ConvWeightGrad(s ConvShape, dw, x, y Buffer, store Store)
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
	OutH, OutW       int // ⌊(H + 2·PadH − R)/StrideH⌋ + 1, ⌊(W + 2·PadW − S)/StrideW⌋ + 1
}

// A CrossEntropy computes binary cross-entropies and their gradients.
type CrossEntropy interface {
	// BCE stores into dst, of length 1, the summed binary cross-entropy
	// −Σ t·log p + (1−t)·log(1−p), logarithms clamped at −100.
	BCE(dst, p, t Buffer)
	// BCEGrad stores g·(p−t)/max(p(1−p), 1e-12) into dp; g has length 1.
	BCEGrad(dp, p, t, g Buffer, store Store)
	// BCELogits stores into dst, of length 1, the summed binary cross-entropy of
	// sigmoid(x) against t, Σ max(x,0) − x·t + log(1+e^−|x|).
	BCELogits(dst, x, t Buffer)
	// BCELogitsGrad stores g·(sigmoid(x)−t) into dx; g has length 1.
	BCELogitsGrad(dx, x, t, g Buffer, store Store)
}

// A Gaussian computes the divergence and the sampling of the Gaussians N(mu, e^logvar).
type Gaussian interface {
	// KLD stores into dst, of length 1, the summed Kullback–Leibler divergence
	// from the unit Gaussian, −½ Σ (1 + logvar − mu² − e^logvar).
	KLD(dst, mu, logvar Buffer)
	// KLDGrad stores g·mu into dmu and g·½(e^logvar − 1) into dlogvar; g has length 1.
	KLDGrad(dmu, dlogvar, mu, logvar, g Buffer, muStore, logvarStore Store)
	// Reparameterize sets z = mu + eps·e^(logvar/2), element by element.
	Reparameterize(z, mu, logvar, eps Buffer)
	// ReparameterizeGrad stores dz into dmu and ½·dz·eps·e^(logvar/2) into dlogvar.
	ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps Buffer, muStore, logvarStore Store)
}

// An Optimizer updates parameters in one pass over memory.
type Optimizer interface {
	// Adam updates param, m and v, all of one length, from grad.
	Adam(param, grad, m, v Buffer, a Adam)
	// SGD updates param and velocity from grad. velocity may be empty when the
	// momentum is 0.
	SGD(param, grad, velocity Buffer, s SGD)
}

// Rows moves rows of a matrix by index.
type Rows interface {
	// GatherRows sets row k of dst (len(index)×width) to row index[k] of src.
	GatherRows(dst, src Buffer, width int, index []int32)
	// ScatterRows adds row k of src (len(index)×width) to row index[k] of dst,
	// in the order of k. Rows with the same index accumulate.
	ScatterRows(dst, src Buffer, width int, index []int32)
}

// A Metric computes Euclidean distances between points, and their gradients.
type Metric interface {
	// Distances stores the Euclidean distances between the n rows of x (n×d)
	// into dst (n×n). dst is symmetric, has a zero diagonal, and holds no NaN for
	// finite x. Squared differences are summed directly, not through a Gram
	// matrix, so the distances between near points lose no accuracy.
	Distances(dst, x Buffer, n, d int)
	// DistancesGrad stores into dx (n×d) the gradient of ⟨g, Distances(x)⟩,
	// given dist = Distances(x): Σⱼ (gᵢⱼ+gⱼᵢ)(xᵢ−xⱼ)/distᵢⱼ, where a pair at
	// distance 0 contributes nothing.
	DistancesGrad(dx, g, x, dist Buffer, n, d int, store Store)
	// PairsGrad stores into dx (n×d) the gradient of g·Σₖ pairs[k].Coef·‖x_U − x_V‖.
	// Each pair adds Coef·g·(x_U−x_V)/‖x_U−x_V‖ to row U, and subtracts it from
	// row V. A pair of coinciding points adds nothing. Pairs are added in their
	// order. g has length 1.
	PairsGrad(dx, x Buffer, n, d int, pairs []Pair, g Buffer, store Store)
}

// A Pair is a weighted distance between two points, rows U and V of a matrix.
type Pair struct {
	U, V int32
	Coef float32
}
