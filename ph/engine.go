package ph

import (
	"context"

	general "github.com/topogen/topogen/ph/internal/cohomology"
)

// An Engine computes the persistent homology of Vietoris–Rips filtrations, with
// pairings. It is a workspace: used again for clouds of no larger size it
// allocates next to nothing, and nothing at all in [Engine.Lunes] and, for
// degrees 0 and 1, in [Engine.Rips]. The zero value is ready for use; one engine
// serves one goroutine at a time.
type Engine struct {
	single     solver[float32]
	double     solver[float64]
	cohomology cohomology
	general    general.Engine
	classes    [][]Class // of all degrees that were ever asked for
	result     Result
	diagrams   []Diagram
	once       bool // it will not be used again
}

// Rips returns the diagrams of degrees 0 to degree over Z/2, up to the enclosing
// radius. They are valid until the engine is used again.
func (e *Engine) Rips(ctx context.Context, m Matrix32, degree int) ([]Diagram, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &e.single
	o := Options{MaxDegree: degree, Modulus: 2}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := s.dense.begin(m.N, m.Data, false, 0); err != nil {
		return nil, err
	}
	if err := solve(e, s, &s.dense, &o); err != nil {
		return nil, err
	}
	return e.bars(), nil
}

// Compute returns the persistent homology of a filtration. It is valid until
// the engine is used again.
//
// Degrees 0 and 1 over Z/2 take far less than the others. Of points of few
// dimensions it finds short edges without looking at all pairs, and where no
// long loops ask for long edges it never looks at these; degree 2 and higher
// need memory for all edges.
func (e *Engine) Compute(ctx context.Context, d Distances, o Options) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	known, err := compute(e, &e.single, d, &o)
	if !known {
		known, err = compute(e, &e.double, d, &o)
	}
	if !known {
		_, err = compute(e, &e.double, Distances(e.double.measure(d)), &o)
	}
	if err != nil {
		return nil, err
	}
	return &e.result, nil
}

// Rips returns the persistent homology of a filtration.
func Rips(ctx context.Context, d Distances, o Options) (*Result, error) {
	e := Engine{once: true}
	return e.Compute(ctx, d, o)
}

// A solver works on distances of one type.
type solver[T Float] struct {
	dense    dense[T]
	cloud    cloud[T]
	sparse   sparse[T]
	measured []T // distances, a lower matrix
	known    knownLunes[T]
	reduced  reduced[T]
}

// measure asks a metric for all distances.
func (s *solver[T]) measure(d Distances) LowerMatrix[T] {
	n := d.Len()
	s.measured = s.measured[:0]
	for i := range n {
		for j := range i {
			s.measured = append(s.measured, T(d.Distance(i, j)))
		}
	}
	return LowerMatrix[T]{n, s.measured}
}

// compute solves distances of one type, and reports whether they are of it.
func compute[T Float](e *Engine, s *solver[T], d Distances, o *Options) (known bool, err error) {
	var space space[T]
	switch d := d.(type) {
	case Matrix[T]:
		space, err = &s.dense, s.dense.begin(d.N, d.Data, false, o.Threshold)
	case LowerMatrix[T]:
		space, err = &s.dense, s.dense.begin(d.N, d.Data, true, o.Threshold)
	case Sparse[T]:
		space, err = &s.sparse, s.sparse.begin(d, o.Threshold)
	case Points[T]:
		space, err = s.points(d, o)
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	return true, solve(e, s, space, o)
}

// points returns the space of points: a tree where it finds edges faster than
// looking at all distances does.
func (s *solver[T]) points(p Points[T], o *Options) (space[T], error) {
	const fewDimensions, fewPoints = 6, 256
	if p.Dim <= fewDimensions && p.Len() > fewPoints && (!o.higher() || o.Threshold > 0) {
		return &s.cloud, s.cloud.begin(p, o.Threshold)
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	s.measured = resize(s.measured, triangle(p.Len()))
	p.distances(s.measured, workersFor(o.Workers, p.Len() >= manyPoints))
	return &s.dense, s.dense.begin(p.Len(), s.measured, true, o.Threshold)
}

// solve sets the engine's result to what is asked for of a space.
func solve[T Float](e *Engine, s *solver[T], space space[T], o *Options) error {
	e.begin(o)
	r := &s.reduced
	if o.MaxDegree > 0 && (o.Cycles || !o.higher()) {
		if err := r.loops(space, workersFor(o.Workers, space.size() >= manyPoints)); err != nil {
			return err
		}
		r.reportOne(&e.result, o)
	}
	switch {
	case o.higher():
		if err := r.everything(space); err != nil {
			return err
		}
		if e.once {
			s.forget()
		}
		// A class of degree k takes 2k+2 points: the least complex with one, of
		// those that their edges decide, is the boundary of a cross-polytope.
		highest := min(o.MaxDegree, r.size()/2-1)
		workers := workersFor(o.Workers, r.edges.count >= manyEdges)
		if err := beginCohomology(&e.cohomology, r, o.Modulus, highest, workers); err != nil {
			return err
		}
		for degree := 1; degree <= highest; degree++ {
			e.cohomology.run(degree, o.Cocycles)
			e.cohomology.report(&e.result, o, degree)
		}
		for degree := max(1, highest+1); degree <= o.MaxDegree; degree++ {
			e.classes[degree] = e.classes[degree][:0]
		}
	case o.MaxDegree == 0:
		if err := r.components(space); err != nil {
			return err
		}
	}
	r.reportZero(&e.result, o)
	return nil
}

// begin makes room in the result for the degrees that are asked for.
func (e *Engine) begin(o *Options) {
	for len(e.classes) <= o.MaxDegree {
		e.classes = append(e.classes, nil)
	}
	e.result = Result{Classes: e.classes[:o.MaxDegree+1]}
}

// bars returns the diagrams of the result.
func (e *Engine) bars() []Diagram {
	e.diagrams = copyBars(e.diagrams, e.result.Classes)
	return e.diagrams[:len(e.result.Classes)]
}

// forget lets go of distances that were measured, since the edges have all that is
// needed of them.
func (s *solver[T]) forget() {
	s.measured, s.dense.data = nil, nil
}

// resize returns s with length n; its contents are unspecified.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
