package cpu

import (
	"math"
	"math/bits"

	"github.com/topogen/topogen/kernels"
)

// philox returns four words of Philox4x32-10.
func philox(seed, stream, counter uint64) [4]uint32 {
	k0, k1 := uint32(seed), uint32(seed>>32)
	c0, c1, c2, c3 := uint32(counter), uint32(counter>>32), uint32(stream), uint32(stream>>32)
	for range 10 {
		h0, l0 := bits.Mul32(0xD2511F53, c0)
		h1, l1 := bits.Mul32(0xCD9E8D57, c2)
		c0, c1, c2, c3 = h1^c1^k0, l1, h0^c3^k1, l0
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return [4]uint32{c0, c1, c2, c3}
}

// Uniform fills dst with uniform values in [0, 1).
func (d *Device) Uniform(dst kernels.Buffer, seed, stream uint64) {
	d.random(dst, seed, stream, func(w [4]uint32) (v [4]float32) {
		for k, w := range w {
			v[k] = float32(w>>8) * 0x1p-24
		}
		return v
	})
}

// Normal fills dst with standard Gaussian values.
func (d *Device) Normal(dst kernels.Buffer, seed, stream uint64) {
	d.random(dst, seed, stream, func(w [4]uint32) (v [4]float32) {
		for k := 0; k < 4; k += 2 {
			radius := math.Sqrt(-2 * math.Log(float64(w[k]>>8+1)*0x1p-24))
			s, c := math.Sincos(2 * math.Pi * float64(w[k+1]>>8) * 0x1p-24)
			v[k], v[k+1] = float32(radius*c), float32(radius*s)
		}
		return v
	})
}

func (d *Device) random(dst kernels.Buffer, seed, stream uint64, draw func([4]uint32) [4]float32) {
	d.args = args{dst: d.span(dst), seed: seed, stream: stream, draw: draw}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst)) // chunk is a multiple of four
		for i := lo; i < hi; i += 4 {
			v := a.draw(philox(a.seed, a.stream, uint64(i/4)))
			copy(a.dst[i:hi], v[:])
		}
	}, &d.args)
}

// Reparameterize sets z = mu + eps·e^(logvar/2).
func (d *Device) Reparameterize(z, mu, logvar, eps kernels.Buffer) {
	kernels.CheckSame("Reparameterize", z, mu, logvar, eps)
	d.args = args{dst: d.span(z), x: d.span(mu), y: d.span(logvar), z: d.span(eps)}
	d.pool.run(chunks(z.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			a.dst[i] = a.x[i] + a.z[i]*float32(math.Exp(0.5*float64(a.y[i])))
		}
	}, &d.args)
}

// ReparameterizeGrad stores the gradients of Reparameterize.
func (d *Device) ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps kernels.Buffer, muStore, logvarStore kernels.Store) {
	kernels.CheckSame("ReparameterizeGrad", dmu, dlogvar, dz, logvar, eps)
	d.args = args{
		dst: d.span(dmu), dst2: d.span(dlogvar), x: d.span(dz), y: d.span(logvar), z: d.span(eps),
		add: muStore == kernels.Add, add2: logvarStore == kernels.Add,
	}
	d.pool.run(chunks(dz.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			put(a.dst, i, a.x[i], a.add)
			put(a.dst2, i, 0.5*a.x[i]*a.z[i]*float32(math.Exp(0.5*float64(a.y[i]))), a.add2)
		}
	}, &d.args)
}
