package kerneltest

import (
	"fmt"
	"math"
)

var randomTests = []test{
	{"Uniform", func(r *rig) { r.eachSeed(testUniform) }, func(r *rig) { testUniform(r, r.size(), r.rng.Uint64(), r.rng.Uint64()) }},
	{"Normal", func(r *rig) { r.eachSeed(testNormal) }, func(r *rig) { testNormal(r, r.size(), r.rng.Uint64(), r.rng.Uint64()) }},
}

// eachSeed runs a case for each of r.sizes, and for seeds and streams whose high words
// matter.
func (r *rig) eachSeed(one func(r *rig, n int, seed, stream uint64)) {
	for _, n := range r.sizes() {
		one(r, n, 42, 0)
	}
	for _, seed := range []uint64{0, 1, 1 << 32, math.MaxUint64} {
		for _, stream := range []uint64{0, 1, 1 << 32, math.MaxUint64} {
			one(r, 37, seed, stream)
		}
	}
}

// words returns at least the first n words that the generator gives for a seed and stream.
func words(n int, seed, stream uint64) []uint32 {
	var w []uint32
	for block := uint64(0); len(w) < n; block++ {
		b := philox4x32([4]uint32{uint32(block), uint32(block >> 32), uint32(stream), uint32(stream >> 32)}, [2]uint32{uint32(seed), uint32(seed >> 32)})
		w = append(w, b[:]...)
	}
	return w
}

// philox4x32 is Philox4x32-10 (Salmon et al., SC 2011) in the form that its authors state:
// ten rounds of substitution and permutation, with a constant added to each word of the key
// between rounds.
func philox4x32(counter [4]uint32, key [2]uint32) [4]uint32 {
	for round := range 10 {
		if round > 0 {
			key[0] += 0x9E3779B9
			key[1] += 0xBB67AE85
		}
		p0 := uint64(counter[0]) * 0xD2511F53
		p1 := uint64(counter[2]) * 0xCD9E8D57
		counter = [4]uint32{
			uint32(p1>>32) ^ counter[1] ^ key[0], uint32(p1),
			uint32(p0>>32) ^ counter[3] ^ key[1], uint32(p0),
		}
	}
	return counter
}

func testUniform(r *rig, n int, seed, stream uint64) {
	dst := r.output(n)
	r.Uniform(dst.Buffer, seed, stream)
	want := make([]float32, n)
	for i, w := range words(n, seed, stream)[:n] {
		want[i] = float32(w>>8) / (1 << 24)
	}
	r.checkSame(fmt.Sprintf("seed %d, stream %d", seed, stream), r.read(dst), want)
	r.done()
}

func testNormal(r *rig, n int, seed, stream uint64) {
	dst := r.output(n)
	r.Normal(dst.Buffer, seed, stream)
	want := make([]exact, n)
	w := words(n, seed, stream)
	for i := range want {
		u := float64(w[i&^1]>>8+1) / (1 << 24)
		v := float64(w[i|1]>>8) / (1 << 24)
		radius := math.Sqrt(-2 * math.Log(u))
		sin, cos := math.Sincos(2 * math.Pi * v)
		want[i] = atScale(radius*[2]float64{cos, sin}[i%2], math.Max(1, radius))
	}
	r.check(fmt.Sprintf("seed %d, stream %d", seed, stream), r.read(dst), want, r.bound("Normal", 4))
	r.done()
}
