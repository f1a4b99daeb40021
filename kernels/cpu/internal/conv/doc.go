// Package conv computes convolutions, transposed convolutions and the gradient of a
// convolution with respect to its weights, on a pool of workers.
//
// # Problem
//
// With the sizes of a kernels.ConvShape, a convolution computes
//
//	y[n,k,i,j] = Σ over c, r, q of x[n, c, i·StrideH + r − PadH, j·StrideW + q − PadW] · w[k,c,r,q]
//
// Written as a matrix product, one operand is the matrix of all patches of x (im2col),
// which is about R·S times as large as x if the stride is 1.
//
// # Terms
//
//	plane    one channel of an image
//	weight   an element (c, r, q) of a filter, with channel c, row r and column q
//	tap      a position (r, q) in a filter
//	patch    the C·R·S elements of x that the weights of a filter multiply for one pixel of y
//	run      consecutive elements of a patch in memory
//	band     a range of rows of an image
//	block    several whole images of the batch, or a band of one image; of a sum, a range of
//	         its terms
//	part     the range of a result that one worker computes at a time
//	phase    the pixels of x whose row plus PadH and column plus PadW have given remainders
//	         modulo StrideH and StrideW
//	share    a range of the batch over which a part of WeightGrad sums
//
// # Idea
//
// With many channels, no matrix of patches is made. A worker copies one block after another
// to memory that fits the second-level cache, in the order NHWC and with a border of zeros
// around each image (see paddedNHWC). In that order, a patch is R runs of S·C elements, one
// for each row of the filter. Micro-kernels can read the runs as a row of A (see
// microkernel.Call):
//
//   - Forward: each row of A is a patch of x, each column of B is a filter, and each row of
//     C is a pixel of y. The filters are packed into panels once for all images. The results
//     are converted from NHWC to NCHW.
//   - Transpose: the pixels of x are divided into StrideH·StrideW phases (sub-pixel
//     convolution). Each phase is a convolution of y with stride 1 and with the taps that
//     belong to the phase. If the channels of x fill only part of a micro-tile, one
//     micro-tile computes neighboring pixels of several phases.
//   - WeightGrad: each row of C is the gradient of a filter, and the sum is over pixels of y.
//     A is the planes of y in place. Each row of B is a patch of x, which a list of offsets
//     locates. Patches are packed (im2row) only if their runs are too short for a vector. The
//     batch is divided into shares. Each share has its own sums, which are added in the order
//     of the shares.
//
// If x has fewer than 8 channels, runs are too short for this method. Then Forward and
// Transpose make the matrix of patches (im2col.go has the exact conditions).
//
// # Half precision
//
// [Convolver.ForwardRounded], [Convolver.TransposeRounded] and [Convolver.WeightGradRounded]
// round their operands to bfloat16. If the processor has AVX512_BF16 or AMX, operands become pairs of
// the numbers whose products are neighbors in the sums (see microkernel.Kernels.PairRuns):
// Forward pairs neighboring channels of x, Transpose neighboring channels of y, and
// WeightGrad neighboring pixels of a row of y. The first two then are convolutions with half
// as many channels. The methods otherwise convolve the rounded operands as float32 numbers.
//
// # Invariant
//
// Each element of a result is summed in blocks and shares that depend on the shape alone.
// So results have the same bits for any number of workers.
//
// # Cost
//
// 2·N·OutH·OutW·K·C·R·S floating-point operations, which include products with the padding,
// and one copy of x and of y.
//
// # References
//
// Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for
// Document Processing", 2006 (im2col). Georganas et al., "Anatomy of High-Performance
// Deep Learning Convolutions on SIMD Architectures", SC 2018 (direct convolution). Dukhan,
// "The Indirect Convolution Algorithm", arXiv:1907.02129, 2019. Shi et al., "Is the
// deconvolution layer the same as a convolutional layer?", arXiv:1609.07009, 2016
// (sub-pixel convolution).
package conv
