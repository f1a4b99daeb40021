package ph

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/cohomology"
	"github.com/topogen/topogen/ph/internal/cycles"
	"github.com/topogen/topogen/ph/internal/flagcomplex"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/radix"
	"github.com/topogen/topogen/ph/internal/reduced"
	"github.com/topogen/topogen/ph/internal/spindle"
)

// An Engine computes persistent homology, with pairings. It is a workspace: used again for
// clouds of no larger size it allocates next to nothing, and nothing at all in
// [Engine.Lunes] and, for degrees 0 and 1, in [Engine.Rips]. The zero value is ready for
// use; one engine serves one goroutine at a time.
//
// Its methods return the error of their context within 100 ms after the context is
// cancelled, and leave no goroutine behind.
type Engine struct {
	single   solver[float32]
	double   solver[float64]
	flag     flagcomplex.Engine
	general  cohomology.Engine
	pairs    []cohomology.Pair // of one degree, sorted
	radix    radix.Sorter
	classes  [][]Class // the classes of each degree, with the memory of all earlier calls
	result   Result    // what Compute returns
	diagrams []Diagram // what Rips and Lunes return
	roots    []int32   // the first point of each component that never ends
	// once says that this engine serves a single call of the function [Rips]. Such an
	// engine frees the distances as soon as it has listed all edges.
	once bool
}

// Rips returns the diagrams of degrees 0 to degree over Z/2, up to the enclosing radius.
// They are valid until the engine is used again. All distances must be finite.
func (e *Engine) Rips(ctx context.Context, m Matrix32, degree int) ([]Diagram, error) {
	s := &e.single
	s.cloud = nil
	o := Options{MaxDegree: degree, Modulus: 2}
	if err := o.check(); err != nil {
		return nil, err
	}
	s.dense.SetStop(parallel.StopOf(ctx))
	if err := s.dense.Begin(m.N, m.Data, false, 0, false); err != nil {
		return nil, err
	}
	if err := solve(ctx, e, s, &s.dense, &o); err != nil {
		return nil, err
	}
	if degree <= 1 {
		return reducedBars(e, s, degree), nil
	}
	report(e, s, m.N, &o)
	e.diagrams = copyBars(e.diagrams, e.result.Classes)
	return e.diagrams[:degree+1], nil
}

// Compute returns the persistent homology of a Vietoris–Rips filtration. It is valid until
// the engine is used again.
//
// Degrees 0 and 1 over Z/2 take far less time than the others. Short edges between points of
// few dimensions are found without visiting all pairs, and long edges are not visited unless
// a long loop is alive. Degree 2 and higher take memory for all edges.
func (e *Engine) Compute(ctx context.Context, d Distances, o Options) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := checkLen(d); err != nil {
		return nil, err
	}
	o.MaxDegree = min(o.MaxDegree, max(1, d.Len()-2))
	known, err := compute(ctx, e, &e.single, d, &o)
	if !known {
		known, err = compute(ctx, e, &e.double, d, &o)
	}
	if !known {
		_, err = compute(ctx, e, &e.double, Distances(e.double.measure(d, parallel.StopOf(ctx))), &o)
	}
	if err != nil {
		return nil, err
	}
	return &e.result, nil
}

// Rips returns the persistent homology of the Vietoris–Rips filtration of points or
// distances. An [Engine] saves the memory of many calls.
func Rips(ctx context.Context, d Distances, o Options) (*Result, error) {
	e := Engine{once: true}
	return e.Compute(ctx, d, o)
}

// A solver is the workspace for distances of type T.
type solver[T Float] struct {
	dense     metric.Dense[T]
	euclidean metric.Euclidean[T]
	sparse    metric.Sparse[T]
	measured  []T // distances, as a lower triangular matrix
	known     reduced.KnownLunes[T]
	reduced   reduced.Engine[T]
	spindle   spindle.Engine[T]
	cloud     *Points[T] // the points, if spindle computes degrees 0 and 1
	low       lowDegrees[T]
	loops     []reduced.Loop[T]
}

// lowDegrees has the degrees 0 and 1 that an engine has computed.
type lowDegrees[T Float] interface {
	Merges() []reduced.Merge[T]
	AppendRoots(roots []int32) []int32
	AppendLoops(loops []reduced.Loop[T]) []reduced.Loop[T]
}

