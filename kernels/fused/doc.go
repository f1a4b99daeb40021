// Package fused runs the optional kernels of package kernels on any device.
//
// A device has to implement [kernels.Device] only. It may also implement an optional
// interface, such as [kernels.CrossEntropy], with kernels that do in one pass what
// several kernels of [kernels.Device] do. Each function of this package calls the
// kernel of that name if the device has it, and otherwise composes it:
//
//	fused.BCELogits(dev, loss, x, t) // dev.BCELogits(loss, x, t), or a composition
//
// A composition computes the same values up to rounding, within the error bounds of
// package kernels/kerneltest, and keeps the promises of [kernels.Device] about
// aliasing, errors and determinism. It never waits for the device. It allocates
// device memory for intermediate values, whose size its documentation states, and
// frees that memory before it returns.
package fused
