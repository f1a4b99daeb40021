// Package cloud draws and reads point clouds.
//
// A cloud comes from a file (JSON, CSV, text or .npy), from a literal such as
// [[0,0],[1,0],[0,1]], or from a named [Shape] such as "circle,n=100,noise=0.1":
//
//	points, err := cloud.Parse("clusters:3,n=60", seed)
//
// [Parse] accepts all three. The programs read their flags with it.
package cloud

import (
	"fmt"

	"github.com/topogen/topogen/ph"
)

// New returns the cloud of the given points. It is an error if points differ in dimension or
// a coordinate is not finite, or too large or too small for a float32.
func New(points [][]float64) (*ph.Points[float32], error) {
	if len(points) == 0 {
		return nil, fmt.Errorf("cloud: no points")
	}
	c := &ph.Points[float32]{Dim: len(points[0]), Coords: make([]float32, 0, len(points)*len(points[0]))}
	if c.Dim == 0 {
		return nil, fmt.Errorf("cloud: point 0 has no coordinates")
	}
	for i, p := range points {
		if len(p) != c.Dim {
			return nil, fmt.Errorf("cloud: point %d has %d coordinates, point 0 has %d", i, len(p), c.Dim)
		}
		for k, x := range p {
			f := float32(x)
			if f-f != 0 {
				return nil, fmt.Errorf("cloud: point %d, coordinate %d is %v: coordinates must be finite float32 values", i, k, x)
			}
			if f == 0 && x != 0 {
				return nil, fmt.Errorf("cloud: point %d, coordinate %d is %v, too small for a float32", i, k, x)
			}
			c.Coords = append(c.Coords, float32(x))
		}
	}
	return c, nil
}
