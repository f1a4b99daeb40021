package simd

// Transpose copies a rows×columns matrix src to its transpose dst:
// dst[c·dstStride + r] = src[r·srcStride + c]. Strides are in elements.
//
// Problem: a simple loop over the rows of src writes along the columns of dst, so it touches
// another cache line with each element.
//
// Idea: src is divided into tiles of 16×64 elements, and a tile into two strips of 8 rows.
// The assembly transposes a strip in 8×8 blocks, in registers. Together the two strips fill
// one cache line of each of the 64 rows of dst that the tile covers. These 64 lines stay in
// the first-level cache from the first strip to the second. Elements outside of whole 8×8
// blocks are copied one by one.
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

// transposeStripPlain is the loop transposeStrip of [Loops].
func transposeStripPlain(dst *float32, dstStride int, src *float32, srcStride, n int) {
	for r := range 8 {
		for c := range n {
			*At(dst, 4*(c*dstStride+r)) = *At(src, 4*(r*srcStride+c))
		}
	}
}
