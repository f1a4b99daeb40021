// Package fused runs the optional kernels of package kernels on any device.
//
// A device has to implement [kernels.Device] only. It may also implement an optional
// interface, such as [kernels.CrossEntropy], with kernels that do in one pass what
// several kernels of [kernels.Device] do. Each function of this package calls the device's
// kernel of the same name if the device has it. Otherwise it calls a sequence of kernels of
// [kernels.Device] that gives the same result, a composition:
//
//	fused.BCELogits(dev, loss, x, t) // dev.BCELogits(loss, x, t), or a composition
//
// A composition computes the same values up to rounding, within the error bounds of
// package kernels/kerneltest, and keeps the promises of [kernels.Device] about
// aliasing, errors and determinism. It never waits for the device. It allocates
// device memory for intermediate values and frees that memory before it returns. The
// function's comment states the memory that the composition uses, but for single values.
package fused
