package cpu

import "unsafe"

// blocksPlain copies n blocks of rows×columns elements, or adds them to what is
// there. Where blocks begin, doff and soff say; their rows are ldd and lds apart,
// all in bytes.
func blocksPlain(dst *float32, doff *int, ldd int, src *float32, soff *int, lds, n, rows, columns int, add bool) {
	from := unsafe.Slice(soff, n)
	for b, offset := range unsafe.Slice(doff, n) {
		for r := range rows {
			x := unsafe.Slice(at(src, from[b]+r*lds), columns)
			y := unsafe.Slice(at(dst, offset+r*ldd), columns)
			if !add {
				copy(y, x)
				continue
			}
			for i, v := range x {
				y[i] += v
			}
		}
	}
}

// pickPlain copies every step'th element of rows of src, the first among them, to
// rows of n elements of dst. The rows are ldd and lds bytes apart.
func pickPlain(dst *float32, ldd int, src *float32, lds, rows, n, step int) {
	for r := range rows {
		y, x := unsafe.Slice(at(dst, r*ldd), n), unsafe.Slice(at(src, r*lds), (n-1)*step+1)
		for i := range y {
			y[i] = x[i*step]
		}
	}
}

// placePlain is the inverse of pickPlain: it copies rows of n elements of src to
// every step'th element of rows of dst.
func placePlain(dst *float32, ldd int, src *float32, lds, rows, n, step int) {
	for r := range rows {
		y, x := unsafe.Slice(at(dst, r*ldd), (n-1)*step+1), unsafe.Slice(at(src, r*lds), n)
		for i, v := range x {
			y[i*step] = v
		}
	}
}
