package reduced

import "math/bits"

// A bitColumn is a column over Z/2 that is being reduced: the set of the ranks of its
// entries. The set is a tree of words: levels[0] is the bitset, and bit i of level l+1 tells
// whether word i of level l is not zero. To add an entry and to find the greatest takes a
// few operations however long the column is (the bit tree of Bauer, Kerber, Reininghaus and
// Wagner, Phat, 2017).
type bitColumn struct {
	levels [][]uint64
}

// grow makes room for ranks below n. The column must be empty.
func (c *bitColumn) grow(n int) {
	for l := 0; n > 1 || l == 0; l++ {
		n = (n + 63) / 64
		if l == len(c.levels) {
			c.levels = append(c.levels, nil)
		}
		if len(c.levels[l]) < n {
			c.levels[l] = make([]uint64, n+n/2)
		}
	}
}

// toggle adds an entry over Z/2: a rank that is in the column is removed.
func (c *bitColumn) toggle(rank int32) {
	for _, words := range c.levels {
		w := &words[rank>>6]
		old := *w
		*w ^= 1 << (rank & 63)
		if old != 0 && *w != 0 {
			return
		}
		rank >>= 6
	}
}

// pivot returns the greatest rank in the column, −1 if the column is empty.
func (c *bitColumn) pivot() int32 {
	top := len(c.levels) - 1
	at := int32(0)
	for i := len(c.levels[top]) - 1; ; i-- {
		if i < 0 {
			return -1
		}
		if c.levels[top][i] != 0 {
			at = int32(i)
			break
		}
	}
	for l := top; l >= 0; l-- {
		at = at<<6 + int32(63-bits.LeadingZeros64(c.levels[l][at]))
	}
	return at
}
