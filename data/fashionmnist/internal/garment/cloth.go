package garment

// A pattern is what is woven into or printed on a cloth.
type pattern int

const (
	plain  pattern = iota
	across         // horizontal stripes
	along          // vertical stripes
	checks
	dots
	speckles
	blocks // another tone below a line
	quilted
)

// A cloth gives every pixel a tone.
type cloth struct {
	tone     int // 0 to 255
	pattern  pattern
	period   int // of the pattern, in tenths of a pixel
	phase    int
	contrast int // of the pattern, added to the tone
	folds    int // strength of soft shades
	grain    int // strength of the weave
	seed     uint64
}

// shade returns a plain cloth that is darker (or lighter, if negative) than c.
func (c *cloth) shade(by int) *cloth {
	d := *c
	d.tone, d.pattern = max(c.tone-by, 20), plain
	return &d
}

// shift returns the same cloth, cut from another place and a little darker.
func (c *cloth) shift(by int) *cloth {
	d := *c
	d.tone = max(c.tone-by, 20)
	d.seed++
	return &d
}

// flat returns a cloth of one tone.
func flat(tone int) *cloth { return &cloth{tone: tone} }

// at returns the tone of a pixel.
func (c *cloth) at(x, y int) uint8 {
	tone := c.tone
	switch c.pattern {
	case across:
		tone += c.contrast * wave(10*y+c.phase, c.period) / 100
	case along:
		tone += c.contrast * wave(10*x+c.phase, c.period) / 100
	case checks:
		tone += c.contrast * (wave(10*x+c.phase, c.period) + wave(10*y+c.phase, c.period)) / 200
	case dots:
		tone += c.contrast * wave(10*x+c.phase, c.period) * wave(10*y+c.phase, c.period) / 10000
	case speckles:
		if n := noise(c.seed^7, x, y, 1+c.period/25); n > 140 {
			tone += c.contrast * min(n-140, 50) / 50
		}
	case blocks:
		if 10*y > c.phase {
			tone += c.contrast
		}
	case quilted:
		if (10*y+c.phase)%c.period < 10 {
			tone += c.contrast
		}
	}
	if c.folds > 0 {
		tone += c.folds * (noise(c.seed, x, y, 5) - 128) / 128
	}
	if c.grain > 0 {
		tone += c.grain * (lattice(c.seed^3, x, y) - 128) / 128
	}
	return uint8(min(max(tone, 8), 255))
}

// wave returns 0 to 100 along a periodic line: half of it high, with soft
// borders.
func wave(at, period int) int {
	p := at % period * 400 / period // 0 to 399
	if p >= 200 {
		p = 399 - p
	}
	return min(max(3*(p-100)/2+50, 0), 100)
}

// noise returns random values from 0 to 255 that vary smoothly over cell pixels.
func noise(seed uint64, x, y, cell int) int {
	i, j := x/cell, y/cell
	u, v := x%cell, y%cell
	top := lattice(seed, i, j)*(cell-u) + lattice(seed, i+1, j)*u
	bottom := lattice(seed, i, j+1)*(cell-u) + lattice(seed, i+1, j+1)*u
	return (top*(cell-v) + bottom*v) / (cell * cell)
}

func lattice(seed uint64, i, j int) int {
	return int(mix(seed+uint64(i)*0x9e3779b97f4a7c15+uint64(j)*0xd1342543de82ef95) & 255)
}

// cloth draws a cloth: patterned in the given percentage of the cases, with one of
// the given patterns.
func (d *dice) cloth(patterned int, choices ...pattern) *cloth {
	c := &cloth{
		tone:  d.between(90, 245),
		folds: d.between(8, 40),
		grain: d.between(0, 12),
		seed:  d.next(),
	}
	if d.chance(20) {
		c.tone = d.between(45, 90)
	}
	if d.chance(patterned) {
		c.pattern = choices[d.between(0, len(choices)-1)]
		c.period = d.between(32, 75)
		c.phase = d.between(0, 100)
		c.contrast = d.between(50, 120)
		if c.tone > 150 {
			c.contrast = -c.contrast
		}
		if c.pattern == blocks {
			c.phase = d.between(70, 200)
		}
	}
	return c
}
