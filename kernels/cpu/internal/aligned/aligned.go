// Package aligned allocates slices of float32 that begin on a cache line. A slice of 4 MB or
// more begins on a huge page of 2 MB.
//
// A vector load that crosses a cache line takes two accesses, so slices begin on a cache
// line. With pages of 4 KB, a loop over a large array spends much of its time on the
// translation of addresses: 2 MB need 512 entries of the translation lookaside buffer. A
// huge page needs one.
package aligned

import "unsafe"

// LineFloats is the number of float32 values in a cache line of 64 bytes.
const LineFloats = 16

const hugePage = 2 << 20 // bytes

// Make returns a slice of n zeros that begins on a cache line. If the slice takes two huge
// pages or more, it begins on a huge page, and Make advises the system to use huge pages.
func Make(n int) []float32 {
	alignment, large := 4*LineFloats, 4*n >= 2*hugePage
	if large {
		alignment = hugePage
	}
	raw := make([]float32, n+alignment/4) // the elements before the boundary stay unused
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
