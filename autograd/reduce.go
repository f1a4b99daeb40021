package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// Sum returns the sum of x over the given axes, which the result lacks, or
// over all of them if none are given: a scalar of shape []. Negative axes count
// from the end. A sum of nothing is 0.
func Sum(x *Var, axes ...int) *Var { return reduce("Sum", x, axes, false, false) }

// SumKeep is Sum with the summed axes kept, at length 1, so that the result
// broadcasts against x.
func SumKeep(x *Var, axes ...int) *Var { return reduce("SumKeep", x, axes, true, false) }

// Mean returns the mean of x over the given axes, which the result lacks, or
// over all of them if none are given: a scalar of shape []. Negative axes count
// from the end. The mean of nothing is taken as 0, so that an empty batch adds
// nothing to a loss.
func Mean(x *Var, axes ...int) *Var { return reduce("Mean", x, axes, false, true) }

// MeanKeep is Mean with the averaged axes kept, at length 1, so that the
// result broadcasts against x.
func MeanKeep(x *Var, axes ...int) *Var { return reduce("MeanKeep", x, axes, true, true) }

func reduce(operation string, x *Var, axes []int, keep, mean bool) *Var {
	t := x.Tape()
	r := x.reduction(operation, axes)
	shape := r.kept
	if !keep {
		shape = r.short()
	}
	y := t.Result(shape, x)
	scale := float32(1)
	if mean {
		scale = float32(float64(y.Len()) / float64(max(1, x.Len())))
	}
	t.sum(y.value, x.value, r.groups(), scale, kernels.Overwrite)
	y.OnBackward(func() {
		dy := y.grad
		if scale != 1 {
			dy = t.Scratch(y.Len())
			t.device.Affine(dy, y.grad, scale, 0, kernels.Overwrite)
		}
		dx, mode := x.GradTarget()
		t.repeat(dx, x.shape, dy, r.kept, mode)
	})
	return y
}

// A reduction says which axes of an array an operation sums over (reduced axes), and which
// it keeps. The tape owns its slices.
type reduction struct {
	tape    *Tape
	shape   []int // shape of the array
	kept    []int // shape with reduced axes at length 1
	reduced []int // 1 for each axis that is reduced, 0 for the others
}

// reduction returns the reduction of v over the given axes, over all axes if none
// are given.
func (v *Var) reduction(operation string, axes []int) reduction {
	t, rank := v.tape, len(v.shape)
	r := reduction{t, v.shape, t.ints.alloc(rank), t.ints.alloc(rank)}
	for _, axis := range axes {
		i := v.axis(operation, axis)
		if r.reduced[i] != 0 {
			panic(fmt.Sprintf("autograd: %s over axis %d twice", operation, axis))
		}
		r.reduced[i] = 1
	}
	for i, n := range v.shape {
		if len(axes) == 0 {
			r.reduced[i] = 1
		}
		if r.kept[i] = n; r.reduced[i] != 0 {
			r.kept[i] = 1
		}
	}
	return r
}

// short returns the shape without the reduced axes.
func (r reduction) short() []int {
	shape := r.tape.ints.alloc(len(r.shape))[:0]
	for i, n := range r.shape {
		if r.reduced[i] == 0 {
			shape = append(shape, n)
		}
	}
	return shape
}

// groups returns the shape with neighboring axes merged if both are reduced or both kept.
func (r reduction) groups() groups {
	g := r.tape.newGroups(len(r.shape))
	for i, n := range r.shape {
		g.add(n, r.reduced[i] != 0)
	}
	return g
}

// axis returns the index of an axis that may be counted from the end.
func (v *Var) axis(operation string, axis int) int {
	i := axis
	if i < 0 {
		i += len(v.Shape())
	}
	if i < 0 || i >= len(v.Shape()) {
		panic(fmt.Sprintf("autograd: %s along axis %d of shape %s", operation, axis, text(v.shape)))
	}
	return i
}

// groups is the shape of an array in which neighboring axes that are all kept, or all
// reduced, are merged into one group. Kept and reduced groups alternate, and the first is
// kept.
type groups []int

// newGroups returns the groups of an array without axes, with capacity to add rank axes.
func (t *Tape) newGroups(rank int) groups {
	g := t.ints.alloc(rank + 2)[:1]
	g[0] = 1
	return g
}

// add appends an axis.
func (g *groups) add(n int, reduced bool) {
	switch last := len(*g) - 1; {
	case n == 1:
	case reduced == (last%2 == 1):
		(*g)[last] *= n
	default:
		*g = append(*g, n)
	}
}

// sum stores scale times the sum of src over the reduced groups into dst. One
// kernel reduces two groups; more groups take several kernels, from the last to
// the first.
func (t *Tape) sum(dst, src kernels.Buffer, g groups, scale float32, mode kernels.WriteMode) {
	if len(g) == 1 {
		t.device.Affine(dst, src, scale, 0, mode)
		return
	}
	if len(g)%2 == 1 {
		g = append(g, 1)
	}
	for len(g) > 4 {
		n := len(g)
		s := kernels.SumShape{K0: Size(g[:n-3]), R0: g[n-3], K1: g[n-2], R1: g[n-1]}
		part := t.Scratch(s.K0 * s.K1)
		t.device.Sum(part, src, s, 1, kernels.Overwrite)
		g[n-4] *= g[n-2]
		g[n-3] = 1
		src, g = part, g[:n-2]
	}
	s := kernels.SumShape{K0: g[0], R0: g[1], K1: 1, R1: 1}
	if len(g) == 4 {
		s.K1, s.R1 = g[2], g[3]
	}
	t.device.Sum(dst, src, s, scale, mode)
}
