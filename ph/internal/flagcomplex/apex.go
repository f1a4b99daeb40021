package flagcomplex

import (
	"math/bits"
	"sync/atomic"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// The choice of apexes rests on one fact. Let c be the apex of an edge e, and W a set of
// points of the lune of e, without c, such that e and W span a simplex. The order of e is an
// order of points: c first, then the others by number.
//
// If c is joined to all points of W before e comes, then the simplices e∪W and e∪W∪c are an
// apparent pair. For c is the first point in the order of e: so e∪W∪c is the oldest cofacet
// of e∪W, and e∪W is the youngest facet of e∪W∪c. If c is joined to all other points of the
// lune, this pairs all simplices whose youngest edge is e.
//
// In general let v be the first point, in the order of e, that is joined to both ends of e
// and to all points of W before e comes. If v comes before all points of W in this order,
// then e∪W and e∪W∪v are an apparent pair.

// chooseApexes chooses for each edge the point of its lune that is joined to most others of
// the lune. Workers take runs of edges, from the youngest to the oldest.
func (s *skeleton) chooseApexes(links []edgeLink) {
	const run = 1 << 10 // a multiple of 64, so that no two workers share a word of dominated
	s.apex = reuse.Slice(s.apex, len(s.ends))
	s.dominated = reuse.Slice(s.dominated, bitset.Words(len(s.ends)))
	clear(s.dominated)
	var left atomic.Int64 // the number of runs that no worker has taken
	left.Store(int64((len(s.ends) + run - 1) / run))
	parallel.Run(len(links), func(worker int) {
		g := &links[worker]
		g.begin(s)
		for {
			from := left.Add(-1) * run
			if from < 0 {
				return
			}
			g.skipTo(uint32(min(from+run, int64(len(s.ends)))))
			for g.edge > uint32(from) {
				if s.stop.Requested() {
					return
				}
				g.step()
				apex, dominated := g.chooseApex()
				s.apex[g.edge] = g.point(apex)
				if dominated {
					bitset.Add(s.dominated, g.edge)
				}
			}
		}
	})
}

// chooseApex returns the number of the apex of the current edge, −1 if the lune is empty. It
// reports whether the edge is dominated: whether the apex is joined to all other points of
// the lune.
func (g *edgeLink) chooseApex() (apex int32, dominated bool) {
	if g.size == 0 {
		return -1, false
	}
	if !g.dense {
		// In most lunes the point named middle is joined to all others. Then the edges of
		// the link need not be found.
		if g.isCone() {
			return g.middle, true
		}
		g.connect()
	}
	most := -1
	for w, x := range g.lune {
		for ; x != 0 && most < g.size-1; x &= x - 1 {
			v := int32(w<<6 + bits.TrailingZeros64(x))
			joined := 0
			for i, y := range g.before(v) {
				joined += bits.OnesCount64(y & g.lune[i])
			}
			if joined > most {
				apex, most = v, joined
			}
		}
	}
	return apex, most == g.size-1
}
