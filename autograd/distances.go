package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels/fused"
)

// Distances returns the n×n matrix of Euclidean distances between the n points
// that x holds along its first axis; an array n×… is read as n points with all
// further axes flattened. Points that coincide are at distance 0 and give each
// other no gradient.
func Distances(x *Var) *Var {
	if len(x.Shape()) == 0 {
		panic(fmt.Sprintf("autograd: Distances between points of shape %s; want n×…", text(x.shape)))
	}
	t := x.Tape()
	n, d := x.shape[0], Size(x.shape[1:])
	y := t.Result([]int{n, n}, x)
	fused.Distances(t.device, y.value, x.value, n, d)
	y.OnBackward(func() {
		dx, mode := x.GradTarget()
		fused.DistancesGrad(t.device, dx, y.grad, x.value, y.value, n, d, mode)
	})
	return y
}
