package reduced

import (
	"slices"

	"github.com/topogen/topogen/ph/internal/metric"
)

// A skipper knows lengths in which no loop dies. The engine does not look at the lunes of edges
// of such lengths.
//
// Problem: a long loop keeps the engine busy with all edges up to its death.
//
// Idea: a net, a small part of the points, has loops that die at about the same lengths. Let k
// loops be alive before an edge of length ℓ, and let m ≥ ℓ be a length such that no later edge
// shorter than m gives birth to a loop. Let k loops of the net be born below ℓ, and die at
// m + stretch or later, where two points at a distance x have members near them at a distance up
// to x + stretch. Then no loop dies below m. Proof: points go to members near them, and members to
// themselves. So there are maps of complexes
//
//	net below ℓ → all points before the edge → all points below m → net below m + stretch,
//
// whose composition is the inclusion. Its rank in degree 1 is at least k, so that of the map in
// the middle is. This map starts from k dimensions. So it is injective: no class dies.
//
// Cost: the loops of a quarter of the points at most, which are found in the same way.
type skipper[T metric.Float] struct {
	net    metric.Net[T]
	known  bool // whether the loops of the net are known
	next   int  // the rank of the edge before which no net is chosen
	loops  []Loop[T]
	lower  []T // the distances of the members, as a lower triangular matrix
	space  metric.Dense[T]
	engine *Engine[T]

	until T    // no loop dies at the edges that are shorter than this
	never bool // whether tests have forbidden to skip edges
}

// A net has at most a member for each netShare points. It is made once at most one loop for
// each loopShare points is alive.
const (
	netShare  = 4
	loopShare = 64
)

// skip sets the length up to which edges from edge i > 0 of a run on can be skipped, if there is
// one.
func (r *Engine[T]) skip(s *run[T], i int) {
	k := &r.skipper
	if k.never || r.near != &r.bits || r.alive == 0 || r.alive > r.space.Len()/loopShare || !k.known && !r.choose(s, i) {
		return
	}
	e := s.edges[i]
	if k.until = k.without(r.alive, e.Length); k.until <= e.Length {
		return
	}
	if !r.searched {
		r.search(s.edges[i-1])
	}
	if !r.usesLookahead { // it pays, as many long edges are still to be visited
		r.usesLookahead = true
		r.lookahead.begin(&r.bits, r.space.Len(), r.workers)
	}
	if next, _ := slices.BinarySearchFunc(r.emptyLunes, e, metric.CompareEdges); next < len(r.emptyLunes) {
		k.until = min(k.until, r.emptyLunes[next].Length)
	}
}

// choose makes a net and finds its loops, if it pays at edge i of a run. It reports whether it
// has. The radius is so small that loops of the net are born before the edge.
func (r *Engine[T]) choose(s *run[T], i int) bool {
	k, n := &r.skipper, r.space.Len()
	radius := s.edges[i].Length / 3
	if s.first+i < k.next || r.edges.shorter(radius) < netShare*n {
		return false
	}
	k.next = 2 * (s.first + i)
	if k.known = r.space.Choose(&k.net, radius, n/netShare); !k.known {
		return false
	}
	k.find(r)
	return true
}

// find finds the loops of the net, and sorts them, the latest death first.
func (k *skipper[T]) find(r *Engine[T]) {
	k.lower = k.lower[:0]
	for i, a := range k.net.Members {
		for _, b := range k.net.Members[:i] {
			k.lower = append(k.lower, r.space.Distance(a, b))
		}
	}
	if k.engine == nil {
		k.engine = new(Engine[T])
	}
	k.engine.Stop = r.Stop
	k.loops = k.loops[:0]
	k.space.SetStop(r.Stop)
	if k.space.Begin(len(k.net.Members), k.lower, true, 0, false) != nil || k.engine.Loops(&k.space, r.workers) != nil {
		return
	}
	k.loops = k.engine.AppendLoops(k.loops)
	slices.SortFunc(k.loops, func(p, q Loop[T]) int { return metric.CompareEdges(q.Death, p.Death) })
}

// without returns a length such that none of alive loops, which all are born before an edge of
// the given length, dies below it. It returns 0 if it knows none.
func (k *skipper[T]) without(alive int, length T) T {
	const margin = 1e-5 // for rounding to float32
	for _, l := range k.loops {
		if l.Birth.Length >= length {
			continue
		}
		if alive--; alive > 0 {
			continue
		}
		until := float64(l.Death.Length)*(1-margin) - k.net.Stretch
		if until > 1e-30 {
			return T(until * (1 - margin))
		}
		break
	}
	return 0
}
