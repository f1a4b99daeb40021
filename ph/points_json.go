package ph

import (
	"encoding/json"
	"fmt"
)

// MarshalJSON writes the points as [[x,y],…].
func (p Points[T]) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	for i := range p.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		point, err := json.Marshal(p.At(i))
		if err != nil {
			return nil, fmt.Errorf("ph: point %d: %w", i, err)
		}
		b = append(b, point...)
	}
	return append(b, ']'), nil
}

// UnmarshalJSON reads points written as [[x,y],…]: one or more, of one dimension,
// with finite coordinates.
func (p *Points[T]) UnmarshalJSON(data []byte) error {
	var list [][]*float64 // to tell null from 0
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("ph: not a list of points like [[0,0],[1,0],[0,1]]: %w", err)
	}
	var read Points[T]
	for i, point := range list {
		if i == 0 {
			read.Dim = len(point)
		}
		if len(point) != read.Dim {
			return fmt.Errorf("ph: point %d has %d coordinates, point 0 has %d", i, len(point), read.Dim)
		}
		for k, x := range point {
			if x == nil {
				return fmt.Errorf("ph: point %d, coordinate %d is null", i, k)
			}
			v := T(*x)
			if v-v != 0 {
				return fmt.Errorf("ph: point %d, coordinate %d is %v, beyond the largest %T", i, k, *x, v)
			}
			if v == 0 && *x != 0 {
				return fmt.Errorf("ph: point %d, coordinate %d is %v, too small for a %T", i, k, *x, v)
			}
			read.Coords = append(read.Coords, v)
		}
	}
	switch {
	case len(list) == 0:
		return fmt.Errorf("ph: no points")
	case read.Dim == 0:
		return fmt.Errorf("ph: point 0 has no coordinates")
	}
	*p = read
	return nil
}
