package viz

import (
	"image/color"
	"math"
	"sync"
)

// An ink is a full colour of the palette.
type ink uint8

// The inks. The hues are those of Okabe and Ito (2008), which people with any
// colour vision tell apart; their yellow is left out, it hardly shows on white.
const (
	paper  ink = iota
	black      // text and axes
	grey       // what stands back
	faint      // grid lines
	shadow     // the half of a diagram where no bar can be
	blue
	vermillion
	green
	purple
	orange
	sky
	numInks
)

var inkColors = [numInks]color.RGBA{
	paper:      {0xff, 0xff, 0xff, 255},
	black:      {0x22, 0x22, 0x22, 255},
	grey:       {0x8a, 0x8a, 0x8a, 255},
	faint:      {0xe3, 0xe3, 0xe3, 255},
	shadow:     {0xf4, 0xf4, 0xf4, 255},
	blue:       {0x00, 0x72, 0xb2, 255},
	vermillion: {0xd5, 0x5e, 0x00, 255},
	green:      {0x00, 0x9e, 0x73, 255},
	purple:     {0xcc, 0x79, 0xa7, 255},
	orange:     {0xe6, 0x9f, 0x00, 255},
	sky:        {0x56, 0xb4, 0xe9, 255},
}

func (i ink) color() color.RGBA { return inkColors[i] }

// seriesInks are the inks of series, classes and other parts of a picture, in order.
var seriesInks = [...]ink{blue, vermillion, green, purple, orange, sky, black}

// seriesStyle returns the ink and shape of the i-th of things told apart: after
// the last ink comes the next shape, so that 28 differ.
func seriesStyle(i int) (ink, shape) {
	return seriesInks[i%len(seriesInks)], shape(i / len(seriesInks) % int(numShapes))
}

// A colour table has all inks, shades of them on paper and mixtures of them, and
// says for every entry what becomes of it under a layer of ink.
type colorTable struct {
	colors color.Palette // 255 at most
	rgb    [][3]int      // the same
	// over[ink][cover][under] is the entry that a pixel of the entry under
	// becomes where the ink covers cover/coverLevels of it.
	over [numInks][coverLevels + 1][256]uint8
}

const coverLevels = 16

// transparent is an entry without a colour. A pixel of an animation that has it looks as
// in the frame before.
const transparent = 255

var table = sync.OnceValue(func() *colorTable {
	t := new(colorTable)
	add := func(c color.RGBA) {
		for _, d := range t.colors {
			if d == c {
				return
			}
		}
		t.colors = append(t.colors, c)
		t.rgb = append(t.rgb, [3]int{int(c.R), int(c.G), int(c.B)})
	}
	for i := range numInks { // the entry of an ink is its number
		add(i.color())
	}
	for i := range coverLevels * 3 { // text, axes
		add(mix(paper.color(), black.color(), i, coverLevels*3))
	}
	for i := blue; i < numInks; i++ {
		for level := range coverLevels {
			add(mix(paper.color(), i.color(), level, coverLevels))
		}
		for j := i + 1; j < numInks; j++ { // overlaps
			add(mix(i.color(), j.color(), 1, 3))
			add(mix(i.color(), j.color(), 2, 3))
		}
		add(mix(i.color(), black.color(), 1, 2))
		add(mix(i.color(), grey.color(), 1, 2))
	}
	for i := range numInks {
		for level := range coverLevels + 1 {
			for under, c := range t.colors {
				t.over[i][level][under] = t.nearest(mix(c.(color.RGBA), i.color(), level, coverLevels))
			}
		}
	}
	return t
})

// nearest returns the entry nearest to an opaque colour, the first of several. It
// does what color.Palette.Index does, several times as fast.
func (t *colorTable) nearest(c color.RGBA) uint8 {
	best, least := 0, math.MaxInt
	for i := range t.rgb {
		r, g, b := t.rgb[i][0]-int(c.R), t.rgb[i][1]-int(c.G), t.rgb[i][2]-int(c.B)
		if d := r*r + g*g + b*b; d < least {
			best, least = i, d
		}
	}
	return uint8(best)
}

// mix returns a with part/whole of b over it.
func mix(a, b color.RGBA, part, whole int) color.RGBA {
	blend := func(a, b uint8) uint8 { return uint8((int(a)*(whole-part) + int(b)*part + whole/2) / whole) }
	return color.RGBA{blend(a.R, b.R), blend(a.G, b.G), blend(a.B, b.B), 255}
}
