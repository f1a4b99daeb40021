package topoloss

import (
	"context"
	"errors"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/kernels/rips"
	"github.com/topogen/topogen/ph"
)

// deviceRips computes the diagrams of clouds that lie on a device. It is a workspace whose
// results are valid until its next use.
type deviceRips struct {
	engine    ph.Engine
	n         int                 // number of points of the latest cloud
	matrix    kernels.Buffer      // n×n distances of the latest cloud, on the device; empty if unknown
	distances []float32           // a copy of matrix on the host, if measured
	measured  bool                // distances is a copy of matrix
	edges     []rips.Edge         // of the minimum spanning tree, as the device returns them
	entries   []ph.Entry[float32] // edges, in the form that package ph takes
	found     []rips.Lune         // as the device returns them
	lunes     []ph.Lune           // found, in the form that package ph takes
	bars      [1]ph.Diagram       // of degree 0, from the spanning tree

	// A [rips.Starter] has begun to compute the tree or the lunes of this cloud; one of the
	// two is set. Otherwise all three are nil.
	begun        *autograd.Var
	pendingTree  rips.Pending[rips.Edge]
	pendingLunes rips.Pending[rips.Lune]
}

// begin has the device begin what diagrams needs of the cloud x up to a degree. It reports
// whether the device can do so.
func (r *deviceRips) begin(x *autograd.Var, degree int) bool {
	dev, ok := x.Tape().Device().(rips.Starter)
	if _, _, err := cloudSize(x.Shape()); err != nil || !ok || degree < 0 || degree > 1 {
		return false
	}
	r.take(x)
	r.begun = x
	if degree == 0 {
		r.pendingTree = dev.StartSpanningTree(r.matrix, r.n)
	} else {
		r.pendingLunes = dev.StartLunes(r.matrix, r.n)
	}
	return true
}

// diagrams returns the diagrams of a cloud from degree 0 to degree. If degree is at most 1,
// a [rips.Device] selects the edges that decide the diagrams, and the distances stay on the
// device. In all other cases the host reads all distances.
func (r *deviceRips) diagrams(ctx context.Context, x *autograd.Var, degree int) ([]ph.Diagram, error) {
	if err := stopped(ctx); err != nil {
		return nil, err
	}
	if x == nil {
		return nil, errors.New("topoloss: the cloud is nil")
	}
	n, _, err := cloudSize(x.Shape())
	if err != nil {
		return nil, err
	}
	begun := r.begun == x && (degree == 0 && r.pendingTree != nil || degree == 1 && r.pendingLunes != nil)
	if !begun {
		r.take(x)
	}
	var diagrams []ph.Diagram
	dev, ok := x.Tape().Device().(rips.Device)
	switch {
	case ok && degree == 0:
		if err := r.span(dev); err != nil {
			return nil, err
		}
		var result *ph.Result
		sparse := ph.Sparse[float32]{N: n, Entries: r.entries}
		if result, err = r.engine.Compute(ctx, sparse, ph.Options{}); err == nil {
			diagrams = r.components(result)
		}
	case ok && degree == 1:
		if err := r.find(dev); err != nil {
			return nil, err
		}
		diagrams, err = r.engine.Lunes(ctx, n, r.lunes)
	default:
		if err := r.measure(x); err != nil {
			return nil, err
		}
		diagrams, err = r.engine.Rips(ctx, ph.Matrix32{N: n, Data: r.distances}, degree)
	}
	if err != nil || n == 1 { // a NaN makes distances NaN, but one point has no distance
		if bad := checkRows(x); bad != nil {
			return nil, bad // unlike err, bad names the coordinate
		}
	}
	if err != nil {
		return nil, fmt.Errorf("topoloss: %w", err)
	}
	return diagrams, nil
}

// stopped returns the error of a context. It panics if the context is nil.
func stopped(ctx context.Context) error {
	if ctx == nil {
		panic("topoloss: the context is nil: want context.Background() if nothing cancels")
	}
	return ctx.Err()
}

// components returns the diagram of degree 0 of a result.
func (r *deviceRips) components(result *ph.Result) []ph.Diagram {
	d := &r.bars[0]
	d.Bars = d.Bars[:0]
	for i := range result.Classes[0] {
		d.Bars = append(d.Bars, result.Classes[0][i].Bar)
	}
	return r.bars[:]
}

