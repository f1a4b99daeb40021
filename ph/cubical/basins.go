package cubical

import (
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// A basins value has the basins of an image of two dimensions, as pixels enter or as they leave.
//
// A pixel that enters is an extremum if no neighbor of it has entered before. An extremum
// starts a basin. Each other pixel belongs to the basin of one such neighbor, to which its
// label leads. Labels lead to pixels that enter ever earlier. So they may be followed before
// any pixel has entered. A pass joins the basins of two neighbors, unless they are the same.
//
// Invariant: the root of a connected component of basins is the basin that started first, by
// the elder rule. When a pass joins two components, the component with the later root ends.
// Then the extremum of that root and the pixel of the pass are a pair.
type basins[T ph.Float] struct {
	basinTree

	places []int32                    // of each basin the place of the extremum; basins are in the order of places
	values []T                        // of each basin the value of the extremum
	ends   []int32                    // of each basin that is not a root, in degree 1, the pass at which it ended
	passes []struct{ from, to int32 } // the basins that each pass joins
}

// findBasins finds the basins of the set of pixels that have entered, or of its complement,
// whose basin 0 is the frame. It returns false if a stop is requested.
func (p *plane[T]) findBasins(entered bool) bool {
	b, links, ways, around := &p.basins, &p.links[p.linksOf(entered)], &p.ways[p.linksOf(entered)], p.around()
	flip := uint8(0) // the pattern of the complement is the inverse
	if !entered {
		flip = 0xff
	}
	size := len(p.framed)
	b.labels, b.places = reuse.Slice(b.labels, size), reuse.Slice(b.places, size)
	labels, places := b.labels, b.places
	count := int32(0)
	if !entered {
		b.places[0] = 0
		p.labelFrame(^0)
		count = 1
	}
	for r := range p.rows {
		if r&0x3f == 0 && p.stop.Requested() {
			return false
		}
		at := int32((r+1)*p.width + 1)
		for _, pattern := range p.patterns[at:][:p.columns] {
			// Without branches, as they would depend on noise.
			pattern ^= flip
			way := ways[pattern]
			to := at + way
			label := labels[to]
			if way > 0 {
				label = to // its label is not yet known
			}
			if way == 0 {
				label = ^count
			}
			places[count] = at
			count += int32(links.extremum[pattern])
			labels[at] = label
			at++
		}
	}
	b.places = b.places[:count]
	b.values, b.parent = reuse.Slice(b.values, int(count)), reuse.Slice(b.parent, int(count))
	for k, at := range b.places {
		b.values[k], b.parent[k] = p.framed[at], int32(k)
	}
	if !entered {
		b.values[0] = T(math.Inf(1))
	}
	b.passes = b.passes[:0]
	for k, at := range p.saddles {
		if k&0x3fff == 0 && p.stop.Requested() {
			return false
		}
		list := links.lists[p.patterns[at]^flip]
		from := b.basin(at + around[list>>1&7])
		for list >>= 4; list != 0; list >>= 4 {
			b.passes = append(b.passes, struct{ from, to int32 }{from, b.basin(at + around[list>>1&7])})
		}
	}
	return true
}

// labelFrame gives all places of the frame a label.
func (p *plane[T]) labelFrame(label int32) {
	labels := p.basins.labels
	w, size := p.width, len(labels)
	for i := range w {
		labels[i], labels[size-1-i] = label, label
	}
	for i := 0; i < size; i += w {
		labels[i], labels[i+w-1] = label, label
	}
}
