// Package cloud makes, reads and writes point clouds.
//
// A cloud comes from a file (JSON, CSV, text or .npy), from a literal such as
// [[0,0],[1,0],[0,1]], or from a named [Shape] such as "circle,n=100,noise=0.1";
// [Parse] accepts them all, which is how the programs read their flags.
package cloud

import (
	"fmt"
	"math"
)

// A Cloud is a list of points in R^Dim. Point i is Coords[i·Dim : (i+1)·Dim].
type Cloud struct {
	Dim    int
	Coords []float32
}

// New returns the cloud with the given points, all of one dimension and finite.
func New(points [][]float64) (*Cloud, error) {
	if len(points) == 0 {
		return nil, fmt.Errorf("cloud: no points")
	}
	c := &Cloud{Dim: len(points[0]), Coords: make([]float32, 0, len(points)*len(points[0]))}
	if c.Dim == 0 {
		return nil, fmt.Errorf("cloud: point 0 has no coordinates")
	}
	for i, p := range points {
		if len(p) != c.Dim {
			return nil, fmt.Errorf("cloud: point %d has %d coordinates, point 0 has %d", i, len(p), c.Dim)
		}
		for k, x := range p {
			if f := float64(float32(x)); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, fmt.Errorf("cloud: point %d, coordinate %d is %v: coordinates must be finite float32 values", i, k, x)
			}
			c.Coords = append(c.Coords, float32(x))
		}
	}
	return c, nil
}

// Len returns the number of points.
func (c *Cloud) Len() int {
	if c.Dim == 0 {
		return 0
	}
	return len(c.Coords) / c.Dim
}

// Point returns the coordinates of point i, a view.
func (c *Cloud) Point(i int) []float32 { return c.Coords[i*c.Dim : (i+1)*c.Dim : (i+1)*c.Dim] }

// Clone returns a copy.
func (c *Cloud) Clone() *Cloud {
	return &Cloud{c.Dim, append([]float32(nil), c.Coords...)}
}
