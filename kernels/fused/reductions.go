package fused

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Dot is [kernels.InnerProduct].Dot. Its composition uses memory for a.Len() values.
func Dot(dev kernels.Device, dst, a, b kernels.Buffer) {
	if d, ok := dev.(kernels.InnerProduct); ok {
		d.Dot(dst, a, b)
		return
	}
	check.Same("Dot", a, b)
	check.Scalars("Dot", dst)
	s := newScratch(dev)
	defer s.free()
	products := s.alloc(a.Len())
	dev.Zip(kernels.Mul, products, a, b, kernels.Overwrite)
	dev.Sum(dst, products, all(a.Len()), 1, kernels.Overwrite)
}

// BiasGrad is [kernels.BiasGradient].BiasGrad. Its composition, MapGrad and Sum, uses no
// memory.
func BiasGrad(dev kernels.Device, act kernels.Func, dz, db, dy, y kernels.Buffer, shape kernels.SumShape, mode kernels.WriteMode) {
	if d, ok := dev.(kernels.BiasGradient); ok {
		d.BiasGrad(act, dz, db, dy, y, shape, mode)
		return
	}
	check.BiasGrad(act, dz, db, dy, y, shape)
	if act != kernels.Identity || dz != dy {
		dev.MapGrad(act, dz, dy, kernels.Buffer{}, y, kernels.Overwrite)
	}
	dev.Sum(db, dz, shape, 1, mode)
}
