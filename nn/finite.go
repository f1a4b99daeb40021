package nn

import (
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/autograd"
)

// CheckFinite waits for the values and gradients of parameters. If one is NaN or
// infinite, it returns an error that names the first such parameter and the
// element.
func CheckFinite(params []*autograd.Parameter) error {
	for i, p := range params {
		if p == nil {
			panic(fmt.Sprintf("nn: CheckFinite: parameter %d is nil", i))
		}
		err := checkFinite(p.Name, p.Value)
		if err == nil && p.Grad != nil {
			err = checkFinite("the gradient of "+p.Name, p.Grad)
		}
		if err != nil {
			return fmt.Errorf("nn: %w", err)
		}
	}
	return nil
}

// checkFinite returns an error if an element of x, called by name, is not finite.
func checkFinite(name string, x *autograd.Tensor) error {
	values, err := x.Values()
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if i := slices.IndexFunc(values, notFinite); i >= 0 {
		return fmt.Errorf("%s of shape %v is %v at %v", name, x.Shape(), values[i], position(i, x.Shape()))
	}
	return nil
}

// position returns the index of the i-th element, in row-major order, of an
// array.
func position(i int, shape []int) []int {
	index := make([]int, len(shape))
	for axis, n := range slices.Backward(shape) {
		index[axis] = i % n
		i /= n
	}
	return index
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }
