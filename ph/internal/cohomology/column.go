package cohomology

import (
	"math/bits"
	"slices"
)

// A column is the column that is being reduced: the set of its entries, by index,
// with their coefficients.
//
// The set is a tree of words: levels[0] is the bitset, bit i of level l+1 tells whether
// word i of level l is not zero, and the top level is one word. To add an entry and to
// find the first one takes a few operations however long the column is (the bit tree of
// Bauer, Kerber, Reininghaus and Wagner, Phat, 2017).
type column struct {
	levels       [][]uint64
	depth        int      // the number of levels in use
	coefficients []uint16 // the coefficient of each index; empty over Z/2
	modulus      uint32
}

// reset makes room for indices below n. The column must be empty.
func (c *column) reset(n, modulus int) {
	c.modulus = uint32(modulus)
	if modulus > 2 && len(c.coefficients) < n {
		c.coefficients = make([]uint16, n)
	}
	c.depth = 0
	for words := n; words > 1 || c.depth == 0; c.depth++ {
		words = (words + 63) / 64
		if c.depth == len(c.levels) {
			c.levels = append(c.levels, nil)
		}
		if len(c.levels[c.depth]) < words || words == 0 {
			c.levels[c.depth] = make([]uint64, max(words, 1))
		}
	}
}

// add adds x, less than the modulus, to the coefficient of an index.
func (c *column) add(i int32, x uint32) {
	if c.modulus > 2 {
		old := uint32(c.coefficients[i])
		sum := (old + x) % c.modulus
		c.coefficients[i] = uint16(sum)
		if (old == 0) == (sum == 0) {
			return
		}
	}
	for _, words := range c.levels[:c.depth] {
		w := &words[i>>6]
		old := *w
		*w ^= 1 << (i & 63)
		if old != 0 && *w != 0 {
			return
		}
		i >>= 6
	}
}

// first returns the least index that has an entry, −1 if the column is empty.
func (c *column) first() int32 {
	at := int32(0)
	for l := c.depth - 1; l >= 0; l-- {
		w := c.levels[l][at]
		if w == 0 {
			return -1
		}
		at = at<<6 + int32(bits.TrailingZeros64(w))
	}
	return at
}

// coefficient returns the coefficient of an index that has an entry.
func (c *column) coefficient(i int32) uint32 {
	if c.modulus == 2 {
		return 1
	}
	return uint32(c.coefficients[i])
}

// clear removes all entries.
func (c *column) clear() {
	for i := c.first(); i >= 0; i = c.first() {
		c.add(i, c.modulus-c.coefficient(i))
	}
}

// resize returns s with length n; its contents are unspecified.
func resize[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }
