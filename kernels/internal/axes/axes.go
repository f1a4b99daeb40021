// Package axes simplifies the loops over strided arrays of one shape. It orders the axes
// by stride and merges adjacent axes that are evenly spaced in memory, which leaves few axes
// and long rows.
package axes

import "github.com/topogen/topogen/kernels"

// Axes are the common axes of up to three strided arrays, outermost first.
type Axes struct {
	Rank    int // at least 1; 0 if the arrays have no elements
	Shape   [kernels.MaxRank]int
	Strides [3][kernels.MaxRank]int // of each array
}

// Merge sets a to the axes of arrays with the given shape and strides, in descending order
// of the first array's strides. It leaves out axes of length 1. It merges two adjacent axes
// if in every array the outer stride is the inner stride times the inner length.
func (a *Axes) Merge(shape []int, strides ...[]int) {
	var order [kernels.MaxRank]int
	a.Rank = 0
	n := 0 // axes of more than one element
	for k, length := range shape {
		if length == 0 {
			return
		}
		if length == 1 {
			continue
		}
		i := n
		for ; i > 0 && strides[0][order[i-1]] < strides[0][k]; i-- {
			order[i] = order[i-1]
		}
		order[i] = k
		n++
	}
	for _, k := range order[:n] {
		last := a.Rank - 1
		merge := last >= 0
		for o := range strides {
			merge = merge && a.Strides[o][last] == shape[k]*strides[o][k]
		}
		if !merge {
			last++
			a.Rank++
			a.Shape[last] = 1
		}
		a.Shape[last] *= shape[k]
		for o := range strides {
			a.Strides[o][last] = strides[o][k]
		}
	}
	if a.Rank == 0 { // a single element
		a.Rank, a.Shape[0] = 1, 1
		for o := range a.Strides {
			a.Strides[o][0] = 1
		}
	}
}

// Dense returns the strides of a dense row-major array. The entries beyond the rank are 0.
func Dense(shape []int) (strides [kernels.MaxRank]int) {
	n := 1
	for k := len(shape) - 1; k >= 0; k-- {
		strides[k] = n
		n *= shape[k]
	}
	return strides
}
