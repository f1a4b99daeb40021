package cohomology

import "github.com/topogen/topogen/ph/internal/bittree"

// A column is the column that is being reduced: the set of its entries, by index,
// with their coefficients.
type column struct {
	entries      bittree.Set
	coefficients []uint16 // the coefficient of each index; empty over Z/2
	modulus      uint32
}

// reset makes room for indices below n. The column must be empty.
func (c *column) reset(n, modulus int) {
	c.modulus = uint32(modulus)
	if modulus > 2 && len(c.coefficients) < n {
		c.coefficients = make([]uint16, n)
	}
	c.entries.Grow(n)
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
	c.entries.Toggle(i)
}

// first returns the least index that has an entry, −1 if the column is empty.
func (c *column) first() int32 { return c.entries.Min() }

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
