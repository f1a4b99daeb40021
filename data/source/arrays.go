package source

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/table"
	"github.com/topogen/topogen/internal/npy"
)

// openArrays returns the data in named arrays. There are two forms. One has the examples
// x_train and x_test and, for labels, y_train and y_test. The other has one array of
// examples named x, and labels named y or labels. If it is the only array, the examples
// may have any name.
func openArrays(path string, arrays map[string]*npy.Array, o Options) (*data.Sets, error) {
	fail := func(format string, args ...any) (*data.Sets, error) {
		return nil, fmt.Errorf("%s: %w", path, fmt.Errorf(format, args...))
	}
	if train := arrays["x_train"]; train != nil {
		test := arrays["x_test"]
		if test == nil {
			return fail("there is an array x_train but no x_test")
		}
		first, err := examples("x_train", train, arrays["y_train"], o)
		if err != nil {
			return fail("%w", err)
		}
		second, err := examples("x_test", test, arrays["y_test"], o)
		if err != nil {
			return fail("%w", err)
		}
		if a, b := shapeText(first.Shape()), shapeText(second.Shape()); a != b {
			return fail("examples of x_train have shape %s, those of x_test %s", a, b)
		}
		sets := &data.Sets{Train: first, Test: second, Unit: isBytes(first) && isBytes(second)}
		if isBytes(first) != isBytes(second) {
			return fail("x_train and x_test have different types")
		}
		return scale(sets, o.Scale, data.ScaleStandard)
	}
	labels := arrays["y"]
	if labels == nil {
		labels = arrays["labels"]
	}
	name := "x"
	if arrays[name] == nil {
		var rest []string
		for _, n := range slices.Sorted(maps.Keys(arrays)) {
			if n != "y" && n != "labels" {
				rest = append(rest, n)
			}
		}
		if len(rest) != 1 {
			return fail("there are arrays %s: want x_train and x_test, or one called x", strings.Join(rest, ", "))
		}
		name = rest[0]
	}
	set, err := examples(name, arrays[name], labels, o)
	if err != nil {
		return fail("%w", err)
	}
	if b, ok := set.(*data.Bytes); ok {
		return divideBytes(b), nil
	}
	f := set.(*data.Floats)
	second, first := data.Split(f.Len(), testShare, splitSeed)
	return scale(&data.Sets{Train: f.Pick(first), Test: f.Pick(second)}, o.Scale, data.ScaleStandard)
}

func isBytes(d data.Dataset) bool {
	_, ok := d.(*data.Bytes)
	return ok
}

// examples returns the examples along the first axis of an array. Those of three axes are
// grey pictures; of four, pictures with the channels first or last.
func examples(name string, a, labels *npy.Array, o Options) (data.Dataset, error) {
	n, size := a.Rows()
	if len(a.Shape) < 2 || n == 0 || size == 0 {
		return nil, fmt.Errorf("array %s has shape %s, want examples × values", name, shapeText(a.Shape))
	}
	class, err := classes(labels, n)
	if err != nil {
		return nil, fmt.Errorf("labels of array %s: %w", name, err)
	}
	if a.Bytes && len(a.Shape) >= 3 {
		if err := o.refuse("missing", "scale"); err != nil {
			return nil, err
		}
		return pictures(name, a, class)
	}
	if class != nil && o.DropMissing {
		return nil, fmt.Errorf("array %s has labels: rows cannot be dropped", name)
	}
	t, err := table.FromValues(a.Values, size, table.Options{Label: o.Label, Ignore: o.Ignore, DropMissing: o.DropMissing})
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	if len(a.Shape) == 3 { // a plane
		t.Rows.Dims = append([]int{1}, a.Shape[1:]...)
	}
	if len(a.Shape) == 4 {
		t.Rows.Dims = a.Shape[1:]
		if channelsLast(a.Shape[1:]) {
			t.Rows.Dims = []int{a.Shape[3], a.Shape[1], a.Shape[2]}
			t.Rows.Values = channelsFirst(t.Rows.Values, a.Shape[3], a.Shape[1]*a.Shape[2])
			if t.Rows.Exact != nil {
				t.Rows.Exact = channelsFirst(t.Rows.Exact, a.Shape[3], a.Shape[1]*a.Shape[2])
			}
		}
	}
	t.Rows.Class = class
	return t.Rows, nil
}

// pictures returns unsigned bytes as pictures.
func pictures(name string, a *npy.Array, class *data.Labels) (data.Dataset, error) {
	b := &data.Bytes{Class: class, Values: make([]uint8, len(a.Values))}
	switch shape := a.Shape[1:]; {
	case len(shape) == 2:
		b.Dims = append([]int{1}, shape...)
	case len(shape) == 3 && channelsLast(shape):
		b.Dims = []int{shape[2], shape[0], shape[1]}
		a.Values = channelsFirst(a.Values, shape[2], shape[0]*shape[1])
	case len(shape) == 3 && (shape[0] == 1 || shape[0] == 3):
		b.Dims = shape
	default:
		return nil, fmt.Errorf("array %s has shape %s: pictures have 1 or 3 channels, first or last", name, shapeText(a.Shape))
	}
	for i, v := range a.Values {
		b.Values[i] = uint8(v)
	}
	return b, nil
}

// channelsLast reports whether pictures of a shape have 1 or 3 channels in their last axis
// rather than in their first.
func channelsLast(shape []int) bool {
	first, last := shape[0], shape[2]
	return first != 3 && (last == 3 || last == 1)
}

// channelsFirst returns the values of pictures whose channels are last in the order of those
// whose channels are first.
func channelsFirst[T any](values []T, channels, pixels int) []T {
	moved := make([]T, len(values))
	for i, v := range values {
		picture, rest := i/(pixels*channels), i%(pixels*channels)
		moved[picture*pixels*channels+rest%channels*pixels+rest/channels] = v
	}
	return moved
}

// maxClass bounds the number of a class.
const maxClass = 1 << 16

// classes returns whole numbers from 0 as labels of n examples; nil without labels.
func classes(a *npy.Array, n int) (*data.Labels, error) {
	if a == nil {
		return nil, nil
	}
	if len(a.Values) != n {
		return nil, fmt.Errorf("there are %d for %d examples", len(a.Values), n)
	}
	l := &data.Labels{Classes: make([]int, n)}
	for i, v := range a.Values {
		if v != math.Trunc(v) || v < 0 || v >= maxClass {
			return nil, fmt.Errorf("label %d is %v, want a whole number from 0 to %d", i, v, maxClass-1)
		}
		l.Classes[i] = int(v)
		for len(l.Names) <= int(v) {
			l.Names = append(l.Names, strconv.Itoa(len(l.Names)))
		}
	}
	return l, nil
}