// span reads the edges of the cloud's minimum spanning tree from the device. They decide
// degree 0.
func (r *deviceRips) span(dev rips.Device) (err error) {
	if r.pendingTree != nil {
		r.edges, err = r.pendingTree.Append(r.edges[:0])
		r.begun, r.pendingTree = nil, nil
	} else {
		r.edges, err = dev.SpanningTree(r.edges[:0], r.matrix, r.n)
	}
	if err != nil {
		return fmt.Errorf("topoloss: spanning tree of %d points: %w", r.n, err)
	}
	r.entries = r.entries[:0]
	for _, e := range r.edges {
		r.entries = append(r.entries, ph.Entry[float32]{I: int(e.U), J: int(e.V), Distance: e.Length})
	}
	return nil
}

// find reads from the device the lunes, with their edges, that decide degrees 0 and 1.
func (r *deviceRips) find(dev rips.Device) (err error) {
	if r.pendingLunes != nil {
		r.found, err = r.pendingLunes.Append(r.found[:0])
		r.begun, r.pendingLunes = nil, nil
	} else {
		r.found, err = dev.Lunes(r.found[:0], r.matrix, r.n)
	}
	if err != nil {
		return fmt.Errorf("topoloss: lunes of %d points: %w", r.n, err)
	}
	r.lunes = r.lunes[:0]
	for _, l := range r.found {
		r.lunes = append(r.lunes, ph.Lune{Edge: ph.Cell{U: l.U, V: l.V}, Length: l.Length, Apex: l.Apex, Other: l.Other})
	}
	return nil
}

// measure makes r.distances a copy of the distances on the device. If these are unknown, it
// first has the device compute those of x.
func (r *deviceRips) measure(x *autograd.Var) error {
	if r.matrix.Len() == 0 {
		r.take(x)
	}
	r.distances = reuse.Slice(r.distances, r.n*r.n)
	if err := x.Tape().Device().Read(r.distances, r.matrix); err != nil {
		return fmt.Errorf("topoloss: distances of %d points: %w", r.n, err)
	}
	r.measured = true
	return nil
}

// take has the device compute the distances of the cloud x. They stay on the device, in
// r.matrix.
func (r *deviceRips) take(x *autograd.Var) {
	n, dim, _ := cloudSize(x.Shape())
	r.forget()
	r.n, r.matrix = n, x.Tape().Scratch(n*n)
	fused.Distances(x.Tape().Device(), r.matrix, x.Value(), n, dim)
}

// forget marks the distances as unknown, and drops what the device has begun.
func (r *deviceRips) forget() {
	r.matrix, r.measured = kernels.Buffer{}, false
	if r.pendingTree != nil {
		r.pendingTree.Drop()
	}
	if r.pendingLunes != nil {
		r.pendingLunes.Drop()
	}
	r.begun, r.pendingTree, r.pendingLunes = nil, nil, nil
}

// cloudSize returns the number n of points of a variable of shape n×… and their dimension,
// the product of the other axes. It is an error if one of them is 0.
func cloudSize(shape []int) (n, dim int, err error) {
	if len(shape) == 0 {
		return 0, 0, fmt.Errorf("topoloss: a scalar is not a cloud: want points along the first axis of a variable")
	}
	if autograd.Size(shape) == 0 {
		return 0, 0, fmt.Errorf("topoloss: a cloud of shape %v: want at least one point and one coordinate", shape)
	}
	return shape[0], autograd.Size(shape[1:]), nil
}

// checkRows returns an error that names the first coordinate of x that is NaN or infinite,
// and nil if there is none.
func checkRows(x *autograd.Var) error {
	_, dim, err := cloudSize(x.Shape())
	if err != nil {
		return err
	}
	values, err := x.Values()
	if err != nil {
		return fmt.Errorf("topoloss: reading points: %w", err)
	}
	for i, v := range values {
		if !isFinite(v) {
			return fmt.Errorf("topoloss: row %d of the cloud has coordinate %d = %v: points must be finite; if steps took it there, try a lower learning rate", i/dim, i%dim, v)
		}
	}
	return nil
}
