// Package reuse keeps the memory of slices from one use to the next, so that a workspace that
// has met its largest problem allocates nothing.
package reuse

// Slice returns a slice of length n in the memory of s, or in new memory if the capacity of s
// is less than n. The elements are unspecified. The usual call is s = reuse.Slice(s, n).
func Slice[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
