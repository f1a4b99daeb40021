package topoloss

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// rips computes the diagrams of clouds that lie on a device: a workspace, whose
// results are valid until it is used again.
type rips struct {
	engine    ph.Engine
	distances []float32 // n×n
}

// variable returns the diagrams of a variable's points.
func (r *rips) variable(x *autograd.Var, degree int) ([]ph.Diagram, error) {
	n, dim, err := cloudSize(x.Shape())
	if err != nil {
		return nil, err
	}
	tape := x.Tape()
	return r.diagrams(tape.Device(), x.Value(), tape.Scratch(n*n), n, dim, degree)
}

// diagrams returns the diagrams of the n points of dimension dim that x holds,
// from degree 0 to degree; scratch has room for n×n distances.
func (r *rips) diagrams(dev kernels.Device, x, scratch kernels.Buffer, n, dim, degree int) ([]ph.Diagram, error) {
	distances, err := r.measure(dev, x, scratch, n, dim)
	if err != nil {
		return nil, err
	}
	diagrams, err := r.engine.Rips(ph.Matrix32{N: n, Data: distances}, degree)
	if err != nil {
		// The cloud's own fault is better named by the cloud.
		if bad := checkRows(dev, x, dim); bad != nil {
			return nil, bad
		}
		return nil, fmt.Errorf("topoloss: %w", err)
	}
	if n == 1 { // there is no distance to see a NaN by
		if err := checkRows(dev, x, dim); err != nil {
			return nil, err
		}
	}
	return diagrams, nil
}

// measure returns the distances of the points on the host.
func (r *rips) measure(dev kernels.Device, x, scratch kernels.Buffer, n, dim int) ([]float32, error) {
	r.distances = resize(r.distances, n*n)
	dev.Distances(scratch, x, n, dim)
	if err := dev.Read(r.distances, scratch); err != nil {
		return nil, fmt.Errorf("topoloss: distances of %d points: %w", n, err)
	}
	return r.distances, nil
}

// checkRows returns an error that names the first coordinate that is NaN or
// infinite.
func checkRows(dev kernels.Device, x kernels.Buffer, dim int) error {
	values := make([]float32, x.Len())
	if err := dev.Read(values, x); err != nil {
		return fmt.Errorf("topoloss: reading points: %w", err)
	}
	for i, v := range values {
		if !isFinite(v) {
			return fmt.Errorf("topoloss: row %d of the cloud has coordinate %d = %v: points must be finite", i/dim, i%dim, v)
		}
	}
	return nil
}
