package ph

import (
	"fmt"
	"math"
)

// A Matrix32 is a full matrix of distances between N points, row by row:
// symmetric, with a zero diagonal.
type Matrix32 struct {
	N    int
	Data []float32 // N·N values
}

// check returns an error that names the first entry that is no distance.
func (m Matrix32) check() error {
	if len(m.Data) != m.N*m.N {
		return fmt.Errorf("ph: %d distances for %d points, want %d", len(m.Data), m.N, m.N*m.N)
	}
	for i := range m.N {
		row := m.Data[i*m.N : i*m.N+i]
		for j, v := range row {
			if !(v >= 0) || v > math.MaxFloat32 {
				return fmt.Errorf("ph: the distance of points %d and %d is %v: distances must be finite and not negative", i, j, v)
			}
		}
	}
	return nil
}

// enclosingRadius returns the least distance within which one point reaches
// all others. Beyond it the complex is a cone and nothing is born or dies.
func (m Matrix32) enclosingRadius() float32 {
	radius := float32(math.Inf(1))
	for i := range m.N {
		var far float32
		for _, v := range m.Data[i*m.N : (i+1)*m.N] {
			if far = max(far, v); far >= radius {
				break
			}
		}
		radius = min(radius, far)
	}
	return radius
}
