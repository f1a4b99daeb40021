// Package microkernel computes matrix products C = A·B one small block of C at a time, in
// registers. It also copies operands to the order in which micro-kernels read them. Packages
// gemm and conv build their algorithms on it.
//
// # Problem
//
// A multiply-add unit needs two new operands each cycle. Only registers deliver operands at
// that rate.
//
// # Idea
//
// A micro-kernel keeps a block of C, the micro-tile, in registers while it sums over k.
// For each k it loads a row of B and broadcasts an element of each row of A. A micro-tile of
// 6×64 elements thus does 384 multiply-adds for each 70 numbers that it reads. The terms are
// those of BLIS:
//
//	micro-tile    a block of C of 6 or 4 rows and a few vectors of columns
//	panel         the columns of B, or of C, that one micro-tile covers
//	packing       copying a panel of B so that its rows follow one another
//	micro-kernel  the function that computes micro-tiles of one size
//	run           elements of a row of A that are consecutive in memory
//	tile          a matrix in a tile register of AMX: 16 rows of 16 float32 values or pairs
//
// # Offsets
//
// Rows of A, B and C need not be equally spaced in memory: lists of byte offsets locate
// them. A convolution therefore needs no matrix of patches (the lists are the indirection
// buffer of Dukhan's indirect convolution). A row of A is a patch of an image, and each row
// of pixels in the patch is one run of a [Call].
//
// # Half precision
//
// Micro-kernels for pairs of bfloat16 numbers (pairs.go) sum the products of two values of k at
// once. With AMX they multiply tiles of pairs in memory (tiles.go), for which Run packs A.
//
// # Invariant
//
// Each element of C is one sum over k in ascending order; with AMX, over tiles of k. Its bits
// depend neither on the size of the micro-tile nor on other elements of C.
//
// # References
//
// Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM
// Transactions on Mathematical Software 34(3), 2008. Van Zee and van de Geijn, "BLIS: A
// Framework for Rapidly Instantiating BLAS Functionality", ACM TOMS 41(3), 2015. Dukhan,
// "The Indirect Convolution Algorithm", arXiv:1907.02129, 2019.
package microkernel
