package autogradtest

import (
	"slices"

	"github.com/topogen/topogen/autograd"
)

func reduceCases() (cases []Case) {
	for _, op := range []struct {
		name    string
		compute func(x *autograd.Var, axes ...int) *autograd.Var
		keep    bool
		mean    bool
	}{
		{"Sum", autograd.Sum, false, false},
		{"SumKeep", autograd.SumKeep, true, false},
		{"Mean", autograd.Mean, false, true},
		{"MeanKeep", autograd.MeanKeep, true, true},
	} {
		for _, s := range []struct{ shape, axes []int }{
			{[]int{}, nil},
			{[]int{5}, nil},
			{[]int{5}, []int{0}},
			{[]int{2, 3}, nil},
			{[]int{2, 3}, []int{0}},
			{[]int{2, 3}, []int{-1}},
			{[]int{2, 3}, []int{1, 0}},
			{[]int{2, 3, 4}, []int{1}},
			{[]int{2, 3, 4}, []int{0, 2}},
			{[]int{2, 1, 4}, []int{1}},
			{[]int{0, 3}, []int{0}},
			{[]int{3, 0}, []int{0}},
			{[]int{0}, nil},
			{[]int{2, 3, 2, 2, 3}, []int{0, 2, 4}},
			{[]int{2, 3, 2, 2, 3, 2}, []int{1, 3, 5}},
			{[]int{2, 2, 2, 2, 2, 2, 2, 2}, []int{0, 2, 4, 6}},
		} {
			cases = append(cases, Case{
				op.name,
				[]Input{{Any, s.shape}},
				func(in []*autograd.Var) *autograd.Var { return op.compute(in[0], s.axes...) },
				func(in []Array) Array { return in[0].reduce(s.axes, op.keep, op.mean) },
			})
		}
	}
	return cases
}

// reduce returns the sum or the mean over the given axes, over all if there are
// none.
func (a Array) reduce(axes []int, keep, mean bool) Array {
	r := len(a.shape)
	kept, short := slices.Clone(a.shape), []int{}
	n := 1.0
	for axis, length := range a.shape {
		if len(axes) == 0 || slices.Contains(axes, axis) || slices.Contains(axes, axis-r) {
			kept[axis] = 1
			n *= float64(length)
		} else {
			short = append(short, length)
		}
	}
	sum := build(kept, func([]int) float64 { return 0 })
	a.each(func(index []int) {
		v := a.at(index...)
		if mean {
			v /= n
		}
		sum.data[sum.position(index)] += v
	})
	if !keep {
		sum.shape = short
	}
	return sum
}

