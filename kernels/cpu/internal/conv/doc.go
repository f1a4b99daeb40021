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
// which is R·S times as large as x.
//
// # Idea
//
// With many channels, no matrix of patches is made. Blocks of images, or bands of rows
// of one large image, are copied to the second-level cache in the order NHWC: pixel after
// pixel, each with all its channels, in a border of zeros (see paddedNHWC). There the
// patch of a filter is R runs of S·C consecutive floats, which is a form in which
// micro-kernels read rows of A (see microkernel.Call):
//
//   - Forward: C is y as pixels × filters, A is the patches, and B is the filters,
//     packed into panels once for all images. The results are converted from NHWC to
//     NCHW.
//   - Transpose: the pixels of x fall into StrideH·StrideW phases (sub-pixel
//     convolution), each of which is a convolution of y with stride 1 and its own taps of
//     the filters. Where the channels of x fill only part of a micro-tile, the phases of
//     neighbouring pixels share one.
//   - WeightGrad: C is dw as filters × weights, summed over pixels. A is the planes of y
//     in place, and B is the patches of x, whose rows are addressed by a list of offsets.
//     Only patches with runs too short for a vector are packed (im2row). The batch is
//     divided into shares, each with its own sums, which are added in order.
//
// With fewer than 8 channels, runs are too short for that, and Forward and Transpose do
// make the matrix of patches (see im2col.go).
//
// # Invariant
//
// How sums are cut into blocks and shares depends on the shape alone, so results have
// the same bits for any number of workers.
//
// # Cost
//
// 2·N·OutH·OutW·K·C·R·S floating-point operations, products with padding included, and
// one copy of x and y.
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
