package simd

import (
	"math"
	"math/bits"
)

func uniformPlain(dst []float32, seed, stream, first uint64) {
	for i := 0; i < len(dst); i += 4 {
		w := philox(seed, stream, first+uint64(i/4))
		for k := range min(4, len(dst)-i) {
			dst[i+k] = float32(w[k]>>8) * 0x1p-24
		}
	}
}

func normalPlain(dst []float32, seed, stream, first uint64) {
	for i := 0; i < len(dst); i += 4 {
		w := philox(seed, stream, first+uint64(i/4))
		var z [4]float32
		z[0], z[1] = boxMuller(w[0], w[1])
		z[2], z[3] = boxMuller(w[2], w[3])
		copy(dst[i:], z[:])
	}
}

// boxMuller maps two independent random words to two independent standard Gaussian
// values, r·cos φ and r·sin φ with r = √(−2·log u). The word w0 gives u, uniform in (0, 1],
// and w1 gives φ, uniform in [0, 2π) (Box and Muller, "A note on the generation of random
// normal deviates", Annals of Mathematical Statistics 29, 1958).
func boxMuller(w0, w1 uint32) (z0, z1 float32) {
	r := math.Sqrt(-2 * math.Log(float64(w0>>8+1)*0x1p-24))
	sin, cos := math.Sincos(2 * math.Pi * float64(w1>>8) * 0x1p-24)
	return float32(r * cos), float32(r * sin)
}

// philox returns a block of four random words of the counter-based generator Philox4x32-10.
// The block is a function of the 64-bit key seed and of the 128-bit value (counter, stream):
// ten rounds of multiplications and exclusive-ors (Salmon et al., "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011, section 3.3).
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
