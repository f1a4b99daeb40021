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
	dev.Zip(kernels.Sub, term, term, logvar, kernels.Overwrite)
	dev.Map(kernels.Square, part, mu)
	dev.Zip(kernels.Add, term, term, part, kernels.Overwrite)
	dev.Affine(term, term, 0.5, -0.5, kernels.Overwrite)
	dev.Sum(dst, term, all(n), 1, kernels.Overwrite)
}

// KLDGrad is [kernels.Gaussian].KLDGrad. Its composition uses memory for mu.Len()
// values.
func KLDGrad(dev kernels.Device, dmu, dlogvar, mu, logvar, g kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
	if d, ok := dev.(kernels.Gaussian); ok {
		d.KLDGrad(dmu, dlogvar, mu, logvar, g, muMode, logvarMode)
		return
	}
	check.Same("KLDGrad", mu, logvar, dmu, dlogvar)
	check.Scalars("KLDGrad", g)
	s := newScratch(dev)
	defer s.free()
	slope := s.alloc(mu.Len())
	zipScalar(dev, kernels.Mul, dmu, mu, g, muMode)
	dev.Map(kernels.Exp, slope, logvar)
	dev.Affine(slope, slope, 0.5, -0.5, kernels.Overwrite)
	zipScalar(dev, kernels.Mul, dlogvar, slope, g, logvarMode)
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
	dev.Zip(kernels.Mul, noise, noise, eps, kernels.Overwrite)
	dev.Zip(kernels.Add, z, mu, noise, kernels.Overwrite)
}

// ReparameterizeGrad is [kernels.Gaussian].ReparameterizeGrad. Its composition uses
// memory for dz.Len() values.
func ReparameterizeGrad(dev kernels.Device, dmu, dlogvar, dz, logvar, eps kernels.Buffer, muMode, logvarMode kernels.WriteMode) {
	if d, ok := dev.(kernels.Gaussian); ok {
		d.ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps, muMode, logvarMode)
		return
	}
	check.Same("ReparameterizeGrad", dz, logvar, eps, dmu, dlogvar)
	s := newScratch(dev)
	defer s.free()
	slope := s.alloc(dz.Len())
	dev.Affine(dmu, dz, 1, 0, muMode)
	standardDeviation(dev, slope, logvar)
	dev.Zip(kernels.Mul, slope, slope, eps, kernels.Overwrite)
	dev.Zip(kernels.Mul, slope, slope, dz, kernels.Overwrite)
	dev.Affine(dlogvar, slope, 0.5, 0, logvarMode)
}

// standardDeviation sets dst = e^(logvar/2).
func standardDeviation(dev kernels.Device, dst, logvar kernels.Buffer) {
	dev.Affine(dst, logvar, 0.5, 0, kernels.Overwrite)
	dev.Map(kernels.Exp, dst, dst)
}
