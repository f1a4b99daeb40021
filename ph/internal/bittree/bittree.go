// Package bittree keeps a column over Z/2 while it is reduced.
package bittree

import "math/bits"

// A Set is a set of small numbers. It is a tree of words: levels[0] is the bitset, and bit i
// of level l+1 tells whether word i of level l is not zero. To add a number and to find the
// greatest takes a few operations however many numbers there are (the bit tree of Bauer,
// Kerber, Reininghaus and Wagner, Phat, 2017). The zero value is empty.
type Set struct {
	levels [][]uint64
}

// Grow makes room for numbers below n. The set must be empty.
func (s *Set) Grow(n int) {
	for l := 0; n > 1 || l == 0; l++ {
		n = (n + 63) / 64
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

// Max returns the greatest number in the set, −1 if the set is empty.
func (s *Set) Max() int32 {
	top := len(s.levels) - 1
	at := int32(0)
	for i := len(s.levels[top]) - 1; ; i-- {
		if i < 0 {
			return -1
		}
		if s.levels[top][i] != 0 {
			at = int32(i)
			break
		}
	}
	for l := top; l >= 0; l-- {
		at = at<<6 + int32(63-bits.LeadingZeros64(s.levels[l][at]))
	}
	return at
}
