package cubical

import (
	"math"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A plane computes the persistent homology of an image of two dimensions.
//
// Problem: find, for each pixel that gives birth to a component or a hole, the pixel that
// ends it.
//
// Idea: degree 0 is the merging of connected components as pixels enter, from the first
// to the last. By Alexander duality the holes of a set are the connected components of
// its complement, but for the one that reaches the outside: degree 1 is the merging of
// connected components as pixels leave, from the last to the first. In the
// T-construction pixels are closed squares: a set is connected across corners and its
// complement is not. In the V-construction it is the other way round (Garin et al.,
// Duality in persistent homology of images, 2020).
//
// The pattern of a pixel tells which of its eight neighbors enter before it. It follows from
// the values of nine pixels, so that no sort of all pixels is needed. A table tells from the
// pattern which of these neighbors are connected to each other around the pixel: see links.
// The same holds for the neighbors that enter after it. Nearly all pixels have earlier
// neighbors of one component, and belong to this component: see basins. A pixel with more is
// a saddle. As components of earlier and of later neighbors alternate around it, it has
// as many of later ones. When a saddle with two enters, either it joins two components, or
// it closes a hole, and then joins two components of the complement when it leaves.
//
// So degree 0 visits the saddles from the first to the last, and degree 1 visits them from the
// last to the first, but not those that have joined components in degree 0.
//
// Cost: O(n) for n pixels, and O(s log s) for s saddles.
type plane[T ph.Float] struct {
	rows, columns int
	corner        bool // whether a set is connected across corners
	stop          parallel.Stop

	// framed has the values of the image, negated for superlevel sets, and of a frame of one
	// pixel around it. The frame has the value +Inf: it enters after all pixels. The place of
	// a pixel is its index in framed.
	framed   []T
	width    int      // the number of pixels of a row with its frame
	patterns []uint8  // for each place the pattern
	links    [2]links // the tables of connections across sides alone, and across corners too
	ways     [2]ways  // the tables of ways for both

	// A saddle with k components around it stands for k−1 passes: the first component may
	// join each of the others. Passes are in the order of places.
	saddles []int32 // the places of saddles
	pixels  []int32 // of each pass the pixel
	levels  []T     // of each pass the value
	order   order   // of the passes, by level and place

	basins basins[T]
	alone  []bool  // whether a pass is the only one of its saddle
	done   []bool  // whether degree 1 skips a pass: it is alone, and joined components in degree 0
	ended  []int32 // the basins of the complement that end with a class
	deaths []T     // of these classes
}

// begin starts with an image.
func (p *plane[T]) begin(m Image[T], o Options) {
	p.rows, p.columns, p.corner = m.Shape[0], m.Shape[1], o.Construction == TopCells
	if p.width == 0 {
		p.links[0].fill(false)
		p.links[1].fill(true)
	}
	if p.width != p.columns+2 {
		p.width = p.columns + 2
		p.ways[0].fill(&p.links[0], p.around())
		p.ways[1].fill(&p.links[1], p.around())
	}
	size := (p.rows + 2) * p.width
	p.framed, p.patterns = reuse.Slice(p.framed, size), reuse.Slice(p.patterns, size)
	outside := T(math.Inf(1))
	for i := range p.width {
		p.framed[i], p.framed[size-1-i] = outside, outside
	}
	for r := range p.rows {
		row := p.framed[(r+1)*p.width:][:p.width]
		row[0], row[p.width-1] = outside, outside
		values := m.Values[r*p.columns:][:p.columns]
		row = row[1:][:len(values)]
		if !o.Superlevel {
			copy(row, values)
			continue
		}
		for i, v := range values {
			row[i] = -v
		}
	}
	p.findPatterns()
	p.findPasses()
	sortPixels(&p.order, p.levels, false)
}

// findPatterns finds the patterns and the saddles. Bit k of a pattern stands for neighbor k,
// clockwise from above. Of pixels with equal values those with lower index enter first. It
// returns early, with some missing, if a stop is requested.
func (p *plane[T]) findPatterns() {
	joins := &p.links[p.linksOf(true)].joins
	saddles := reuse.Slice(p.saddles, p.rows*p.columns)
	count := 0
	for r := range p.rows {
		if r&0x3f == 0 && p.stop.Requested() {
			return
		}
		at := (r + 1) * p.width
		patterns := p.patterns[at+1:][:p.columns]
		above, row, below := p.framed[at-p.width:][:p.width], p.framed[at:][:p.width], p.framed[at+p.width:][:p.width]
		above, row, below = above[2:][:len(patterns)], row[2:][:len(patterns)], below[2:][:len(patterns)]
		// The three columns around a pixel are l, m and r of three rows.
		al, am := p.framed[at-p.width], p.framed[at-p.width+1]
		l, m := p.framed[at], p.framed[at+1]
		bl, bm := p.framed[at+p.width], p.framed[at+p.width+1]
		for i := range patterns {
			ar, r, br := above[i], row[i], below[i]
			pattern := atMost(am, m) | atMost(ar, m)<<1 | less(r, m)<<2 | less(br, m)<<3 |
				less(bm, m)<<4 | less(bl, m)<<5 | atMost(l, m)<<6 | atMost(al, m)<<7
			patterns[i] = pattern
			saddles[count] = int32(at + 1 + i)
			count += int(joins[pattern])
			al, am, l, m, bl, bm = am, ar, m, r, bm, br
		}
	}
	p.saddles = saddles[:count]
}

// less returns 1 if x < y, else 0.
func less[T ph.Float](x, y T) (b uint8) {
	if x < y {
		b = 1
	}
	return b
}

// atMost returns 1 if x ≤ y, else 0.
func atMost[T ph.Float](x, y T) (b uint8) {
	if x <= y {
		b = 1
	}
	return b
}

// around returns the differences between the places of the neighbors of a pixel and its own
// place, clockwise from above.
func (p *plane[T]) around() [8]int32 {
	w := int32(p.width)
	return [8]int32{-w, -w + 1, 1, w + 1, w, w - 1, -1, -w - 1}
}

// findPasses finds the passes of all saddles.
func (p *plane[T]) findPasses() {
	lists := &p.links[p.linksOf(true)].lists
	p.pixels, p.levels, p.alone = p.pixels[:0], p.levels[:0], p.alone[:0]
	w := int32(p.width)
	frame, end := w+1, 2*w // the number of places of the frame before the end of the row
	for _, at := range p.saddles {
		for ; at >= end; end += w {
			frame += 2
		}
		others := lists[p.patterns[at]] >> 4
		alone := others>>4 == 0
		for ; others != 0; others >>= 4 {
			p.pixels, p.levels, p.alone = append(p.pixels, at-frame), append(p.levels, p.framed[at]), append(p.alone, alone)
		}
	}
	p.done = reuse.Slice(p.done, len(p.alone))
	clear(p.done)
}

// linksOf returns the index of the tables of connections of the set of pixels that have
// entered, or of its complement.
func (p *plane[T]) linksOf(entered bool) int {
	if p.corner == entered {
		return 1
	}
	return 0
}

// pixel returns the index in the image of the pixel in a place.
func (p *plane[T]) pixel(at int32) int32 {
	w := uint32(p.width)
	row := uint32(at)/w - 1
	return int32(uint32(at) - w - 1 - 2*row)
}

// components appends the classes of degree 0. It returns early, with some classes missing, if
// a stop is requested.
func (p *plane[T]) components(classes []ph.Class) []ph.Class {
	if p.rows == 0 || p.columns == 0 {
		return classes
	}
	b := &p.basins
	if !p.findBasins(true) {
		return classes
	}
	classes = grow(classes, len(b.parent))
	for k, i := range p.order.pixels {
		if k&0x3fff == 0 && p.stop.Requested() {
			return classes
		}
		x, y := b.find(b.passes[i].from), b.find(b.passes[i].to)
		if x == y {
			continue
		}
		// The basin with the lower extremum is the elder. Basins are in the order of the
		// places of extrema.
		if v, w := b.values[x], b.values[y]; w < v || w == v && y < x {
			x, y = y, x
		}
		b.parent[y] = x
		p.done[i] = p.alone[i]
		if birth, death := b.values[y], p.levels[i]; birth != death {
			classes = classes[:len(classes)+1]
			classes[len(classes)-1].Bar = bar(birth, death, p.pixel(b.places[y]), p.pixels[i])
		}
	}
	x := b.find(0)
	first := p.pixel(b.places[x])
	return append(classes, ph.Class{Bar: ph.Bar{
		Birth: float64(b.values[x]) + 0, Death: math.Inf(1),
		BirthCell: ph.Cell{U: first, V: first}, DeathCell: ph.Cell{U: -1, V: -1},
	}})
}

// holes appends the classes of degree 1. It returns early, with some classes missing, if a
// stop is requested.
func (p *plane[T]) holes(classes []ph.Class) []ph.Class {
	b := &p.basins
	if !p.findBasins(false) {
		return classes
	}
	b.ends = reuse.Slice(b.ends, len(b.parent))
	for k := len(p.order.pixels) - 1; k >= 0; k-- {
		if k&0x3fff == 0 && p.stop.Requested() {
			return classes
		}
		i := p.order.pixels[k]
		if p.done[i] {
			continue
		}
		x, y := b.find(b.passes[i].from), b.find(b.passes[i].to)
		if x == y {
			continue
		}
		// The basin with the higher extremum is the elder.
		if v, w := b.values[x], b.values[y]; w > v || w == v && y > x {
			x, y = y, x
		}
		b.parent[y], b.ends[y] = x, i
	}
	// Classes are in the order of deaths.
	p.ended, p.deaths = p.ended[:0], p.deaths[:0]
	for y, x := range b.parent {
		if x != int32(y) && p.levels[b.ends[y]] != b.values[y] {
			p.ended, p.deaths = append(p.ended, int32(y)), append(p.deaths, b.values[y])
		}
	}
	sortPixels(&p.order, p.deaths, false)
	classes = grow(classes, len(p.ended))
	for _, k := range p.order.pixels {
		y := p.ended[k]
		i := b.ends[y]
		classes = classes[:len(classes)+1]
		classes[len(classes)-1].Bar = bar(p.levels[i], b.values[y], p.pixels[i], p.pixel(b.places[y]))
	}
	return classes
}

// bar returns the bar of two pixels.
func bar[T ph.Float](birth, death T, from, to int32) ph.Bar {
	return ph.Bar{
		Birth: float64(birth) + 0, Death: float64(death) + 0, // +0 makes a −0 a 0
		BirthCell: ph.Cell{U: from, V: from}, DeathCell: ph.Cell{U: to, V: to},
	}
}

// grow makes room for n more classes, and clears it.
func grow(classes []ph.Class, n int) []ph.Class {
	classes = slices.Grow(classes, n)
	clear(classes[len(classes):][:n])
	return classes
}
