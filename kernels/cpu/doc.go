// Package cpu is the processor as a kernels.Device: every kernel of the
// contract, run in parts on a pool of threads.
//
// # Determinism
//
// How a kernel is divided depends on its sizes alone, and partial sums are
// combined in a fixed order, so that results are equal to the bit for any
// number of threads.
package cpu
