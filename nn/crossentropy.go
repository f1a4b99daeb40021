package nn

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
)

// CrossEntropyOptions are the options of [CrossEntropy]. The zero value weighs all classes
// alike and smooths nothing.
type CrossEntropyOptions struct {
	// ClassWeights has a weight for each class. With nil, all have the weight 1.
	ClassWeights []float32
	// LabelSmoothing is the share, in [0, 1), of each target that is spread over
	// all classes (Szegedy et al. 2016).
	LabelSmoothing float32
}

// CrossEntropy returns the mean of −log softmax(x)[target] as a scalar of shape
// []. x holds logits, N×C or N×C×…, with classes along the second axis; targets
// has a class in [0, C) for each index along the other axes, N or N×…, in row-major order.
// The mean leaves out negative targets. With class weights it is a weighted mean. The mean
// of nothing is 0.
func CrossEntropy(x *autograd.Var, targets []int, o CrossEntropyOptions) *autograd.Var {
	y, weight := crossEntropy("CrossEntropy", x, targets, o)
	if weight == 0 {
		weight = 1
	}
	return autograd.Scale(autograd.Sum(y), float32(1/weight))
}

// CrossEntropyEach returns the terms of [CrossEntropy], each times its weight:
// an array of shape N or N×….
func CrossEntropyEach(x *autograd.Var, targets []int, o CrossEntropyOptions) *autograd.Var {
	y, _ := crossEntropy("CrossEntropyEach", x, targets, o)
	return y
}

// crossEntropy returns the weighted terms of the cross-entropy, of shape N or N×…, and the
// sum of their weights.
func crossEntropy(operation string, x *autograd.Var, targets []int, o CrossEntropyOptions) (terms *autograd.Var, weight float64) {
	shape := x.Shape()
	if len(shape) < 2 || shape[1] == 0 || len(targets) != x.Len()/shape[1] {
		panic(fmt.Sprintf("nn: %s of logits %v and %d targets; want N×C×… and N×…", operation, shape, len(targets)))
	}
	classes, inner := shape[1], autograd.Size(shape[2:])
	if o.ClassWeights != nil && len(o.ClassWeights) != classes {
		panic(fmt.Sprintf("nn: %s of logits %v with %d class weights, want %d", operation, shape, len(o.ClassWeights), classes))
	}
	for class, w := range o.ClassWeights {
		if !(w >= 0 && w <= math.MaxFloat32) {
			panic(fmt.Sprintf("nn: %s with the weight %v for class %d, want a finite number of at least 0", operation, w, class))
		}
	}
	if !(o.LabelSmoothing >= 0 && o.LabelSmoothing < 1) {
		panic(fmt.Sprintf("nn: %s with label smoothing %v, want a number in [0, 1)", operation, o.LabelSmoothing))
	}
	classWeight := func(class int) float32 {
		if o.ClassWeights == nil {
			return 1
		}
		return o.ClassWeights[class]
	}

	// q holds, for each target, its distribution over the classes, times the weight of its
	// class.
	q := make([]float32, x.Len())
	for i, target := range targets {
		if target >= classes {
			panic(fmt.Sprintf("nn: %s: targets[%d] is %d, of %d classes", operation, i, target, classes))
		}
		if target < 0 {
			continue
		}
		weight += float64(classWeight(target))
		first := i/inner*classes*inner + i%inner
		for class := range classes {
			q[first+class*inner] = o.LabelSmoothing / float32(classes) * classWeight(class)
		}
		q[first+target*inner] += (1 - o.LabelSmoothing) * classWeight(target)
	}
	logs := autograd.Mul(autograd.LogSoftmax(x, 1), x.Tape().Constant(q, shape...))
	return autograd.Neg(autograd.Sum(logs, 1)), weight
}
