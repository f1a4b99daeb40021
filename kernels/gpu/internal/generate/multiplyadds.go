package main

import (
	"fmt"
	"strings"
)

// multiplyAdds is the core that multiplies float32 numbers. A thread sums a.each() rows and
// b.each() columns of the tile, in groups of four. A band has group rows of each thread.
type multiplyAdds struct {
	*tile
	sums [][]string // registers of the thread's sums, by row and column
	put  string     // register: shared-memory address of the thread's first sum in a band
}

func (c *multiplyAdds) declare() { c.Reg("u32", "tx ty") }

// findPart sets ty and tx to the thread's position among the threads that divide rows and
// columns.
func (c *multiplyAdds) findPart() {
	c.P(`and.b32 tx, t, %d
		div.u32 ty, t, %d`, c.b.share-1, c.b.share)
}

func (c *multiplyAdds) findFragments() {
	c.P(`mad.lo.u32 get_a, ty, %d, flip
		mad.lo.u32 get_b, tx, %d, flip`, 4*group, 4*group)
}

func (c *multiplyAdds) clearSums() {
	c.sums = make([][]string, c.a.each())
	for i := range c.sums {
		c.sums[i] = c.Temps("f32", c.b.each())
		for _, sum := range c.sums[i] {
			c.P("mov.f32 %s, %s", sum, num(0))
		}
	}
}

func (c *multiplyAdds) step() {
	for k := range c.Depth {
		x, y := c.fragment(&c.a, k), c.fragment(&c.b, k)
		for i := range x {
			for j := range y {
				c.P("fma.rn.f32 %s, %s, %s, %s", c.sums[i][j], x[i], y[j], c.sums[i][j])
			}
		}
	}
}

// fragment loads the words of an operand that a thread multiplies, its lines at term k of a
// step, from shared memory into registers, and returns the registers.
func (c *multiplyAdds) fragment(o *operand, k int) []string {
	names := make([]string, o.each())
	for i := range names {
		names[i] = fmt.Sprintf("%s_%d", o.name, i)
		c.Reg("f32", names[i])
	}
	for i := 0; i < len(names); i += group {
		c.P("ld.shared.v4.f32 {%s}, [get_%s+%d]", strings.Join(names[i:i+group], ", "), o.name, o.begin+4*(k*o.pitch+o.place(i)))
	}
	return names
}

func (c *multiplyAdds) pitch() int    { return c.Columns }
func (c *multiplyAdds) bandRows() int { return group * c.a.share }
func (c *multiplyAdds) bands() int    { return c.a.each() / group }

func (c *multiplyAdds) findBand() string {
	tiles := c.u("mov.u32", "tiles")
	c.put = c.u("mul.lo.u32", "ty", fmt.Sprint(4*group*c.Columns))
	c.P(`mad.lo.u32 %s, tx, %d, %s
		add.u32 %s, %s, %s`, c.put, 4*group, c.put, c.put, c.put, tiles)
	return tiles
}

func (c *multiplyAdds) putBand(band int) {
	for m := range group {
		for n := 0; n < c.b.each(); n += group {
			c.P("st.shared.v4.f32 [%s+%d], {%s}", c.put, 4*(m*c.Columns+c.b.place(n)), strings.Join(c.sums[group*band+m][n:n+group], ", "))
		}
	}
}

func (c *multiplyAdds) rowOf(band int) {
	if band > 0 {
		c.P("add.u32 row, row, %d", c.a.place(group*band))
	}
}
