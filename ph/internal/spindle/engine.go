package spindle

import (
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bittree"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/reduced"
	"github.com/topogen/topogen/ph/internal/unionfind"
)

// An Engine computes degrees 0 and 1 of points. It is a workspace: used again for a cloud of
// no larger size it allocates next to nothing.
type Engine[T metric.Float] struct {
	Stop parallel.Stop

	// Progress, if it is not nil, is called with the name of the current stage and the share
	// of the stage that is done, by one goroutine.
	Progress func(stage string, share float64)

	cloud    cloud[T]
	searches []search[T] // one for each worker
	band     metric.Band[T]

	emptyLunes []metric.Edge[T] // the edges with empty lunes, in order
	joined     unionfind.Components
	merges     []reduced.Merge[T]
	births     []metric.Edge[T] // the edges of emptyLunes that give birth to loops, in order
	starts     []int32          // see linksOf
	links      []link

	next        []float64 // for each point a lower bound of the squared length of its candidates in later bands
	open        []int32   // for each node the number of its points that may have candidates in later bands
	mayWitness  float64   // the squared distance up to which a search visits nodes without candidates, for witnesses
	active      []int32   // the points that may have candidates in the band
	isActive    []bool    // for each point whether it is active
	activeNexts []float64 // for each active point its next after the band
	holes       holeSearch
	hasHoles    bool        // whether holes have been searched since begin
	found       []column[T] // the columns of the band

	tasks []boxPair // see findByBoxes
	net   net[T]    // made if a loop lives long

	set     bittree.Set // the column that is reduced
	owner   []int32     // for each birth the column that ended it, −1 while it is alive
	columns []stored    // the reduced columns
	arena   []int32     // the entries of the reduced columns
	deaths  []death[T]
}

// begin finds the merges and the births.
func (r *Engine[T]) begin(dim int, coords []T, threshold float64, workers int) error {
	r.merges, r.births, r.deaths = r.merges[:0], r.births[:0], r.deaths[:0]
	r.columns, r.arena, r.hasHoles = r.columns[:0], r.arena[:0], false
	if err := r.cloud.begin(dim, coords, threshold, r.Stop); err != nil {
		return err
	}
	r.joined.Reset(len(coords) / dim)
	if r.Stop.Requested() {
		return nil
	}
	for len(r.searches) < workers {
		r.searches = append(r.searches, search[T]{})
	}
	r.searches = r.searches[:workers]
	for i := range r.searches {
		r.searches[i].edges = r.searches[i].edges[:0]
	}
	parallel.For(r.Stop, workers, r.cloud.Len(), 64, func(worker, a int) {
		r.progress(worker, "edges with empty lunes", a, r.cloud.Len())
		r.searches[worker].findEmptyLunes(&r.cloud, int32(a))
	})
	if r.Stop.Requested() {
		return nil
	}
	r.sortEmptyLunes()
	r.classify()
	return nil
}

// progress reports that a worker does item i of n, if it is the first worker and many items
// are done since it last reported. Workers take items in order.
func (r *Engine[T]) progress(worker int, stage string, i, n int) {
	if r.Progress != nil && worker == 0 && i%1024 == 0 {
		r.Progress(stage, float64(i)/float64(n))
	}
}

// Components finds the merges of components.
func (r *Engine[T]) Components(dim int, coords []T, threshold float64, workers int) error {
	return r.begin(dim, coords, threshold, workers)
}

// Loops finds the merges of components and the loops.
func (r *Engine[T]) Loops(dim int, coords []T, threshold float64, workers int) error {
	if err := r.begin(dim, coords, threshold, workers); err != nil || r.Stop.Requested() {
		return err
	}
	r.owner = reuse.Slice(r.owner, len(r.births))
	for i := range r.owner {
		r.owner[i] = -1
	}
	if len(r.births) == 0 {
		return nil
	}
	r.set.Grow(len(r.births))
	r.linkGraph()
	c := &r.cloud
	n := c.Len()
	r.next, r.isActive, r.open = reuse.Slice(r.next, n), reuse.Slice(r.isActive, n), reuse.Slice(r.open, len(c.Nodes))
	clear(r.next)
	above, upTo := T(-1), r.firstBand()
	// The bands that follow the first are narrow: mostly few loops are left, and live little
	// longer, while the number of points near holes drops fast with the length.
	wider := 1.1
	r.mayWitness = intervalOf(0, upTo).most
	long := 2 * upTo
	r.net.known = false
	skipped := false // whether the band follows lengths that were skipped, and no loop died since
	for len(r.deaths) < len(r.births) {
		stage := fmt.Sprintf("%d of %d loops, edges up to %.3g", len(r.births)-len(r.deaths), len(r.births), upTo)
		for i := range r.searches {
			s := &r.searches[i]
			s.columns, s.arena = s.columns[:0], s.arena[:0]
		}
		if skipped {
			r.findByBoxes(stage, above, upTo)
		} else {
			r.findByPoints(stage, above, upTo)
		}
		if r.Stop.Requested() {
			return nil
		}
		dead := len(r.deaths)
		r.reduceAll()
		if upTo == c.limit {
			return nil
		}
		skipped = skipped && len(r.deaths) == dead
		above = upTo
		if above > long {
			above = r.skip(upTo)
			skipped = skipped || above > upTo
		}
		if above >= c.limit {
			return nil
		}
		if skipped && r.net.known { // a loop dies soon
			upTo = min(c.limit, above+T(r.net.radius/2))
		} else {
			upTo = min(c.limit, T(wider*float64(above)))
			wider = min(wider+0.1, 1.3)
		}
		if upTo <= above {
			upTo = c.limit // the length is so short that its float32 rounds the factor away
		}
	}
	return nil
}

