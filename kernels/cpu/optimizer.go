package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// adamPart is the number of elements in a part of Adam. It is larger than a chunk
// because the loop prefetches 2 KB ahead, and what follows the end of a part belongs to
// another thread.
const adamPart = 4 * chunk

// Adam updates param, m and v from grad.
func (d *Device) Adam(param, grad, m, v kernels.Buffer, a kernels.Adam) {
	check.Same("Adam", param, grad, m, v)
	d.run(ceilDiv(param.Len(), adamPart), func(a *args, part int) {
		lo, hi := part*adamPart, min(len(a.dst), (part+1)*adamPart)
		a.loops.Adam(a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.z[lo:hi], &a.adam)
	}, args{dst: d.span(param), x: d.span(grad), y: d.span(m), z: d.span(v), adam: a.Factors()})
}

// SGD updates param and velocity from grad.
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
