package autogradtest

import (
	"math"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// activations are the activations with which products are tested: none, two that the kernel
// of the product applies, and one that takes a kernel of its own. functionCases tests ReLU,
// at inputs away from 0.
var activations = []struct {
	f    autograd.Activation
	want func(x float64) float64
}{
	{autograd.ActNone, func(x float64) float64 { return x }},
	{autograd.ActSigmoid, sigmoid},
	{autograd.ActTanh, math.Tanh},
	{kernels.Sin, math.Sin},
}

func productCases() (cases []Case) {
	for _, s := range []struct {
		x       []int
		in, out int
		bias    bool
	}{
		{[]int{3}, 3, 2, true},
		{[]int{2, 3}, 3, 5, true},
		{[]int{5, 3}, 3, 1, false},
		{[]int{2, 2, 3}, 3, 2, true},
		{[]int{0, 3}, 3, 2, true},
		{[]int{2, 0}, 0, 2, true},
		{[]int{2, 3}, 3, 0, true},
	} {
		for _, act := range activations {
			c := Case{
				"Linear",
				[]Input{{Any, s.x}, {Any, []int{s.out, s.in}}},
				func(in []*autograd.Var) *autograd.Var { return autograd.Linear(in[0], in[1], third(in), act.f) },
				func(in []Array) Array {
					shape := append(slices.Clone(s.x[:len(s.x)-1]), s.out)
					return build(shape, func(index []int) float64 {
						x, k := slices.Clone(index), index[len(index)-1]
						sum := 0.0
						if s.bias {
							sum = in[2].at(k)
						}
						for i := range s.in {
							x[len(x)-1] = i
							sum += in[0].at(x...) * in[1].at(k, i)
						}
						return act.want(sum)
					})
				},
			}
			if s.bias {
				c.Inputs = append(c.Inputs, Input{Any, []int{s.out}})
			}
			cases = append(cases, c)
		}
	}

	for _, s := range []struct{ a, b, want []int }{
		{[]int{2, 3}, []int{3, 4}, []int{2, 4}},
		{[]int{1, 1}, []int{1, 1}, []int{1, 1}},
		{[]int{1, 5}, []int{5, 1}, []int{1, 1}},
		{[]int{2, 2, 3}, []int{3, 2}, []int{2, 2, 2}},
		{[]int{2, 3}, []int{2, 3, 2}, []int{2, 2, 2}},
		{[]int{2, 2, 3}, []int{2, 3, 2}, []int{2, 2, 2}},
		{[]int{2, 1, 2, 3}, []int{3, 3, 1}, []int{2, 3, 2, 1}},
		{[]int{1, 2, 2}, []int{3, 2, 2}, []int{3, 2, 2}},
		{[]int{0, 2, 3}, []int{3, 2}, []int{0, 2, 2}},
		{[]int{0, 2, 3}, []int{1, 3, 2}, []int{0, 2, 2}},
		{[]int{2, 0}, []int{0, 3}, []int{2, 3}},
		{[]int{0, 2}, []int{2, 3}, []int{0, 3}},
	} {
		cases = append(cases, Case{
			"MatMul",
			[]Input{{Any, s.a}, {Any, s.b}},
			func(in []*autograd.Var) *autograd.Var { return autograd.MatMul(in[0], in[1]) },
			func(in []Array) Array { return matMul(in[0], in[1], s.want) },
		})
	}
	return append(cases, Case{
		"MatMul of x and x",
		[]Input{{Any, []int{3, 3}}},
		func(in []*autograd.Var) *autograd.Var { return autograd.MatMul(in[0], in[0]) },
		func(in []Array) Array { return matMul(in[0], in[0], []int{3, 3}) },
	})
}

// third returns the third of three inputs, nil if there are two.
func third(in []*autograd.Var) *autograd.Var {
	if len(in) == 3 {
		return in[2]
	}
	return nil
}

func matMul(a, b Array, shape []int) Array {
	r := len(shape)
	return build(shape, func(index []int) float64 {
		sum := 0.0
		for k := range a.shape[len(a.shape)-1] {
			ia, ib := slices.Clone(index), slices.Clone(index)
			ia[r-1], ib[r-2] = k, k
			sum += a.at(ia...) * b.at(ib...)
		}
		return sum
	})
}

func convolutionCases() (cases []Case) {
	for _, s := range []struct {
		x, w    []int
		bias    bool
		options autograd.ConvOptions
	}{
		{[]int{1, 1, 1, 1}, []int{1, 1, 1, 1}, true, autograd.ConvOptions{}},
		{[]int{2, 2, 5, 4}, []int{3, 2, 3, 2}, true, autograd.ConvOptions{}},
		{[]int{1, 2, 4, 4}, []int{2, 2, 4, 4}, true, autograd.ConvOptions{Stride: 2, Padding: 1}},
		{[]int{2, 1, 5, 6}, []int{2, 1, 3, 3}, false, autograd.ConvOptions{StrideHW: [2]int{2, 3}, PaddingHW: [2]int{0, 2}}},
		{[]int{1, 1, 2, 2}, []int{1, 1, 1, 1}, false, autograd.ConvOptions{Stride: 3, Padding: 1}},
		{[]int{0, 2, 3, 3}, []int{1, 2, 2, 2}, true, autograd.ConvOptions{}},
	} {
		for _, act := range activations {
			c := Case{
				"Conv2d",
				[]Input{{Any, s.x}, {Any, s.w}},
				func(in []*autograd.Var) *autograd.Var {
					return autograd.Conv2d(in[0], in[1], third(in), s.options, act.f)
				},
				func(in []Array) Array { return conv2d(in, s.options).apply(act.want) },
			}
			if s.bias {
				c.Inputs = append(c.Inputs, Input{Any, s.w[:1]})
			}
			cases = append(cases, c)
		}
	}
	for _, s := range []struct {
		x, w    []int
		bias    bool
		options autograd.ConvOptions
	}{
		{[]int{1, 1, 1, 1}, []int{1, 1, 1, 1}, true, autograd.ConvOptions{}},
		{[]int{2, 2, 2, 3}, []int{2, 3, 3, 2}, true, autograd.ConvOptions{}},
		{[]int{1, 2, 2, 2}, []int{2, 2, 4, 4}, true, autograd.ConvOptions{Stride: 2, Padding: 1}},
		{[]int{1, 1, 3, 2}, []int{1, 2, 3, 3}, false, autograd.ConvOptions{
			StrideHW: [2]int{2, 3}, PaddingHW: [2]int{1, 0}, OutputPaddingHW: [2]int{1, 2}}},
		{[]int{0, 2, 2, 2}, []int{2, 1, 2, 2}, true, autograd.ConvOptions{}},
	} {
		for _, act := range activations {
			c := Case{
				"ConvTranspose2d",
				[]Input{{Any, s.x}, {Any, s.w}},
				func(in []*autograd.Var) *autograd.Var {
					return autograd.ConvTranspose2d(in[0], in[1], third(in), s.options, act.f)
				},
				func(in []Array) Array { return convTranspose2d(in, s.options).apply(act.want) },
			}
			if s.bias {
				c.Inputs = append(c.Inputs, Input{Any, s.w[1:2]})
			}
			cases = append(cases, c)
		}
	}
	return cases
}

func (a Array) apply(f func(float64) float64) Array {
	return build(a.shape, func(index []int) float64 { return f(a.at(index...)) })
}

// perAxis returns the value of an option for each axis: pair, or both for each axis if pair
// is zero.
func perAxis(both int, pair [2]int) [2]int {
	if pair == [2]int{} {
		return [2]int{both, both}
	}
	return pair
}

// conv2d returns the reference of autograd.Conv2d for image, weight and bias.
func conv2d(in []Array, o autograd.ConvOptions) Array {
	x, w := in[0], in[1]
	stride, padding := perAxis(max(1, o.Stride), o.StrideHW), perAxis(o.Padding, o.PaddingHW)
	height := (x.shape[2]+2*padding[0]-w.shape[2])/stride[0] + 1
	width := (x.shape[3]+2*padding[1]-w.shape[3])/stride[1] + 1
	return build([]int{x.shape[0], w.shape[0], height, width}, func(index []int) float64 {
		n, k, i, j := index[0], index[1], index[2], index[3]
		sum := 0.0
		if len(in) == 3 {
			sum = in[2].at(k)
		}
		for c := range w.shape[1] {
			for r := range w.shape[2] {
				for s := range w.shape[3] {
					row, column := i*stride[0]+r-padding[0], j*stride[1]+s-padding[1]
					if row >= 0 && row < x.shape[2] && column >= 0 && column < x.shape[3] {
						sum += x.at(n, c, row, column) * w.at(k, c, r, s)
					}
				}
			}
		}
		return sum
	})
}

// convTranspose2d returns the reference of autograd.ConvTranspose2d for image, weight and
// bias. It adds each kernel, times each pixel, to the result.
func convTranspose2d(in []Array, o autograd.ConvOptions) Array {
	x, w := in[0], in[1]
	stride, padding := perAxis(max(1, o.Stride), o.StrideHW), perAxis(o.Padding, o.PaddingHW)
	extra := perAxis(o.OutputPadding, o.OutputPaddingHW)
	height := (x.shape[2]-1)*stride[0] - 2*padding[0] + w.shape[2] + extra[0]
	width := (x.shape[3]-1)*stride[1] - 2*padding[1] + w.shape[3] + extra[1]
	y := build([]int{x.shape[0], w.shape[1], height, width}, func(index []int) float64 {
		if len(in) == 3 {
			return in[2].at(index[1])
		}
		return 0
	})
	x.each(func(index []int) {
		n, k, i, j := index[0], index[1], index[2], index[3]
		for c := range w.shape[1] {
			for r := range w.shape[2] {
				for s := range w.shape[3] {
					row, column := i*stride[0]+r-padding[0], j*stride[1]+s-padding[1]
					if row >= 0 && row < height && column >= 0 && column < width {
						y.data[y.position([]int{n, c, row, column})] += x.at(n, k, i, j) * w.at(k, c, r, s)
					}
				}
			}
		}
	})
	return y
}
