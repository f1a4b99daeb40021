package fused

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// KLD is [kernels.Gaussian].KLD. Its composition uses memory for 2·mu.Len() values.
func KLD(dev kernels.Device, dst, mu, logvar kernels.Buffer) {
	if d, ok := dev.(kernels.Gaussian); ok {
		d.KLD(dst, mu, logvar)
		return
	}
	check.Same("KLD", mu, logvar)
	check.Scalars("KLD", dst)
	s := newScratch(dev)
	defer s.free()
	n := mu.Len()
	term, part := s.alloc(n), s.alloc(n)
	dev.Map(kernels.Exp, term, logvar)
	dev.Zip(kernels.SubOp, term, term, logvar, kernels.Set)
	dev.Map(kernels.Square, part, mu)
	dev.Zip(kernels.AddOp, term, term, part, kernels.Set)
	dev.Affine(term, term, 0.5, -0.5, kernels.Set)
	dev.Sum(dst, term, all(n), 1, kernels.Set)
}

// KLDGrad is [kernels.Gaussian].KLDGrad. Its composition uses memory for mu.Len()
// values.
func KLDGrad(dev kernels.Device, dmu, dlogvar, mu, logvar, g kernels.Buffer, muStore, logvarStore kernels.Store) {
	if d, ok := dev.(kernels.Gaussian); ok {
		d.KLDGrad(dmu, dlogvar, mu, logvar, g, muStore, logvarStore)
		return
	}
	check.Same("KLDGrad", mu, logvar, dmu, dlogvar)
	check.Scalars("KLDGrad", g)
	s := newScratch(dev)
	defer s.free()
	slope := s.alloc(mu.Len())
	zipScalar(dev, kernels.MulOp, dmu, mu, g, muStore)
	dev.Map(kernels.Exp, slope, logvar)
	dev.Affine(slope, slope, 0.5, -0.5, kernels.Set)
	zipScalar(dev, kernels.MulOp, dlogvar, slope, g, logvarStore)
}

// Reparameterize is [kernels.Gaussian].Reparameterize. Its composition uses memory
// for z.Len() values.
func Reparameterize(dev kernels.Device, z, mu, logvar, eps kernels.Buffer) {
	if d, ok := dev.(kernels.Gaussian); ok {
		d.Reparameterize(z, mu, logvar, eps)
		return
	}
	check.Same("Reparameterize", z, mu, logvar, eps)
	s := newScratch(dev)
	defer s.free()
	noise := s.alloc(z.Len())
	standardDeviation(dev, noise, logvar)
	dev.Zip(kernels.MulOp, noise, noise, eps, kernels.Set)
	dev.Zip(kernels.AddOp, z, mu, noise, kernels.Set)
}

// ReparameterizeGrad is [kernels.Gaussian].ReparameterizeGrad. Its composition uses
// memory for dz.Len() values.
func ReparameterizeGrad(dev kernels.Device, dmu, dlogvar, dz, logvar, eps kernels.Buffer, muStore, logvarStore kernels.Store) {
	if d, ok := dev.(kernels.Gaussian); ok {
		d.ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps, muStore, logvarStore)
		return
	}
	check.Same("ReparameterizeGrad", dz, logvar, eps, dmu, dlogvar)
	s := newScratch(dev)
	defer s.free()
	slope := s.alloc(dz.Len())
	dev.Affine(dmu, dz, 1, 0, muStore)
	standardDeviation(dev, slope, logvar)
	dev.Zip(kernels.MulOp, slope, slope, eps, kernels.Set)
	dev.Zip(kernels.MulOp, slope, slope, dz, kernels.Set)
	dev.Affine(dlogvar, slope, 0.5, 0, logvarStore)
}

// standardDeviation sets dst = e^(logvar/2).
func standardDeviation(dev kernels.Device, dst, logvar kernels.Buffer) {
	dev.Affine(dst, logvar, 0.5, 0, kernels.Set)
	dev.Map(kernels.Exp, dst, dst)
}
