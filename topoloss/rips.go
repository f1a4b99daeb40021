package topoloss

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/ph"
)

// rips computes the diagrams of clouds that lie on a device: a workspace, whose
// results are valid until it is used again.
type rips struct {
	engine    ph.Engine
	distances []float32 // n×n
	measured  bool      // distances are those of the cloud in hand
}

// diagrams returns the diagrams of a cloud from degree 0 to degree.
func (r *rips) diagrams(x *autograd.Var, degree int) ([]ph.Diagram, error) {
	if err := r.measure(x); err != nil {
		return nil, err
	}
	n, _, _ := cloudSize(x.Shape())
	diagrams, err := r.engine.Rips(ph.Matrix32{N: n, Data: r.distances}, degree)
	if err != nil || n == 1 { // one point has no distance to see a NaN by
		if bad := checkRows(x); bad != nil {
			return nil, bad // which the cloud's owner understands better
		}
	}
	if err != nil {
		return nil, fmt.Errorf("topoloss: %w", err)
	}
	return diagrams, nil
}

// measure brings the distances of a cloud's points to the host.
func (r *rips) measure(x *autograd.Var) error {
	n, dim, err := cloudSize(x.Shape())
	if err != nil {
		return err
	}
	dev := x.Tape().Device()
	matrix := x.Tape().Scratch(n * n)
	dev.Distances(matrix, x.Value(), n, dim)
	r.distances = resize(r.distances, n*n)
	if err := dev.Read(r.distances, matrix); err != nil {
		return fmt.Errorf("topoloss: distances of %d points: %w", n, err)
	}
	r.measured = true
	return nil
}

// cloudSize reads a shape n×… as that of n points of a dimension.
func cloudSize(shape []int) (n, dim int, err error) {
	if len(shape) == 0 {
		return 0, 0, fmt.Errorf("topoloss: a scalar is no cloud: want points along the first axis of a variable")
	}
	return shape[0], autograd.Size(shape[1:]), nil
}

// checkRows returns an error that names the first coordinate that is NaN or
// infinite.
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
			return fmt.Errorf("topoloss: row %d of the cloud has coordinate %d = %v: points must be finite", i/dim, i%dim, v)
		}
	}
	return nil
}
