// Package microkernel computes small blocks of matrix products in registers, and lays
// out operands in the order in which it reads them. Packages gemm and conv build their
// algorithms on it.
//
// # Problem
//
// A multiply-add unit needs two new operands each cycle, and no memory but registers
// delivers them.
//
// # Idea
//
// A micro-kernel keeps a block of C, the micro-tile, in registers while it sums over k.
// For each k it loads a row of B and broadcasts an element of each row of A, so a tile
// of 6×64 elements does 384 multiply-adds for 70 numbers that it reads. The names are
// those of BLIS:
//
//	micro-tile    a block of C of 6 or 4 rows and a few vectors of columns
//	panel         the columns of B, or of C, that one micro-tile covers
//	packing       copying a panel of B so that its rows follow one another
//	micro-kernel  the assembly that computes micro-tiles of one size
//
// # Offsets
//
// Rows of A, B and C need not be equally spaced: lists of byte offsets say where each
// begins. A convolution is thereby a matrix product without a matrix of patches (the
// indirection buffer of Dukhan's indirect convolution): a row of A is a patch of the
// image, whose rows are the runs of a [Call].
//
// # Invariant
//
// Each element of C is one sum over k in ascending order. Its bits depend neither on
// the shape of the tile nor on what else is computed.
//
// # References
//
// Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM
// Transactions on Mathematical Software 34(3), 2008. Van Zee and van de Geijn, "BLIS: A
// Framework for Rapidly Instantiating BLAS Functionality", ACM TOMS 41(3), 2015. Dukhan,
// "The Indirect Convolution Algorithm", arXiv:1907.02129, 2019.
package microkernel
