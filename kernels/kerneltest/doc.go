// Package kerneltest holds devices to the contract of package kernels: one
// suite that compares every kernel, on any device, with a plain float64 oracle.
//
//	func TestConformance(t *testing.T) {
//		kerneltest.Run(t, func(testing.TB) kernels.Device { return mydevice.New() }, kerneltest.Options{})
//	}
//
// # What is tried
//
// Each kernel runs over odd sizes, empty ones and single elements, with its
// arguments lying at odd offsets within larger buffers whose other elements
// are sentinels: they must come out untouched, as must all that a kernel only
// reads. Destinations hold NaN before a kernel that overwrites them, so that
// one that reads them shows. Kernels with a [kernels.Store] run both ways, and
// in place where the contract allows it. Functions of one and two variables
// meet ±0, ±Inf, NaN, subnormal and huge values. Every case runs twice and
// must give the same bits. [Run] fails for a method of [kernels.Device] that
// has no test. What a [rips.Device] finds must be what its definition says.
//
// # How close is close enough
//
// An oracle returns the exact value w and a scale s ≥ |w|, the sum of the
// magnitudes that w is made of; a result may differ from w by the kernel's
// bound times the spacing of float32 values (one ulp) at s. Where s = |w|, as
// for functions of one variable, the bound is in ulp in the usual sense. These
// are the bounds; [Options].Bounds replaces them by name.
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
//	Sum, Dot, Gemm, convolutions         2 + √n for n terms: what float32 sums in any order hold on random data
//	BCE, BCELogits, KLD                  6 + √n
//	BCEGrad, BCELogitsGrad, KLDGrad      4
//	Normal                               4, s = max(1, radius)
//	Reparameterize and its gradient      4
//	Adam, SGD                            6
//	Distances                            3 + √d
//	DistancesGrad, PairsGrad             6 + √n
//	ScatterRows                          2 + √n for n rows that meet
//	Fill, Copy, GatherRows, Uniform      exact
//
// With Store Add the sum that is stored may be off by one ulp more, at the
// scale of both its parts.
package kerneltest
