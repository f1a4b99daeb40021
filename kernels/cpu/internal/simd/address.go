package simd

import "unsafe"

// At returns the address that is offset bytes after p.
func At(p *float32, offset int) *float32 {
	return (*float32)(unsafe.Add(unsafe.Pointer(p), offset))
}

// Put stores v into dst[i], or adds v to dst[i] if add is true.
func Put(dst []float32, i int, v float32, add bool) {
	if add {
		v += dst[i]
	}
	dst[i] = v
}
