package autogradtest

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

func crossEntropyCases() (cases []Case) {
	for _, s := range []struct {
		shape   []int
		targets []int
		options nn.CrossEntropyOptions
	}{
		{[]int{1, 1}, []int{0}, nn.CrossEntropyOptions{}},
		{[]int{3, 2}, []int{1, 0, 1}, nn.CrossEntropyOptions{}},
		{[]int{3, 2}, []int{1, -1, 0}, nn.CrossEntropyOptions{ClassWeights: []float32{0.5, 2}}},
		{[]int{2, 3, 2}, []int{0, 2, 1, -7}, nn.CrossEntropyOptions{ClassWeights: []float32{0.5, 2, 1}, LabelSmoothing: 0.25}},
		{[]int{1, 3, 2, 1}, []int{2, 0}, nn.CrossEntropyOptions{LabelSmoothing: 0.5}},
		{[]int{2, 2}, []int{-1, -1}, nn.CrossEntropyOptions{}},
		{[]int{0, 3}, nil, nn.CrossEntropyOptions{}},
	} {
		classWeight := func(class int) float64 {
			if s.options.ClassWeights == nil {
				return 1
			}
			return float64(s.options.ClassWeights[class])
		}
		// each returns the terms, and the sum of the targets' weights.
		each := func(x Array) (terms Array, weight float64) {
			classes := s.shape[1]
			shape := append([]int{s.shape[0]}, s.shape[2:]...)
			k := 0
			terms = build(shape, func(index []int) float64 {
				target := s.targets[k]
				k++
				if target < 0 {
					return 0
				}
				weight += classWeight(target)
				at := append([]int{index[0], 0}, index[1:]...)
				total := 0.0
				for class := range classes {
					at[1] = class
					total += math.Exp(x.at(at...))
				}
				term := 0.0
				for class := range classes {
					at[1] = class
					share := float64(s.options.LabelSmoothing) / float64(classes)
					if class == target {
						share += 1 - float64(s.options.LabelSmoothing)
					}
					term -= share * classWeight(class) * (x.at(at...) - math.Log(total))
				}
				return term
			})
			return terms, weight
		}
		cases = append(cases, Case{
			"nn.CrossEntropyEach",
			[]Input{{Any, s.shape}},
			func(in []*autograd.Var) *autograd.Var { return nn.CrossEntropyEach(in[0], s.targets, s.options) },
			func(in []Array) Array { terms, _ := each(in[0]); return terms },
		}, Case{
			"nn.CrossEntropy",
			[]Input{{Any, s.shape}},
			func(in []*autograd.Var) *autograd.Var { return nn.CrossEntropy(in[0], s.targets, s.options) },
			func(in []Array) Array {
				terms, weight := each(in[0])
				sum := 0.0
				for _, v := range terms.data {
					sum += v
				}
				if weight == 0 {
					return scalar(0)
				}
				return scalar(sum / weight)
			},
		})
	}
	return cases
}
