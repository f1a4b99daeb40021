package cpu

import "unsafe"

// hugePage is the size of the pages that are better for large arrays, in bytes:
// with pages of 4 KB a processor spends much of the time of a stream through
// memory on looking up where they are.
const hugePage = 2 << 20

// aligned returns n zeros, aligned to a line of the cache, 64 bytes; if they are
// many, to a huge page, and in such pages if the system has them to give.
func aligned(n int) []float32 {
	alignment, many := 4*granule, 4*n >= 2*hugePage
	if many {
		alignment = hugePage
	}
	raw := make([]float32, n+alignment/4) // what is skipped is never touched
	skip := 0
	if rest := int(uintptr(unsafe.Pointer(&raw[0])) % uintptr(alignment)); rest != 0 {
		skip = (alignment - rest) / 4
	}
	x := raw[skip : skip+n]
	if many {
		preferHugePages(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*n))
	}
	return x
}
