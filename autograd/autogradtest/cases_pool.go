package autogradtest

import (
	"math"

	"github.com/topogen/topogen/autograd"
)

func poolCases() (cases []Case) {
	for _, s := range []struct {
		shape   []int
		options autograd.PoolOptions
	}{
		{[]int{1, 1, 1, 1}, autograd.PoolOptions{Size: 1}},
		{[]int{2, 2, 4, 5}, autograd.PoolOptions{Size: 2}},
		{[]int{1, 2, 5, 4}, autograd.PoolOptions{Size: 3, Stride: 1, Padding: 1}},
		{[]int{1, 1, 4, 6}, autograd.PoolOptions{SizeHW: [2]int{3, 2}, StrideHW: [2]int{2, 1}, PaddingHW: [2]int{1, 0}}},
		{[]int{0, 2, 3, 3}, autograd.PoolOptions{Size: 2}},
	} {
		cases = append(cases, Case{
			"MaxPool2d",
			[]Input{{Spaced, s.shape}},
			func(in []*autograd.Var) *autograd.Var { return autograd.MaxPool2d(in[0], s.options) },
			func(in []Array) Array {
				return pool(in[0], s.options, func(pixels []float64, _ int) float64 {
					largest := math.Inf(-1)
					for _, v := range pixels {
						largest = max(largest, v)
					}
					return largest
				})
			},
		})
		for _, exclude := range []bool{false, true} {
			options := s.options
			options.ExcludePadding = exclude
			cases = append(cases, Case{
				"AvgPool2d",
				[]Input{{Any, s.shape}},
				func(in []*autograd.Var) *autograd.Var { return autograd.AvgPool2d(in[0], options) },
				func(in []Array) Array {
					return pool(in[0], options, func(pixels []float64, area int) float64 {
						sum := 0.0
						for _, v := range pixels {
							sum += v
						}
						if exclude {
							area = len(pixels)
						}
						return sum / float64(area)
					})
				},
			})
		}
	}
	for _, s := range []struct {
		shape []int
		h, w  int
	}{
		{[]int{1, 1, 1, 1}, 1, 1},
		{[]int{2, 2, 2, 3}, 2, 3},
		{[]int{2, 1, 3, 2}, 1, 2},
		{[]int{0, 1, 2, 2}, 2, 2},
	} {
		cases = append(cases, Case{
			"UpsampleNearest2d",
			[]Input{{Any, s.shape}},
			func(in []*autograd.Var) *autograd.Var { return autograd.UpsampleNearest2d(in[0], s.h, s.w) },
			func(in []Array) Array {
				return build([]int{s.shape[0], s.shape[1], s.h * s.shape[2], s.w * s.shape[3]}, func(index []int) float64 {
					return in[0].at(index[0], index[1], index[2]/s.h, index[3]/s.w)
				})
			},
		})
	}
	return cases
}

// pool returns f of the pixels in each window, and of the window's size.
func pool(x Array, o autograd.PoolOptions, f func(pixels []float64, area int) float64) Array {
	size, padding := perAxis(o.Size, o.SizeHW), perAxis(o.Padding, o.PaddingHW)
	stride := perAxis(o.Stride, o.StrideHW)
	if stride == [2]int{} {
		stride = size
	}
	height := (x.shape[2]+2*padding[0]-size[0])/stride[0] + 1
	width := (x.shape[3]+2*padding[1]-size[1])/stride[1] + 1
	return build([]int{x.shape[0], x.shape[1], height, width}, func(index []int) float64 {
		var pixels []float64
		for r := range size[0] {
			for s := range size[1] {
				row, column := index[2]*stride[0]+r-padding[0], index[3]*stride[1]+s-padding[1]
				if row >= 0 && row < x.shape[2] && column >= 0 && column < x.shape[3] {
					pixels = append(pixels, x.at(index[0], index[1], row, column))
				}
			}
		}
		return f(pixels, size[0]*size[1])
	})
}

func normalizeCases() (cases []Case) {
	const epsilon = 0.01
	for _, s := range []struct{ shape, axes []int }{
		{[]int{5}, nil},
		{[]int{4, 3}, []int{0}},
		{[]int{3, 5}, []int{-1}},
		{[]int{3, 2, 4}, []int{0, 2}},
		{[]int{2, 2, 2, 3}, []int{0, 2, 3}},
		{[]int{2, 2, 2, 2, 3}, []int{0, 2, 4}},
		{[]int{2, 1}, []int{1}},
		{[]int{0, 3}, []int{0}},
		{[]int{0, 3}, []int{1}},
	} {
		cases = append(cases, Case{
			"Normalize",
			[]Input{{Any, s.shape}},
			func(in []*autograd.Var) *autograd.Var {
				y, _, _ := autograd.Normalize(in[0], epsilon, s.axes...)
				return y
			},
			func(in []Array) Array {
				x := in[0]
				mean := x.reduce(s.axes, true, true)
				centred := build(x.shape, func(index []int) float64 { return x.at(index...) - mean.at(index...) })
				variance := centred.apply(func(v float64) float64 { return v * v }).reduce(s.axes, true, true)
				return build(x.shape, func(index []int) float64 {
					return centred.at(index...) / math.Sqrt(variance.at(index...)+epsilon)
				})
			},
		})
	}
	return cases
}
