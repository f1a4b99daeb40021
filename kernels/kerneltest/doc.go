// Package kerneltest is the conformance suite of package kernels. It compares every
// kernel of a device with a float64 oracle.
//
//	func TestConformance(t *testing.T) {
//		kerneltest.Run(t, func(testing.TB) kernels.Device { return mydevice.New() }, kerneltest.Options{})
//	}
//
// The suite calls optional kernels through package kernels/fused, so it tests the
// device's kernel, or the composition if the device lacks the kernel.
//
// # Cases
//
// Each kernel runs with no elements, with one element, and with sizes that do not
// divide by vector lengths. Its arguments lie at odd offsets within larger buffers. The
// other elements of these buffers are sentinels, which no kernel may change; nor may a
// kernel change its sources. A destination that a kernel overwrites holds NaN before,
// so a kernel that reads it yields NaN. Kernels with a [kernels.Store] run with Set and
// with Add, and in place where the contract allows it. Functions of one and two
// variables get ±0, ±Inf, NaN, subnormal and huge values. Every case runs twice and
// must give the same bits. Kernels of a [rips.Device] must return exactly the edges
// that package rips defines. [Run] fails if a method of [kernels.FusedDevice] has no
// test.
//
// # Error bounds
//
// An oracle returns the exact value w and a scale s ≥ |w|. For a sum, s is the sum of
// the magnitudes of its terms. A result may differ from w by the kernel's bound times
// the spacing of float32 values (one ulp) at s. For functions of one variable s = |w|,
// so the bound is in ulp in the usual sense. [Options].Bounds replaces these bounds by
// name.
//
//	Affine, AddScaled                    1
//	Map      Exp, Log                    2
//	         Sigmoid, Tanh, Softplus     3
//	         Sin, Cos                    2, s = 1, |x| ≤ 10⁴
//	         Sqrt, Square, Reciprocal    1
//	         others                      exact
//	MapGrad                              4, or the function's bound + 2 if more
//	Zip      Div                         1
//	         Add, Sub, Mul               ½ (correctly rounded)
//	         Max, Min, Greater           exact
//	BiasGrad                             dz as MapGrad, db as Sum of dz
//	Sum, Dot, Gemm, convolutions         2 + √n for n terms: valid for float32 sums in any order on random data
//	BCE, BCELogits, KLD                  6 + √n
//	BCEGrad, BCELogitsGrad, KLDGrad      4
//	Normal                               4, s = max(1, radius)
//	Reparameterize and its gradient      4
//	Adam, SGD                            6
//	Distances                            3 + √d
//	DistancesGrad, PairsGrad             6 + √n
//	ScatterRows                          2 + √n for n rows
//	Fill, Copy, GatherRows, Uniform      exact
//
// With Store Add the bound grows by one ulp, and the scale by the magnitude of the
// destination's old value.
package kerneltest
