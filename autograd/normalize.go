package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// Normalize returns y = (x − mean)/√(variance + ε), where mean and variance are
// taken over the given axes, over all of them if none are given; negative axes
// count from the end. The variance is the biased one, Σ(x − mean)²/n.
//
// Batch (Ioffe and Szegedy 2015), layer (Ba et al. 2016) and group normalization (Wu and
// He 2018) are special cases. y has x's shape. mean and variance have the same shape, but
// with length 1 along the given axes. Backward takes into account that mean and variance
// of y depend on x. The returned mean and variance are constants: no gradient flows from
// them to x.
func Normalize(x *Var, epsilon float32, axes ...int) (y, mean, variance *Var) {
	t, dev := x.Tape(), x.Tape().device
	if !(epsilon >= 0) {
		panic(fmt.Sprintf("autograd: Normalize with ε = %v", epsilon))
	}
	r := x.reduction("Normalize", axes)
	n := max(1, x.Len()) / max(1, Size(r.kept))
	y, mean, variance = t.Result(x.shape, x), t.Result(r.kept), t.Result(r.kept)
	each := 1 / float32(n)
	// broadcast stores op(a, b) into dst. The shape of b is r.kept, that of a and dst x.shape.
	broadcast := func(op kernels.Op, dst, a, b kernels.Buffer, mode kernels.WriteMode) {
		shape, ao, bo := t.collapse(x.shape, t.dense(a, x.shape), t.repeated(b, r.kept, x.shape))
		t.zipCollapsed(op, dst, ao, bo, shape, mode)
	}

	centred := t.Scratch(x.Len())
	t.sum(mean.value, x.value, r.groups(), each, kernels.Overwrite)
	broadcast(kernels.Sub, centred, x.value, mean.value, kernels.Overwrite)
	dev.Zip(kernels.Mul, y.value, centred, centred, kernels.Overwrite)
	t.sum(variance.value, y.value, r.groups(), each, kernels.Overwrite)
	inverse := t.Scratch(variance.Len()) // 1/√(variance + ε)
	dev.Affine(inverse, variance.value, 1, epsilon, kernels.Overwrite)
	dev.Map(kernels.Sqrt, inverse, inverse)
	dev.Map(kernels.Reciprocal, inverse, inverse)
	broadcast(kernels.Mul, y.value, centred, inverse, kernels.Overwrite)

	y.OnBackward(func() { // dx = (dy − mean(dy) − y·mean(dy·y))/√(variance + ε)
		a, b := t.Scratch(x.Len()), t.Scratch(x.Len())
		m := t.Scratch(mean.Len())
		dev.Zip(kernels.Mul, a, y.grad, y.value, kernels.Overwrite)
		t.sum(m, a, r.groups(), each, kernels.Overwrite)
		broadcast(kernels.Mul, a, y.value, m, kernels.Overwrite)
		dev.Zip(kernels.Sub, a, y.grad, a, kernels.Overwrite)
		t.sum(m, y.grad, r.groups(), each, kernels.Overwrite)
		broadcast(kernels.Sub, b, a, m, kernels.Overwrite)
		dx, mode := x.GradTarget()
		broadcast(kernels.Mul, dx, b, inverse, mode)
	})
	return y, mean, variance
}