// skip returns a length such that no loop dies in (above, length].
func (r *Engine[T]) skip(above T) T {
	born, _ := slices.BinarySearchFunc(r.births, above, func(e metric.Edge[T], above T) int {
		if e.Length <= above {
			return -1
		}
		return 1
	})
	length := r.cloud.limit
	if born < len(r.births) {
		length = r.births[born].Length * (1 - slack)
	}
	if alive := born - len(r.deaths); alive > 0 {
		if alive > maxNet/loopShare || !r.net.known && !r.net.build(r, float64(above)/3) {
			return above
		}
		length = min(length, r.net.without(alive, above))
	}
	return max(above, length)
}

// findByPoints finds the columns of the edges with lengths in (above, upTo], one point after
// another.
func (r *Engine[T]) findByPoints(stage string, above, upTo T) {
	r.findActive(above, upTo)
	r.countOpen()
	parallel.For(r.Stop, len(r.searches), len(r.active), 32, func(worker, i int) {
		r.progress(worker, stage, i, len(r.active))
		r.activeNexts[i] = r.searches[worker].findColumns(r, r.active[i], above, upTo)
	})
	if r.Stop.Requested() {
		return
	}
	for i, a := range r.active {
		r.next[a] = r.activeNexts[i]
	}
}

// firstBand returns the greatest length of an edge of the first band: twice the length that
// nine tenths of the edges with empty lunes and positive length do not exceed. Most loops die
// within it. If there are no such edges, the band reaches to the limit of the cloud.
func (r *Engine[T]) firstBand() T {
	i, _ := slices.BinarySearchFunc(r.emptyLunes, 0, func(e metric.Edge[T], _ int) int {
		if e.Length > 0 {
			return 1
		}
		return -1
	})
	if i == len(r.emptyLunes) {
		return r.cloud.limit
	}
	longer := r.emptyLunes[i:]
	return min(r.cloud.limit, 2*longer[len(longer)*9/10].Length)
}

// findActive lists the points that may have columns in the band.
func (r *Engine[T]) findActive(above, upTo T) {
	c := &r.cloud
	h := &r.holes
	const maxHoleDim = 3
	band := intervalOf(above, upTo)
	byHoles := band.least > tiny && c.Dim <= maxHoleDim
	if byHoles {
		const strictly = 1 - 1e-4      // a margin for rounding
		near := 1.25 - math.Sqrt(0.75) // times ℓ²: see the package comment on holes
		if !r.hasHoles {
			r.hasHoles = true
			h.begin(&c.Tree, r.Stop)
		}
		h.run(float64(above)/2*strictly, math.Sqrt(near*band.most)/strictly, len(r.searches))
	}
	r.active = r.active[:0]
	for a := range r.isActive {
		r.isActive[a] = r.next[a] <= band.most && (!byHoles || h.marked[a].Load())
		if r.isActive[a] {
			r.active = append(r.active, int32(a))
		}
	}
	r.activeNexts = reuse.Slice(r.activeNexts, len(r.active))
}

// countOpen counts the points of each node that may have candidates.
func (r *Engine[T]) countOpen() {
	c := &r.cloud
	for id := len(c.Nodes) - 1; id >= 0; id-- {
		nd := &c.Nodes[id]
		if nd.Left >= 0 {
			r.open[id] = r.open[nd.Left] + r.open[nd.Right]
			continue
		}
		r.open[id] = 0
		for p := nd.From; p < nd.To; p++ {
			if !math.IsInf(r.next[p], 1) {
				r.open[id]++
			}
		}
	}
}
