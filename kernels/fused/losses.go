package fused

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// The bounds that [kernels.CrossEntropy] states.
const (
	minLog      = -100  // smallest logarithm that BCE sums
	minVariance = 1e-12 // smallest p(1−p) that BCEGrad divides by
)

// BCE is [kernels.CrossEntropy].BCE. Its composition uses memory for 2·p.Len() values, and
// that of [Dot].
func BCE(dev kernels.Device, dst, p, t kernels.Buffer) {
	if d, ok := dev.(kernels.CrossEntropy); ok {
		d.BCE(dst, p, t)
		return
	}
	check.Same("BCE", p, t)
	check.Scalars("BCE", dst)
	s := newScratch(dev)
	defer s.free()
	n := p.Len()
	log, other, bound := s.alloc(n), s.alloc(n), s.constant(minLog)

	clampedLog := func(x kernels.Buffer) {
		dev.Map(kernels.Log, log, x)
		zipScalar(dev, kernels.Max, log, log, bound, kernels.Overwrite)
	}
	clampedLog(p)
	Dot(dev, dst, t, log)
	dev.Affine(other, p, -1, 1, kernels.Overwrite)
	clampedLog(other)
	dev.Affine(other, t, -1, 1, kernels.Overwrite)
	half := s.alloc(1)
	Dot(dev, half, other, log)
	dev.Zip(kernels.Add, dst, dst, half, kernels.Overwrite)
	dev.Affine(dst, dst, -1, 0, kernels.Overwrite)
}

// BCEGrad is [kernels.CrossEntropy].BCEGrad. Its composition uses memory for
// 2·p.Len() values.
func BCEGrad(dev kernels.Device, dp, p, t, g kernels.Buffer, mode kernels.WriteMode) {
	if d, ok := dev.(kernels.CrossEntropy); ok {
		d.BCEGrad(dp, p, t, g, mode)
		return
	}
	check.Same("BCEGrad", dp, p, t)
	check.Scalars("BCEGrad", g)
	s := newScratch(dev)
	defer s.free()
	n := p.Len()
	variance, slope := s.alloc(n), s.alloc(n)
	dev.Affine(variance, p, -1, 1, kernels.Overwrite)
	dev.Zip(kernels.Mul, variance, variance, p, kernels.Overwrite)
	zipScalar(dev, kernels.Max, variance, variance, s.constant(minVariance), kernels.Overwrite)
	dev.Zip(kernels.Sub, slope, p, t, kernels.Overwrite)
	dev.Zip(kernels.Div, slope, slope, variance, kernels.Overwrite)
	zipScalar(dev, kernels.Mul, dp, slope, g, mode)
}

// BCELogits is [kernels.CrossEntropy].BCELogits. Its composition computes
// Σ softplus(x) − Σ x·t. It uses memory for x.Len() values, and that of [Dot].
func BCELogits(dev kernels.Device, dst, x, t kernels.Buffer) {
	if d, ok := dev.(kernels.CrossEntropy); ok {
		d.BCELogits(dst, x, t)
		return
	}
	check.Same("BCELogits", x, t)
	check.Scalars("BCELogits", dst)
	s := newScratch(dev)
	defer s.free()
	n := x.Len()
	term, product := s.alloc(n), s.alloc(1)
	Dot(dev, product, x, t)
	dev.Map(kernels.Softplus, term, x)
	dev.Sum(dst, term, all(n), 1, kernels.Overwrite)
	dev.Zip(kernels.Sub, dst, dst, product, kernels.Overwrite)
}

// BCELogitsGrad is [kernels.CrossEntropy].BCELogitsGrad. Its composition uses memory
// for x.Len() values.
func BCELogitsGrad(dev kernels.Device, dx, x, t, g kernels.Buffer, mode kernels.WriteMode) {
	if d, ok := dev.(kernels.CrossEntropy); ok {
		d.BCELogitsGrad(dx, x, t, g, mode)
		return
	}
	check.Same("BCELogitsGrad", dx, x, t)
	check.Scalars("BCELogitsGrad", g)
	s := newScratch(dev)
	defer s.free()
	slope := s.alloc(x.Len())
	dev.Map(kernels.Sigmoid, slope, x)
	dev.Zip(kernels.Sub, slope, slope, t, kernels.Overwrite)
	zipScalar(dev, kernels.Mul, dx, slope, g, mode)
}
