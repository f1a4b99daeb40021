package cubical

import (
	"math"

	"github.com/topogen/topogen/ph"
)

// A plane computes the persistent homology of an image of two dimensions.
//
// Problem: pair the pixels that give birth to components and holes with those that end
// them.
//
// Idea: degree 0 is the merging of connected components as pixels enter, from the first
// to the last. By Alexander duality the holes of a set are the connected components of
// its complement, but for the one that reaches the outside: degree 1 is the merging of
// connected components as pixels leave, from the last to the first. In the
// T-construction pixels are closed squares: a set is connected across corners and its
// complement is not. In the V-construction it is the other way round (Garin et al.,
// Duality in persistent homology of images, 2020).
//
// Invariant: nodes are the ranks of pixels. The root of each component of the entered
// pixels is its first pixel, whose component it is by the elder rule. The root of each
// component of the pixels that have left is its last pixel, which fills the hole; the
// outside has a rank after all others and is there from the start. When a pixel joins
// two components, the one with the younger root ends: the pair is that root and the
// pixel.
//
// Cost: O(n log n) for n pixels, and a few memory accesses for each pixel and neighbor.
type plane[T ph.Float] struct {
	values []T
	order  []int32
	sign   float64 // −1 for superlevel sets
	corner bool    // whether a set is connected across corners

	// ranks has the rank of each pixel, with a frame of one pixel around the image that
	// has the rank n. So a neighbor in the frame has not entered, and has left.
	ranks  []int32
	width  int32   // of a row with its frame
	places []int32 // of each rank, in ranks

	parent []int32
	births []int32 // of each rank: one more than the rank of the pixel that gives birth to the hole it fills, or 0
}

// begin reads an image.
func (p *plane[T]) begin(m Image[T], o Options, order *order) {
	rows, columns := m.Shape[0], m.Shape[1]
	n := len(m.Values)
	p.values, p.order, p.sign, p.corner = m.Values, order.pixels, 1, o.Construction == TopCells
	if o.Superlevel {
		p.sign = -1
	}
	p.width = int32(columns + 2)
	p.ranks = resize(p.ranks, (rows+2)*(columns+2))
	for i := range p.ranks {
		p.ranks[i] = int32(n)
	}
	p.places, p.parent, p.births = resize(p.places, n), resize(p.parent, n+1), resize(p.births, n)
	if n == 0 {
		return
	}
	// The place of a pixel without a division by the number of columns, which takes
	// longer than all else: first by pixel, in parent, then by rank.
	at, pixel := p.width+1, 0
	for range rows {
		for range columns {
			p.parent[pixel] = at
			pixel++
			at++
		}
		at += 2
	}
	for rank, pixel := range p.order {
		at := p.parent[pixel]
		p.places[rank] = at
		p.ranks[at] = int32(rank)
	}
}

// neighbors returns the offsets of the neighbors of a pixel in ranks, and how many are
// meant: four, or eight with those across corners.
func (p *plane[T]) neighbors(corners bool) (offsets [8]int32, count int) {
	w := p.width
	offsets = [8]int32{-w, -1, 1, w, -w - 1, -w + 1, w - 1, w + 1}
	if corners {
		return offsets, 8
	}
	return offsets, 4
}

// components appends the classes of degree 0.
func (p *plane[T]) components(classes []ph.Class) []ph.Class {
	if len(p.order) == 0 {
		return classes
	}
	offsets, count := p.neighbors(p.corner)
	for r, at := range p.places {
		rank := int32(r)
		root := rank
		p.parent[rank] = rank
		for _, offset := range offsets[:count] {
			other := p.ranks[at+offset]
			if other >= rank {
				continue
			}
			other = p.find(other)
			if other == root {
				continue
			}
			root, other = min(root, other), max(root, other)
			p.parent[other] = root
			if other != rank {
				classes = p.add(classes, other, rank)
			}
		}
	}
	first := p.order[0]
	return append(classes, ph.Class{Bar: ph.Bar{
		Birth: p.value(first), Death: math.Inf(1),
		BirthCell: ph.Cell{U: first, V: first}, DeathCell: ph.Cell{U: -1, V: -1},
	}})
}

// holes appends the classes of degree 1.
func (p *plane[T]) holes(classes []ph.Class) []ph.Class {
	n := int32(len(p.order))
	offsets, count := p.neighbors(!p.corner)
	clear(p.births)
	p.parent[n] = n
	for rank := n - 1; rank >= 0; rank-- {
		root := rank
		p.parent[rank] = rank
		at := p.places[rank]
		for _, offset := range offsets[:count] {
			other := p.ranks[at+offset]
			if other <= rank {
				continue
			}
			other = p.find(other)
			if other == root {
				continue
			}
			root, other = max(root, other), min(root, other)
			p.parent[other] = root
			if other != rank {
				p.births[other] = rank + 1
			}
		}
	}
	for death, birth := range p.births { // in the order of deaths
		if birth > 0 {
			classes = p.add(classes, birth-1, int32(death))
		}
	}
	return classes
}

// find returns the root of the component of a rank.
func (p *plane[T]) find(x int32) int32 {
	for {
		y := p.parent[x]
		if y == x {
			return x
		}
		z := p.parent[y]
		p.parent[x] = z
		x = z
	}
}

// add appends the class of two ranks, unless its length is 0.
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
func (p *plane[T]) value(pixel int32) float64 { return p.sign * float64(p.values[pixel]) }
