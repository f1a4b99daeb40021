// Package aligned allocates slices of float32 that begin on a cache line, and large
// ones that begin on a huge page.
//
// A vector load that crosses a cache line takes two accesses. With pages of 4 KB, a
// stream through a large array also spends much of its time on translating
// addresses: each 2 MB need 512 entries of the translation lookaside buffer, but a
// single one in huge pages.
package aligned

import "unsafe"

// LineFloats is the number of float32 values in a cache line of 64 bytes.
const LineFloats = 16

const hugePage = 2 << 20 // bytes

// Make returns n zeros that begin on a cache line. If they fill two huge pages or
// more, they begin on a huge page, and the system is advised to use huge pages.
func Make(n int) []float32 {
	alignment, large := 4*LineFloats, 4*n >= 2*hugePage
	if large {
		alignment = hugePage
	}
	raw := make([]float32, n+alignment/4) // skipped pages are never touched
	skip := 0
	if rest := int(uintptr(unsafe.Pointer(&raw[0])) % uintptr(alignment)); rest != 0 {
		skip = (alignment - rest) / 4
	}
	x := raw[skip : skip+n]
	if large {
		preferHugePages(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*n))
	}
	return x
}

// Grow returns n elements of *s with unspecified contents. It replaces *s by a larger
// slice, made by [Make], if the capacity of *s is less than n.
func Grow(s *[]float32, n int) []float32 {
	if cap(*s) < n {
		*s = Make(n)
	}
	return (*s)[:n]
}
