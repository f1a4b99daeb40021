// Package kerneltest is the conformance suite of package kernels. It compares every
// kernel of a device with a float64 oracle.
//
//	func TestConformance(t *testing.T) {
//		kerneltest.Run(t, func(testing.TB) kernels.Device { return mydevice.New() }, kerneltest.Options{})
//	}
//
// The suite calls optional kernels through package kernels/fused. It therefore tests the
// device's kernel, or, if the device lacks the kernel, the composition of other kernels that
// package fused uses in its place.
//
// # Cases
//
// Each kernel runs with no elements, with one element, and with sizes that are not
// multiples of vector lengths. Its arguments lie at random offsets within larger buffers.
// The other elements of these buffers are sentinels, which no kernel may change; nor may a
// kernel change its sources. A destination that a kernel overwrites holds NaN before,
// so a kernel that reads it yields NaN. Kernels with a [kernels.WriteMode] run in
// both modes, and in place where the contract allows it. Functions of one and two
// variables get ±0, ±Inf, NaN, subnormal and huge values. Every case runs twice and
// must give the same bits. Kernels of a [rips.Device] must return exactly the edges
// that package rips defines. [Run] fails if a method of [kernels.FusedDevice] has no
// test.
//
// # Error bounds
//
// An oracle is a plain float64 computation of a kernel's results. For each result it gives
// a value w, which counts as exact, and a scale s ≥ |w|. For a sum, s is the sum of the
// magnitudes of its terms. A result may differ from w by the kernel's bound times the
// spacing of float32 values at s, one ulp. Where the table states no s, a function of one
// variable has s = |w|, so its bound is in ulp in the usual sense. [Options].Bounds replaces
// these bounds by name.
//
//	Affine, AddScaled                    1
//	Map                                  kernels.Func.MaxError of the function
//	MapGrad                              4, or the function's bound + 2 if more
//	Zip      Div                         1
//	         Add, Sub, Mul               ½ (correctly rounded)
//	         Max, Min, Greater           exact
//	BiasGrad                             4 for dz, 2 + √n for db as a sum of n values of dz
//	Sum, Dot                             2 + √n for n terms: valid for float32 sums in any order on random data
//	Gemm, convolutions                   2 + √n for n products of operands in the device's precision, + the bound of the activation
//	BCE, BCELogits, KLD                  6 + √n
//	BCEGrad, BCELogitsGrad, KLDGrad      4
//	Normal                               4, s = max(1, radius)
//	Reparameterize and its gradient      4
//	Adam, SGD                            6
//	Distances                            3 + √d
//	DistancesGrad                        6 + √n
//	PairsGrad                            6 + √(pairs + d)
//	ScatterRows                          2 + √n for n rows
//	Fill, Copy, GatherRows, Uniform      exact
//
// [Options].Precision names the precision of the devices. With kernels.BFloat16 the oracles of
// products round the operands, except those of a Gemm that is Unrounded, and the bounds of
// the table hold. A second check compares the results with products of the operands as they
// are. Its bound is larger by (2·2⁻⁸ + 2⁻¹⁶)·Σ|a·b|: an operand is off by at most 2⁻⁸ of itself.
//
// With Accumulate the bound grows by one ulp, and the scale by the magnitude of the
// destination's old value.
package kerneltest