// measure returns the distances of all pairs of points. It calls d.Distance for each pair.
func (s *solver[T]) measure(d Distances, stop parallel.Stop) LowerMatrix[T] {
	n := d.Len()
	s.measured = s.measured[:0]
	for i := range n {
		if stop.Requested() {
			return LowerMatrix[T]{}
		}
		for j := range i {
			s.measured = append(s.measured, T(d.Distance(i, j)))
		}
	}
	return LowerMatrix[T]{n, s.measured}
}

// compute sets the result of e to the persistent homology of d. It returns known = false,
// and does nothing, unless d is of a type of this package with numbers of type T.
func compute[T Float](ctx context.Context, e *Engine, s *solver[T], d Distances, o *Options) (known bool, err error) {
	stop := parallel.StopOf(ctx)
	s.dense.SetStop(stop)
	s.sparse.SetStop(stop)
	s.euclidean.SetStop(stop)
	s.spindle.Stop = stop
	s.cloud = nil
	var space metric.Space[T]
	switch d := d.(type) {
	case Matrix[T]:
		space, err = &s.dense, s.dense.Begin(d.N, d.Data, false, o.Threshold, true)
	case LowerMatrix[T]:
		space, err = &s.dense, s.dense.Begin(d.N, d.Data, true, o.Threshold, true)
	case Sparse[T]:
		space = &s.sparse
		s.sparse.Begin(d.N, o.Threshold)
		for k, entry := range d.Entries {
			if err = s.sparse.Add(k, entry.I, entry.J, entry.Distance); err != nil {
				return true, err
			}
		}
		s.sparse.Finish()
	case Points[T]:
		if d.isMany() {
			s.cloud = &d
		}
		space, err = s.points(d, o, stop)
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	if err := solve(ctx, e, s, space, o); err != nil {
		return true, err
	}
	report(e, s, d.Len(), o)
	return true, nil
}

// A problem is large if it has at least manyPoints points or manyEdges edges. Unless the
// options set the number of workers, one worker solves a smaller problem: it is done before
// further workers would have started.
const (
	manyPoints = 768
	manyEdges  = 1 << 14
)

// hasTree reports whether a tree lists the edges of points.
func (p Points[T]) hasTree(o *Options) bool {
	const fewDimensions, fewPoints = 6, 256
	return p.Dim <= fewDimensions && p.Len() > fewPoints && (!o.higher() || o.Threshold > 0) && !metric.Extreme(p.Coords)
}

// isMany reports whether package spindle is faster for the points than package reduced. It
// is for fewer points if a long loop lives, but not for points without one.
func (p Points[T]) isMany() bool {
	if metric.Extreme(p.Coords) {
		return false
	}
	switch p.Dim {
	case 1, 2:
		return p.Len() > 1<<13
	case 3:
		return p.Len() > 1<<14
	}
	return false
}

// points returns the space of points: a k-d tree where a tree lists edges faster than a
// matrix of all distances does, else the matrix. It returns nil if spindle needs neither.
func (s *solver[T]) points(p Points[T], o *Options, stop parallel.Stop) (metric.Space[T], error) {
	if s.cloud != nil && !o.higher() {
		return nil, nil
	}
	if p.hasTree(o) {
		return &s.euclidean, s.euclidean.Begin(p.Dim, p.Coords, o.Threshold, o.higher())
	}
	if err := metric.CheckPoints(p.Dim, p.Coords); err != nil {
		return nil, err
	}
	s.measured = reuse.Slice(s.measured, metric.Triangle(p.Len()))
	metric.Distances(s.measured, p.Dim, p.Coords, stop, parallel.Workers(o.Workers, p.Len() >= manyPoints))
	if stop.Requested() {
		return &s.dense, s.dense.Begin(0, nil, true, 0, false) // solve returns the error of the context
	}
	return &s.dense, s.dense.Begin(p.Len(), s.measured, true, o.Threshold, false)
}

// solve computes the persistent homology of a space. It sets the classes that cohomology
// finds. The merges and loops of the reduced filtration stay in s.reduced, for report or
// reducedBars.
func solve[T Float](ctx context.Context, e *Engine, s *solver[T], space metric.Space[T], o *Options) error {
	e.begin(o)
	s.reduced.Stop, s.reduced.Progress = parallel.StopOf(ctx), o.Progress
	if err := ctx.Err(); err != nil {
		return err
	}
	if !o.higher() {
		if err := s.solveLow(space, o); err != nil {
			return err
		}
		return ctx.Err()
	}
	s.low = &s.reduced
	if err := higher(ctx, e, s, space, o); err != nil {
		return err
	}
	return ctx.Err()
}

// solveLow computes degree 0, and degree 1 if the options ask for it. The space is not
// needed if s.cloud is set.
func (s *solver[T]) solveLow(space metric.Space[T], o *Options) error {
	if p := s.cloud; p != nil {
		s.low = &s.spindle
		s.spindle.Progress = o.Progress
		workers := parallel.Workers(o.Workers, p.Len() >= manyPoints)
		if o.MaxDegree == 0 {
			return s.spindle.Components(p.Dim, p.Coords, o.Threshold, workers)
		}
		return s.spindle.Loops(p.Dim, p.Coords, o.Threshold, workers)
	}
	s.low = &s.reduced
	if o.MaxDegree == 0 {
		return s.reduced.Components(space)
	}
	return s.reduced.Loops(space, parallel.Workers(o.Workers, space.Len() >= manyPoints))
}

// report sets the classes of degree 0 and, unless cohomology has set them, those of degree 1
// from the merges and loops of the reduced filtration. n is the number of points.
func report[T Float](e *Engine, s *solver[T], n int, o *Options) {
	if o.MaxDegree == 1 && !o.higher() {
		e.classes[1] = appendLoops(s, n, o, e.classes[1][:0])
	}
	e.classes[0] = appendComponents[T](e, s.low, o, e.classes[0][:0])
}

// higher sets the classes of degree 1 and higher, by the reduction of the coboundary matrix.
func higher[T Float](ctx context.Context, e *Engine, s *solver[T], space metric.Space[T], o *Options) error {
	r := &s.reduced
	if err := r.Edges(space); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	n := space.Len()
	if e.once { // cohomology reads the lengths of the edges and no other distance
		s.measured = nil
		s.dense.Forget()
	}
	// A class of degree k takes 2k+2 points: the smallest flag complex with one is the
	// boundary of a cross-polytope.
	highest := min(o.MaxDegree, n/2-1)
	runs := r.AppendRuns(nil)
	edges := 0
	for _, run := range runs {
		edges += len(run)
	}
	merging := make([]int32, 0, n)
	for _, m := range r.Merges() {
		merging = append(merging, m.Rank)
	}
	workers := parallel.Workers(o.Workers, edges >= manyEdges)
	if err := flagcomplex.Begin(&e.flag, n, runs, merging, o.Modulus, highest, workers, parallel.StopOf(ctx)); err != nil {
		return err
	}
	var below []cycles.Pair // of one degree less
	for _, m := range r.Merges() {
		if o.Cycles {
			below = append(below, cycles.Pair{Birth: uint64(m.Ended), Death: e.flag.EdgeCode(m.Rank)})
		}
	}
	for degree := 1; degree <= o.MaxDegree; degree++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if degree > highest {
			e.classes[degree] = e.classes[degree][:0]
			continue
		}
		o.progress(fmt.Sprintf("degree %d", degree), 0)
		pairs := e.flag.Run(degree, o.Cocycles)
		if err := ctx.Err(); err != nil {
			return err
		}
		var representatives []Chain // of each pair
		if o.Cycles {
			representatives = make([]Chain, len(pairs))
			below = e.flag.Cycles(degree, below, func(i int, cycle []cycles.Term) {
				if pairs[i].Death != 0 && lengthOf(&e.flag, pairs[i].Birth, degree+1) == lengthOf(&e.flag, pairs[i].Death, degree+2) {
					return // its class is left out
				}
				for _, t := range cycle {
					representatives[i] = append(representatives[i], Term{simplexOf(&e.flag, t.Cell, degree+1), int(t.Coefficient)})
				}
			})
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		e.classes[degree] = appendPairs(&e.flag, o, degree, pairs, representatives, e.classes[degree][:0])
	}
	return nil
}

// begin makes room in the result for the degrees up to o.MaxDegree.
func (e *Engine) begin(o *Options) {
	for len(e.classes) <= o.MaxDegree {
		e.classes = append(e.classes, nil)
	}
	e.result = Result{Classes: e.classes[:o.MaxDegree+1]}
}
