package cpu

import (
	"math"
	"math/bits"

	"github.com/topogen/topogen/kernels"
)

// Uniform fills dst with values in [0, 1).
func (d *Device) Uniform(dst kernels.Buffer, seed, stream uint64) {
	d.args = args{dst: d.span(dst), seed: seed, stream: stream}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i += 4 {
			w := philox(a.seed, a.stream, uint64(i/4))
			for k := range min(4, hi-i) {
				a.dst[i+k] = float32(w[k]>>8) * 0x1p-24
			}
		}
	}, &d.args)
}

// Normal fills dst with standard Gaussian values.
func (d *Device) Normal(dst kernels.Buffer, seed, stream uint64) {
	d.args = args{dst: d.span(dst), seed: seed, stream: stream}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i += 4 {
			w := philox(a.seed, a.stream, uint64(i/4))
			var z [4]float32
			z[0], z[1] = boxMuller(w[0], w[1])
			z[2], z[3] = boxMuller(w[2], w[3])
			copy(a.dst[i:hi], z[:])
		}
	}, &d.args)
}

// boxMuller turns two random words into two independent Gaussian values.
func boxMuller(w0, w1 uint32) (z0, z1 float32) {
	r := math.Sqrt(-2 * math.Log(float64(w0>>8+1)*0x1p-24))
	sin, cos := math.Sincos(2 * math.Pi * float64(w1>>8) * 0x1p-24)
	return float32(r * cos), float32(r * sin)
}

// philox returns the counter'th block of Philox4x32-10 (Salmon et al., "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011, section 3.3).
func philox(seed, stream, counter uint64) [4]uint32 {
	k0, k1 := uint32(seed), uint32(seed>>32)
	c := [4]uint32{uint32(counter), uint32(counter >> 32), uint32(stream), uint32(stream >> 32)}
	for range 10 {
		h0, l0 := bits.Mul32(0xD2511F53, c[0])
		h1, l1 := bits.Mul32(0xCD9E8D57, c[2])
		c = [4]uint32{h1 ^ c[1] ^ k0, l1, h0 ^ c[3] ^ k1, l0}
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return c
}

// Reparameterize sets z = mu + eps·e^(logvar/2).
func (d *Device) Reparameterize(z, mu, logvar, eps kernels.Buffer) {
	kernels.CheckSame("Reparameterize", z, mu, logvar, eps)
	d.args = args{dst: d.span(z), x: d.span(mu), y: d.span(logvar), z: d.span(eps)}
	d.pool.run(chunks(z.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			a.dst[i] = float32(float64(a.x[i]) + float64(a.z[i])*math.Exp(0.5*float64(a.y[i])))
		}
	}, &d.args)
}

// ReparameterizeGrad stores dz into dmu and ½·dz·eps·e^(logvar/2) into dlogvar.
func (d *Device) ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps kernels.Buffer, muStore, logvarStore kernels.Store) {
	kernels.CheckSame("ReparameterizeGrad", dmu, dlogvar, dz, logvar, eps)
	d.args = args{
		dst: d.span(dmu), dst2: d.span(dlogvar), x: d.span(dz), y: d.span(logvar), z: d.span(eps),
		add: muStore == kernels.Add, add2: logvarStore == kernels.Add,
	}
	d.pool.run(chunks(dmu.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			m := a.x[i]
			l := float32(0.5 * float64(m) * float64(a.z[i]) * math.Exp(0.5*float64(a.y[i])))
			if a.add {
				m += a.dst[i]
			}
			if a.add2 {
				l += a.dst2[i]
			}
			a.dst[i], a.dst2[i] = m, l
		}
	}, &d.args)
}
