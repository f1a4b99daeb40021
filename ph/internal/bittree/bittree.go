// Package bittree keeps a column over Z/2 while it is reduced.
package bittree

import "math/bits"

// A Set is a set of small numbers. It is a tree of words: levels[0] is the bitset, and bit i
// of level l+1 tells whether word i of level l is not zero. The top level is one word. To add
// a number and to find the least or greatest takes a few operations however many numbers there
// are (the bit tree of Bauer, Kerber, Reininghaus and Wagner, Phat, 2017). [Set.Grow] makes the
// zero value an empty set.
type Set struct {
	levels [][]uint64
}

// Grow makes room for numbers below n. The set must be empty.
func (s *Set) Grow(n int) {
	for l := 0; n > 1 || l == 0; l++ {
		n = max(1, (n+63)/64)
		if l == len(s.levels) {
			s.levels = append(s.levels, nil)
		}
		if len(s.levels[l]) < n {
			s.levels[l] = make([]uint64, n+n/2)
		}
	}
}

// Toggle adds a number to a set that lacks it, and removes it from a set that has it: this is
// addition over Z/2.
func (s *Set) Toggle(x int32) {
	for _, words := range s.levels {
		w := &words[x>>6]
		old := *w
		*w ^= 1 << (x & 63)
		if old != 0 && *w != 0 {
			return
		}
		x >>= 6
	}
}

// Min returns the least number in the set, −1 if the set is empty.
func (s *Set) Min() int32 {
	at := int32(0)
	for l := len(s.levels) - 1; l >= 0; l-- {
		w := s.levels[l][at]
		if w == 0 { // only the word at the top can be
			return -1
		}
		at = at<<6 + int32(bits.TrailingZeros64(w))
	}
	return at
}

// Max returns the greatest number in the set, −1 if the set is empty.
func (s *Set) Max() int32 {
	at := int32(0)
	for l := len(s.levels) - 1; l >= 0; l-- {
		w := s.levels[l][at]
		if w == 0 { // only the word at the top can be
			return -1
		}
		at = at<<6 + int32(63-bits.LeadingZeros64(w))
	}
	return at
}
