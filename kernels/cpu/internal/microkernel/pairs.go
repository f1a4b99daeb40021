package microkernel

import (
	"math"
	"unsafe"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// Products of pairs of bfloat16 numbers.
//
// Problem: with AVX512_BF16 one instruction multiplies twice as many numbers as a float32
// multiply-add, if they are bfloat16 numbers in pairs of neighboring k.
//
// Idea: a pair has the 32 bits of a float32. So a matrix of pairs looks like a float32 matrix
// with half as many values of k. Packing loops, and all that packages gemm and conv do to lay
// out operands, move pairs without looking into them. Only the loops that make pairs and the
// micro-kernels that multiply them know what they are.
//
// Invariant: the low half of a pair belongs to the smaller k. If the number of k is odd, the
// last pair has a 0 in its high half. Pairs are kept in []float32, but nothing may calculate
// with them as float32 values.
//
// Cost: a pass over both operands, and half the multiply-add instructions of float32.

// PairWords returns the number of pairs that n numbers take.
func PairWords(n int) int { return (n + 1) / 2 }

// PairRuns pairs neighboring elements of a number of rows of n elements: element 2i of a row
// of src with element 2i+1. Each row of dst has PairWords(n) pairs. The rows of dst and src
// begin ldd and lds elements apart.
func (k *Kernels) PairRuns(dst []float32, ldd int, src []float32, lds, rows, n int) {
	if rows > 0 && n > 0 {
		k.pairRuns(&dst[0], 4*ldd, &src[0], 4*lds, rows, n)
	}
}

// PairRows pairs element i of a row of x with element i of the same row of y, for the n
// elements of each row. The rows of dst begin ldd elements apart, those of x and y lds.
func (k *Kernels) PairRows(dst []float32, ldd int, x, y []float32, lds, rows, n int) {
	if rows > 0 && n > 0 {
		k.pairRows(&dst[0], 4*ldd, &x[0], &y[0], 4*lds, rows, n)
	}
}

// pairOf returns low and high, rounded to bfloat16, as a pair.
func pairOf(low, high float32) float32 {
	l, h := math.Float32bits(kernels.RoundBFloat16(low)), math.Float32bits(kernels.RoundBFloat16(high))
	return math.Float32frombits(h | l>>16)
}

// pairRunsPlain is PairRuns with strides in bytes.
func pairRunsPlain(dst *float32, ldd int, src *float32, lds, rows, n int) {
	for r := range rows {
		y, x := unsafe.Slice(simd.At(dst, r*ldd), PairWords(n)), unsafe.Slice(simd.At(src, r*lds), n)
		for i := range y {
			high := float32(0)
			if 2*i+1 < n {
				high = x[2*i+1]
			}
			y[i] = pairOf(x[2*i], high)
		}
	}
}

// pairRowsPlain is PairRows with strides in bytes.
func pairRowsPlain(dst *float32, ldd int, x, y *float32, lds, rows, n int) {
	for r := range rows {
		low, high := unsafe.Slice(simd.At(x, r*lds), n), unsafe.Slice(simd.At(y, r*lds), n)
		for i := range n {
			*simd.At(dst, r*ldd+4*i) = pairOf(low[i], high[i])
		}
	}
}
