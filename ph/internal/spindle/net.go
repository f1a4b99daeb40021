package spindle

import (
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/reduced"
)

// A net is a part of the points such that all others are within a distance of it, the radius. It
// tells in which lengths no loop dies.
//
// Let k loops of all points be alive at the length ℓ, let none be born in (ℓ, m], and let k loops
// of the net be born up to ℓ and die after m + 2·radius. Then no loop of all points dies in (ℓ, m].
// Proof: map each point to a point of the net that is within the radius, and each point of the
// net to itself. Two points at a distance up to m go to points at a distance up to m + 2·radius,
// or to one point. So the complexes of the net and of all points have maps
//
//	net at ℓ → all points at ℓ → all points at m → net at m + 2·radius,
//
// whose composition is the inclusion. Its rank in degree 1 is at least k, so that of the map in
// the middle is. This map starts from k dimensions. So it is injective: no class dies.
type net[T metric.Float] struct {
	known     bool // whether the loops of the net are known
	radius    float64
	coords    []T
	isCovered []bool // for each point whether it is within the radius of the net
	space     metric.Euclidean[T]
	engine    reduced.Engine[T]
	loops     []reduced.Loop[T] // the loops of the net, the latest death first
}

// A net has at most maxNet points. It is made once at most one loop for each loopShare of these
// is alive.
const (
	maxNet    = 2048
	loopShare = 64
)

// build makes a net of the points of a cloud, and finds its loops. It reports false if the net
// would have too many points.
func (t *net[T]) build(r *Engine[T], radius float64) bool {
	c := &r.cloud
	t.radius, t.coords, t.loops = radius, t.coords[:0], t.loops[:0]
	t.isCovered = reuse.Slice(t.isCovered, c.Len())
	clear(t.isCovered)
	s := &r.searches[0]
	for a := range int32(c.Len()) {
		if t.isCovered[a] {
			continue
		}
		if len(t.coords) == maxNet*c.Dim || r.Stop.Requested() {
			return false
		}
		for _, v := range c.At(a) {
			t.coords = append(t.coords, T(v))
		}
		t.cover(c, s, a)
	}
	t.engine.Stop = r.Stop
	t.space.SetStop(r.Stop)
	if t.space.Begin(c.Dim, t.coords, 0, false) != nil || t.engine.Loops(&t.space, len(r.searches)) != nil || r.Stop.Requested() {
		return false
	}
	t.loops = t.engine.AppendLoops(t.loops)
	slices.SortFunc(t.loops, func(p, q reduced.Loop[T]) int { return metric.CompareEdges(q.Death, p.Death) })
	t.known = true
	return true
}

// cover marks the points within the radius of a.
func (t *net[T]) cover(c *cloud[T], s *search[T], a int32) {
	x, squared := c.At(a), t.radius*t.radius
	s.stack = append(s.stack[:0], 0)
	for len(s.stack) > 0 {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		nd := &c.Nodes[id]
		if lo, hi := c.Box(id); nd.To <= a || !near(x, lo, hi, squared) {
			continue
		}
		if nd.Left >= 0 {
			s.stack = append(s.stack, nd.Left, nd.Right)
			continue
		}
		for p := nd.From; p < nd.To; p++ {
			if c.Squared(x, p) <= squared {
				t.isCovered[p] = true
			}
		}
	}
}

// without returns a length m such that none of alive loops, which are all born up to a length,
// dies in (length, m]. It returns the length itself if it knows no greater one.
func (t *net[T]) without(alive int, length T) T {
	for _, l := range t.loops {
		if l.Birth.Length > length {
			continue
		}
		if alive--; alive > 0 {
			continue
		}
		m := float64(l.Death.Length)*(1-slack) - 2*t.radius*(1+slack)
		if m*m > tiny {
			return max(length, T(m*(1-slack)))
		}
		break
	}
	return length
}
