package cubical

import (
	"math"

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
// A pixel that enters is an extremum if it has no neighbor that entered before. An extremum
// starts a basin. Each other pixel takes the basin of such a neighbor. So union-find works on
// basins, which are few. Union-find is needed only at a pixel whose earlier neighbors are not
// connected to each other around it. The pattern of these neighbors tells this: see links.
// The same holds for pixels that leave.
//
// Invariant: the root of a connected component of basins is the basin that started first, by
// the elder rule. When a pixel joins two components, the component with the later root ends.
// Then the extremum of that root and the pixel are a pair.
//
// Cost: O(n log n) for n pixels, and about twenty memory accesses for each.
type plane[T ph.Float] struct {
	values []T
	order  []int32
	sign   float64 // −1 for superlevel sets
	corner bool    // whether a set is connected across corners
	stop   parallel.Stop

	// The rank of a pixel is the number of pixels that enter before it. ranks has the rank
	// of each pixel of the image and of a frame of one pixel around it. The place of a pixel
	// is its index in ranks. The frame has the rank n of n pixels: it enters after all of
	// them and leaves before all of them.
	ranks   []int32
	width   int32   // the number of pixels of a row with its frame
	indexed []int32 // the place of each pixel of the image
	places  []int32 // for each rank the place of the pixel
	basin   []int32 // for each place the basin, once the pixel has entered or left

	basins basins
	links  [2]links // the tables of connections across sides alone, and across corners too
}

// none stands for no basin.
const none = -1

// A basins value has the connected components of basins, as a union-find forest.
type basins struct {
	extrema []int32 // for each basin the rank of its first pixel
	parent  []int32 // for each basin a parent; a root is its own parent
	partner []int32 // for each basin the rank of the pixel at which it ceased to be a root, or none
}

// reset removes all basins.
func (b *basins) reset() {
	b.extrema, b.parent, b.partner = b.extrema[:0], b.parent[:0], b.partner[:0]
}

// add adds the basin of an extremum, given its rank, and returns the basin.
func (b *basins) add(rank int32) int32 {
	basin := int32(len(b.parent))
	b.extrema, b.parent, b.partner = append(b.extrema, rank), append(b.parent, basin), append(b.partner, none)
	return basin
}

// find returns the root of the component of a basin, and halves the path to this root.
func (b *basins) find(x int32) int32 {
	for b.parent[x] != x {
		b.parent[x] = b.parent[b.parent[x]]
		x = b.parent[x]
	}
	return x
}

// join merges the components of two basins at the pixel of a rank. It returns the root of
// the merged component and the root that ends, none if both basins were in one component.
func (b *basins) join(x, y, rank int32) (root, ended int32) {
	x, y = b.find(x), b.find(y)
	if x == y {
		return x, none
	}
	x, y = min(x, y), max(x, y)
	b.parent[y], b.partner[y] = x, rank
	return x, y
}

// begin starts with an image. order has the pixels in the order in which they enter.
func (p *plane[T]) begin(m Image[T], o Options, order *order) {
	rows, columns := m.Shape[0], m.Shape[1]
	n := len(m.Values)
	p.values, p.order, p.sign, p.corner = m.Values, order.pixels, 1, o.Construction == TopCells
	if o.Superlevel {
		p.sign = -1
	}
	p.width = int32(columns + 2)
	size := (rows + 2) * (columns + 2)
	p.ranks, p.basin = resize(p.ranks, size), resize(p.basin, size)
	p.places, p.indexed = resize(p.places, n), resize(p.indexed, n)
	for i := range p.ranks {
		p.ranks[i] = int32(n)
	}
	at, pixel := p.width+1, 0
	for range rows {
		for range columns {
			p.indexed[pixel] = at
			pixel++
			at++
		}
		at += 2
	}
	for rank, pixel := range p.order {
		at := p.indexed[pixel]
		p.places[rank] = at
		p.ranks[at] = int32(rank)
	}
	if p.links[0][1] == 0 {
		p.links[0].fill(false)
		p.links[1].fill(true)
	}
}

// around returns the differences between the places of the neighbors of a pixel and its own
// place, clockwise from above.
func (p *plane[T]) around() [8]int32 {
	w := p.width
	return [8]int32{-w, -w + 1, 1, w + 1, w, w - 1, -1, -w - 1}
}

// pattern returns the set of those neighbors of the pixel in a place whose rank is less than
// that of the pixel. Bit k stands for neighbor k of around.
func (p *plane[T]) pattern(at int32) uint8 {
	w := p.width
	above, row, below := p.ranks[at-w-1:][:3], p.ranks[at-1:][:3], p.ranks[at+w-1:][:3]
	rank := row[1]
	bit := func(other int32) uint32 { return uint32(other-rank) >> 31 }
	return uint8(bit(above[1]) | bit(above[2])<<1 | bit(row[2])<<2 | bit(below[2])<<3 |
		bit(below[1])<<4 | bit(below[0])<<5 | bit(row[0])<<6 | bit(above[0])<<7)
}

// components appends the classes of degree 0. It returns early, with some classes missing, if
// a stop is requested.
func (p *plane[T]) components(classes []ph.Class) []ph.Class {
	if len(p.order) == 0 {
		return classes
	}
	links, around := &p.links[0], p.around()
	if p.corner {
		links = &p.links[1]
	}
	p.basins.reset()
	for rank, at := range p.places {
		if rank&0x3fff == 0 && p.stop.Requested() {
			return classes
		}
		list := links[p.pattern(at)]
		if list == 0 {
			p.basin[at] = p.basins.add(int32(rank))
			continue
		}
		basin := p.basin[at+around[list>>1&7]]
		for list >>= 4; list != 0; list >>= 4 {
			var ended int32
			if basin, ended = p.basins.join(basin, p.basin[at+around[list>>1&7]], int32(rank)); ended != none {
				classes = p.add(classes, p.basins.extrema[ended], int32(rank))
			}
		}
		p.basin[at] = basin
	}
	first := p.order[0]
	return append(classes, ph.Class{Bar: ph.Bar{
		Birth: p.value(first), Death: math.Inf(1),
		BirthCell: ph.Cell{U: first, V: first}, DeathCell: ph.Cell{U: -1, V: -1},
	}})
}

// holes appends the classes of degree 1. It returns early, with some classes missing, if a
// stop is requested.
func (p *plane[T]) holes(classes []ph.Class) []ph.Class {
	n := int32(len(p.order))
	links, around := &p.links[1], p.around()
	if p.corner {
		links = &p.links[0]
	}
	p.basins.reset()
	outside := p.basins.add(n)
	p.fillFrame(outside)
	for rank := n - 1; rank >= 0; rank-- {
		if rank&0x3fff == 0 && p.stop.Requested() {
			return classes
		}
		at := p.places[rank]
		list := links[^p.pattern(at)]
		if list == 0 {
			p.basin[at] = p.basins.add(rank)
			continue
		}
		basin := p.basin[at+around[list>>1&7]]
		for list >>= 4; list != 0; list >>= 4 {
			basin, _ = p.basins.join(basin, p.basin[at+around[list>>1&7]], rank)
		}
		p.basin[at] = basin
	}
	for k := len(p.basins.extrema) - 1; k > 0; k-- { // in the order of deaths
		if birth := p.basins.partner[k]; birth != none {
			classes = p.add(classes, birth, p.basins.extrema[k])
		}
	}
	return classes
}

// fillFrame gives all places of the frame a basin.
func (p *plane[T]) fillFrame(basin int32) {
	w, size := int(p.width), len(p.basin)
	for i := range w {
		p.basin[i], p.basin[size-1-i] = basin, basin
	}
	for i := 0; i < size; i += w {
		p.basin[i], p.basin[i+w-1] = basin, basin
	}
}

// add appends the class of the pixels of two ranks, unless its persistence is 0.
func (p *plane[T]) add(classes []ph.Class, birth, death int32) []ph.Class {
	b, d := p.order[birth], p.order[death]
	if p.values[b] == p.values[d] {
		return classes
	}
	return append(classes, ph.Class{Bar: ph.Bar{
		Birth: p.value(b), Death: p.value(d),
		BirthCell: ph.Cell{U: b, V: b}, DeathCell: ph.Cell{U: d, V: d},
	}})
}

// value returns the level at which a pixel enters.
func (p *plane[T]) value(pixel int32) float64 {
	return p.sign*float64(p.values[pixel]) + 0 // +0 makes a −0 a 0
}
