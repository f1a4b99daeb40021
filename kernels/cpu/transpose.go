package cpu

// transpose copies rows×columns elements of src, whose rows are srcStride
// apart, to the columns of dst: dst[c·dstStride + r] = src[r·srcStride + c].
func transpose(l *loops, dst *float32, dstStride int, src *float32, srcStride, rows, columns int) {
	// Two strips fill a line of the cache of dst; so many columns of them stay
	// in the first-level cache until the second strip comes.
	const strips, width = 16, 64
	for r0 := 0; r0 < rows; r0 += strips {
		for c0 := 0; c0 < columns; c0 += width {
			last := min(columns, c0+width)
			for r := r0; r < min(rows, r0+strips); r += 8 {
				c := c0
				if r+8 <= rows {
					c += (last - c0) &^ 7
					l.transposeStrip(at(dst, 4*(c0*dstStride+r)), dstStride, at(src, 4*(r*srcStride+c0)), srcStride, c-c0)
				}
				for i := r; i < min(rows, r+8); i++ {
					for j := c; j < last; j++ {
						*at(dst, 4*(j*dstStride+i)) = *at(src, 4*(i*srcStride+j))
					}
				}
			}
		}
	}
}

func transposeStripPlain(dst *float32, dstStride int, src *float32, srcStride, n int) {
	for r := range 8 {
		for c := range n {
			*at(dst, 4*(c*dstStride+r)) = *at(src, 4*(r*srcStride+c))
		}
	}
}
