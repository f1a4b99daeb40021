package simd

// Transpose copies a rows×columns matrix src to its transpose dst:
// dst[c·dstStride + r] = src[r·srcStride + c]. Strides are in elements.
//
// Problem: a transpose reads along rows and writes along columns, so one of the two
// touches a new cache line with each element.
//
// Idea: the matrix is cut into tiles of 16×64 elements, and a tile into two strips
// of 8 rows, which the assembly transposes as 8×8 blocks in registers. Two strips
// fill one cache line of each of the 64 rows of dst that a tile writes, and those
// 64 lines stay in the first-level cache until the second strip comes. Rows and
// columns that fill no block of 8 are copied one by one.
//
// Cost: each element is read once and written once.
func (l *Loops) Transpose(dst *float32, dstStride int, src *float32, srcStride, rows, columns int) {
	const tileRows, tileColumns = 16, 64
	for r0 := 0; r0 < rows; r0 += tileRows {
		for c0 := 0; c0 < columns; c0 += tileColumns {
			last := min(columns, c0+tileColumns)
			for r := r0; r < min(rows, r0+tileRows); r += 8 {
				c := c0
				if r+8 <= rows {
					c += (last - c0) &^ 7
					l.transposeStrip(At(dst, 4*(c0*dstStride+r)), dstStride, At(src, 4*(r*srcStride+c0)), srcStride, c-c0)
				}
				for i := r; i < min(rows, r+8); i++ {
					for j := c; j < last; j++ {
						*At(dst, 4*(j*dstStride+i)) = *At(src, 4*(i*srcStride+j))
					}
				}
			}
		}
	}
}

func transposeStripPlain(dst *float32, dstStride int, src *float32, srcStride, n int) {
	for r := range 8 {
		for c := range n {
			*At(dst, 4*(c*dstStride+r)) = *At(src, 4*(r*srcStride+c))
		}
	}
}
