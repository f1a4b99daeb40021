package ph

import (
	"math/bits"
	"sync/atomic"
)

// What follows rests on one fact. Let c be the apex of an edge e, and W points of
// its lune, not c, such that e and W span a simplex. If c is joined to all of W
// before e comes, then the simplices e∪W and e∪W∪c are an apparent pair: in the
// order of e, where c is least, the second is the oldest cofacet of the first,
// and the first the youngest facet of the second. If c is joined to all of the
// lune, then that pairs all simplices of this rank: the edge changes nothing. (It
// is dominated, in the words of Boissonnat and Pritam, Edge collapse and
// persistence of flag complexes, 2020.)
//
// Otherwise e∪W is in an apparent pair with e∪W∪v if the least point v that is
// joined to e and W before e comes is less than all of W.

// chooseApexes chooses for each edge the point that is joined to most others in
// its lune. Workers take edges from the youngest to the oldest, a run at a time.
func (s *skeleton) chooseApexes(graphs []luneGraph) {
	const run = 1 << 10 // a multiple of 64: no two workers share a word of idles
	s.apex = resize(s.apex, len(s.ends))
	s.idles = resize(s.idles, (len(s.ends)+63)/64)
	clear(s.idles)
	var left atomic.Int64 // runs
	left.Store(int64((len(s.ends) + run - 1) / run))
	inParallel(len(graphs), func(worker int) {
		g := &graphs[worker]
		g.begin(s)
		for {
			from := left.Add(-1) * run
			if from < 0 {
				return
			}
			g.skipTo(uint32(min(from+run, int64(len(s.ends)))))
			for g.edge > uint32(from) {
				g.step()
				apex, idle := g.chooseApex()
				s.apex[g.edge] = g.point(apex)
				if idle {
					s.idles[g.edge>>6] |= 1 << (g.edge & 63)
				}
			}
		}
	})
}

// chooseApex returns the number of the apex of the edge at hand, −1 if its lune
// is empty, and whether that is joined to the whole lune.
func (g *luneGraph) chooseApex() (apex int32, idle bool) {
	if g.size == 0 {
		return -1, false
	}
	if !g.dense {
		// The graph need not be made where the middle is joined to all, as in most
		// lunes.
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
