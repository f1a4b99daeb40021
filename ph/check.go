package ph

import (
	"errors"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph/internal/metric"
)

// CheckDistances returns an error if d is nil, or if its number of points is negative or more
// than an int32 holds. Values of this package must have as much data as their points need,
// points only finite coordinates, and entries of a [Sparse] only points that there are. The
// distances themselves are not checked.
func CheckDistances(d Distances) error {
	if err := checkLen(d); err != nil {
		return err
	}
	switch d := d.(type) {
	case Matrix[float32]:
		return metric.CheckCount(d.N, len(d.Data), false)
	case Matrix[float64]:
		return metric.CheckCount(d.N, len(d.Data), false)
	case LowerMatrix[float32]:
		return metric.CheckCount(d.N, len(d.Data), true)
	case LowerMatrix[float64]:
		return metric.CheckCount(d.N, len(d.Data), true)
	case Points[float32]:
		return metric.CheckPoints(d.Dim, d.Coords)
	case Points[float64]:
		return metric.CheckPoints(d.Dim, d.Coords)
	case Sparse[float32]:
		return d.check()
	case Sparse[float64]:
		return d.check()
	}
	return nil
}

// checkLen returns an error if d is nil or has a number of points that no engine takes.
func checkLen(d Distances) error {
	if d == nil {
		return errors.New("ph: the distances are nil")
	}
	if n := d.Len(); n < 0 || n > math.MaxInt32 {
		return fmt.Errorf("ph: distances of %d points: want from 0 to %d", n, math.MaxInt32)
	}
	return nil
}

func (s Sparse[T]) check() error {
	for k, e := range s.Entries {
		if err := metric.CheckEntry(k, e.I, e.J, s.N); err != nil {
			return err
		}
	}
	return nil
}