func shapeCases() (cases []Case) {
	one := func(operation string, shape []int, compute func(x *autograd.Var) *autograd.Var, want func(x Array) Array) {
		cases = append(cases, Case{
			operation,
			[]Input{{Any, shape}},
			func(in []*autograd.Var) *autograd.Var { return compute(in[0]) },
			func(in []Array) Array { return want(in[0]) },
		})
	}
	for _, s := range []struct{ from, to, want []int }{
		{[]int{6}, []int{2, 3}, []int{2, 3}},
		{[]int{2, 3}, []int{-1}, []int{6}},
		{[]int{2, 3}, []int{3, -1, 1}, []int{3, 2, 1}},
		{[]int{1}, []int{}, []int{}},
		{[]int{}, []int{1, -1}, []int{1, 1}},
		{[]int{0, 3}, []int{-1, 3}, []int{0, 3}},
		{[]int{0}, []int{5, 0, 2}, []int{5, 0, 2}},
	} {
		one("Reshape", s.from,
			func(x *autograd.Var) *autograd.Var { return autograd.Reshape(x, s.to...) },
			func(x Array) Array { return Array{s.want, x.data} })
	}
	for _, s := range []struct {
		shape []int
		from  int
		want  []int
	}{
		{[]int{2, 3, 2}, 0, []int{12}},
		{[]int{2, 3, 2}, 1, []int{2, 6}},
		{[]int{2, 3, 2}, 3, []int{2, 3, 2, 1}},
		{[]int{}, 0, []int{1}},
		{[]int{0, 2, 2}, 1, []int{0, 4}},
	} {
		one("Flatten", s.shape,
			func(x *autograd.Var) *autograd.Var { return autograd.Flatten(x, s.from) },
			func(x Array) Array { return Array{s.want, x.data} })
	}
	for _, s := range []struct{ shape, permutation []int }{
		{[]int{}, nil},
		{[]int{4}, nil},
		{[]int{2, 3}, nil},
		{[]int{2, 3}, []int{0, 1}},
		{[]int{2, 3, 4}, nil},
		{[]int{2, 3, 4}, []int{1, 0, 2}},
		{[]int{2, 3, 4}, []int{2, 0, 1}},
		{[]int{2, 1, 3, 2}, []int{3, 1, 0, 2}},
		{[]int{0, 3}, nil},
		{[]int{2, 2, 2, 2, 2, 2, 2, 2}, nil},
		{[]int{2, 2, 2, 2, 2, 2, 2, 2}, []int{1, 0, 3, 2, 5, 4, 7, 6}},
	} {
		one("Transpose", s.shape,
			func(x *autograd.Var) *autograd.Var { return autograd.Transpose(x, s.permutation...) },
			func(x Array) Array { return x.transpose(s.permutation) })
	}
	for _, s := range []struct {
		shape          []int
		axis, from, to int
		want           []int
	}{
		{[]int{5}, 0, 1, 4, []int{3}},
		{[]int{5}, 0, 0, 5, []int{5}},
		{[]int{5}, 0, 5, 5, []int{0}},
		{[]int{3, 4}, 0, 1, 3, []int{2, 4}},
		{[]int{3, 4}, -1, 1, 2, []int{3, 1}},
		{[]int{2, 3, 4}, 1, 0, 2, []int{2, 2, 4}},
		{[]int{0, 4}, 1, 2, 4, []int{0, 2}},
	} {
		one("Slice", s.shape,
			func(x *autograd.Var) *autograd.Var { return autograd.Slice(x, s.axis, s.from, s.to) },
			func(x Array) Array {
				return build(s.want, func(index []int) float64 {
					index = slices.Clone(index)
					index[(s.axis+len(index))%len(index)] += s.from
					return x.at(index...)
				})
			})
	}
	for _, s := range []struct {
		shape []int
		index []int32
	}{
		{[]int{4}, []int32{3, 0, 3, 3, 1}},
		{[]int{3, 2}, []int32{2, 2, 0}},
		{[]int{3, 2, 2}, []int32{1}},
		{[]int{3, 2}, []int32{}},
		{[]int{2, 0}, []int32{1, 1}},
	} {
		one("GatherRows", s.shape,
			func(x *autograd.Var) *autograd.Var { return autograd.GatherRows(x, s.index) },
			func(x Array) Array {
				return build(append([]int{len(s.index)}, x.shape[1:]...), func(index []int) float64 {
					index = slices.Clone(index)
					index[0] = int(s.index[index[0]])
					return x.at(index...)
				})
			})
	}
	for _, s := range []struct{ from, to []int }{
		{[]int{}, []int{3}},
		{[]int{3}, []int{2, 3}},
		{[]int{2, 1}, []int{2, 3}},
		{[]int{1, 3, 1}, []int{2, 2, 3, 2}},
		{[]int{2, 3}, []int{2, 3}},
		{[]int{1, 2}, []int{0, 2}},
	} {
		one("BroadcastTo", s.from,
			func(x *autograd.Var) *autograd.Var { return autograd.BroadcastTo(x, s.to...) },
			func(x Array) Array { return build(s.to, func(index []int) float64 { return x.at(index...) }) })
	}
	for _, s := range []struct {
		axis   int
		shapes [][]int
	}{
		{0, [][]int{{2}}},
		{0, [][]int{{2}, {3}, {1}}},
		{0, [][]int{{2, 2}, {1, 2}}},
		{-1, [][]int{{2, 2}, {2, 1}, {2, 0}, {2, 3}}},
		{1, [][]int{{2, 1, 3}, {2, 2, 3}}},
		{0, [][]int{{0, 3}, {2, 3}}},
	} {
		c := Case{
			Operation: "Concat",
			Compute:   func(in []*autograd.Var) *autograd.Var { return autograd.Concat(s.axis, in...) },
			Want:      func(in []Array) Array { return concat(s.axis, in) },
		}
		for _, shape := range s.shapes {
			c.Inputs = append(c.Inputs, Input{Any, shape})
		}
		cases = append(cases, c)
	}
	one("Concat of x and x", []int{2, 3},
		func(x *autograd.Var) *autograd.Var { return autograd.Concat(1, x, x) },
		func(x Array) Array { return concat(1, []Array{x, x}) })
	return cases
}

func (a Array) transpose(permutation []int) Array {
	shape := slices.Clone(a.shape)
	if len(permutation) == 0 {
		for axis := range shape {
			permutation = append(permutation, len(shape)-1-axis)
		}
	}
	for axis, from := range permutation {
		shape[axis] = a.shape[from]
	}
	return build(shape, func(index []int) float64 {
		own := make([]int, len(index))
		for axis, from := range permutation {
			own[from] = index[axis]
		}
		return a.at(own...)
	})
}

func concat(axis int, in []Array) Array {
	shape := slices.Clone(in[0].shape)
	axis = (axis + len(shape)) % len(shape)
	for _, a := range in[1:] {
		shape[axis] += a.shape[axis]
	}
	return build(shape, func(index []int) float64 {
		index = slices.Clone(index)
		k := 0
		for ; index[axis] >= in[k].shape[axis]; k++ {
			index[axis] -= in[k].shape[axis]
		}
		return in[k].at(index...)
	})
}
