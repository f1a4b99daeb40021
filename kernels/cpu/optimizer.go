package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// adamPart is the number of elements in a part of Adam, the range that a worker updates at a
// time. It is larger than a chunk because the loop prefetches the memory 2 KB ahead of it.
// Beyond the end of a part, that memory usually belongs to the part of another worker, and
// the prefetch is wasted.
const adamPart = 4 * chunk

// Adam makes one step of the optimizer Adam: it updates the parameters param and the
// moments m and v from the gradient grad.
func (d *Device) Adam(param, grad, m, v kernels.Buffer, a kernels.Adam) {
	check.Same("Adam", param, grad, m, v)
	d.run(ceilDiv(param.Len(), adamPart), func(a *args, part int) {
		lo, hi := part*adamPart, min(len(a.dst), (part+1)*adamPart)
		a.loops.Adam(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], &a.adam)
	}, args{dst: d.span(param), x: d.span(grad), y: d.span(m), z: d.span(v), adam: a.Factors()})
}

// SGD makes one step of stochastic gradient descent: it updates the parameters param and,
// with momentum, velocity from the gradient grad. Without momentum, velocity may be empty.
func (d *Device) SGD(param, grad, velocity kernels.Buffer, s kernels.SGD) {
	check.SGD(s, param, grad, velocity)
	d.run(chunks(param.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		var velocity []float32
		if len(a.y) != 0 {
			velocity = a.y[lo:hi]
		}
		a.loops.SGD(a.dst[lo:hi], a.x[lo:hi], velocity, &a.sgd)
	}, args{dst: d.span(param), x: d.span(grad), y: d.span(velocity), sgd: s})
}
