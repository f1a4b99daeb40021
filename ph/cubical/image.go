package cubical

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/ph"
)

// An Image is an array of pixels of two or three dimensions.
type Image[T ph.Float] struct {
	Shape  []int // the number of pixels along each axis: rows and columns, or planes, rows and columns
	Values []T   // row-major: the last axis changes fastest
}

// A Construction says how pixels become cells.
type Construction int

const (
	TopCells Construction = iota // the T-construction: pixels are squares or cubes
	Vertices                     // the V-construction: pixels are vertices
)

func (c Construction) String() string {
	switch c {
	case TopCells:
		return "T"
	case Vertices:
		return "V"
	}
	return fmt.Sprintf("Construction(%d)", int(c))
}

// Options say what to compute. The zero value asks for all degrees of the sublevel sets
// in the T-construction.
type Options struct {
	Construction Construction

	// Superlevel asks for superlevel sets: the level falls, and the set at a level has
	// the pixels whose values are not below it. The bars are those of the sublevel sets
	// of the negated image: a birth is minus the value of its pixel.
	Superlevel bool

	// Degrees, unless it is empty, lists the degrees that are needed. The result has no
	// classes of the others. In an image of two dimensions these then take no time.
	Degrees []int

	// Workers is the number of images that [Each] computes at once; 0 stands for
	// GOMAXPROCS. Results do not depend on it.
	Workers int
}

// needs reports whether classes of a degree are needed.
func (o Options) needs(degree int) bool {
	return len(o.Degrees) == 0 || slices.Contains(o.Degrees, degree)
}

// maxCells is the largest number of cells, counted with a frame. It keeps the codes of squares,
// which are less than 16 times the number of pixels of an image with its frame, within an int32.
const maxCells = 1 << 29

// check returns an error if the options or the shape of an image are not valid, or if a pixel
// is not finite. The error names the first such pixel.
func (m *Image[T]) check(o Options) error {
	if len(m.Shape) != 2 && len(m.Shape) != 3 {
		return fmt.Errorf("cubical: an image of %d dimensions: want 2 or 3", len(m.Shape))
	}
	if o.Workers < 0 {
		return fmt.Errorf("cubical: %d workers: want at least 1, or 0 for GOMAXPROCS", o.Workers)
	}
	for _, degree := range o.Degrees {
		if degree < 0 || degree >= len(m.Shape) {
			return fmt.Errorf("cubical: degree %d of an image of %d dimensions: want 0 to %d", degree, len(m.Shape), len(m.Shape)-1)
		}
	}
	if o.Construction != TopCells && o.Construction != Vertices {
		return fmt.Errorf("cubical: construction %d: want TopCells or Vertices", int(o.Construction))
	}
	cells := 1
	size := 1
	for axis, n := range m.Shape {
		if n < 0 {
			return fmt.Errorf("cubical: an image of shape %v: axis %d has %d pixels", m.Shape, axis, n)
		}
		size *= n
		if cells *= 2*n + 3; cells > maxCells {
			return fmt.Errorf("cubical: an image of shape %v has more than %d cells", m.Shape, maxCells)
		}
	}
	if size != len(m.Values) {
		return fmt.Errorf("cubical: %d values for an image of shape %v, want %d", len(m.Values), m.Shape, size)
	}
	for i, v := range m.Values {
		if v-v != 0 {
			return fmt.Errorf("cubical: pixel %v has the value %v: values must be finite", place(m.Shape, i), v)
		}
	}
	return nil
}

// place returns the coordinates of pixel Values[i] along each axis.
func place(shape []int, i int) []int {
	at := make([]int, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		at[axis], i = i%shape[axis], i/shape[axis]
	}
	return at
}
