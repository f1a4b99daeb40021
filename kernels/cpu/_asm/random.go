package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// random generates Philox4x32-10 and what is drawn from it. A 64-bit lane of a
// holds words 0 and 1 of a block of four, and one of b words 2 and 3: the layout
// in which a multiplication of the low words gives both halves of the product,
// and a round is two multiplications, two swaps, two shifts and four
// exclusive-ors for as many blocks as a vector has 64-bit lanes.
func random() {
	for _, s := range []isa{avx2, avx512} {
		s.draw("uniform", "sets dst to the uniform values of blocks first, first+1, …", func(lo, hi block) (block, block) {
			return s.unit(lo), s.unit(hi)
		})
		s.draw("normal", "sets dst to the Gaussian values of blocks first, first+1, …", s.boxMuller)
	}
}

// draw generates a function that fills dst with what convert makes of the words
// of the generator, which come in order in two vectors.
func (s isa) draw(name, doc string, convert func(lo, hi block) (block, block)) {
	s.function(name, "dst []float32, seed, stream, first uint64", doc)
	dst, n := base("dst"), length("dst")
	spread := func(name string) reg.VecVirtual {
		c, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		v := s.vector()
		VPBROADCASTQ(c.Addr, v)
		return v
	}
	counter, stream, seed := spread("first"), spread("stream"), spread("seed")
	lanes := s.bytes / 8
	// Block k of the result is lane order[k] of the counters: low lanes of each
	// 128 bits first, then high ones, as unpacking takes them.
	order := make([]uint64, lanes)
	for lane := range order {
		order[lane] = uint64(lane/2 + lane%2*lanes/2)
	}
	VPADDQ(table("order"+s.name, func(i int) uint32 { return uint32(order[i/2]) * uint32(1-i%2) }, 2*lanes), counter, counter)
	low := table("low", func(i int) uint32 { return math.MaxUint32 * uint32(1-i%2) }, 16)
	key0, key1 := s.vector(), s.vector()
	VANDPS(low, seed, key0)
	VPSRLQ(Imm(32), seed, key1)

	s.eachParts(2, n, func(at step) {
		a, b, k0, k1 := s.vector(), s.vector(), s.vector(), s.vector()
		VMOVUPS(counter, a)
		VMOVUPS(stream, b)
		VMOVUPS(key0, k0)
		VMOVUPS(key1, k1)
		for round := range 10 {
			if round > 0 {
				VPADDD(table("weyl0", func(i int) uint32 { return 0x9E3779B9 * uint32(1-i%2) }, 16), k0, k0)
				VPADDD(table("weyl1", func(i int) uint32 { return 0xBB67AE85 * uint32(1-i%2) }, 16), k1, k1)
			}
			p0, p1 := s.vector(), s.vector()
			VPMULUDQ(words(0xD2511F53), a, p0)
			VPMULUDQ(words(0xCD9E8D57), b, p1)
			VPSHUFD(Imm(0xb1), p0, p0)
			VPSHUFD(Imm(0xb1), p1, p1)
			VPSRLQ(Imm(32), a, a)
			VPSRLQ(Imm(32), b, b)
			VXORPS(k0, a, a)
			VXORPS(k1, b, b)
			VXORPS(p1, a, a)
			VXORPS(p0, b, b)
		}
		VPADDQ(table("step"+s.name, func(i int) uint32 { return uint32(lanes) * uint32(1-i%2) }, 2*lanes), counter, counter)
		lo, hi := s.vector(), s.vector()
		VPUNPCKLQDQ(b, a, lo)
		VPUNPCKHQDQ(b, a, hi)
		first, second := convert(block{lo}, block{hi})
		at.store(block{first[0], second[0]}, dst)
	})
	s.end()
}

// unit returns (w>>8)·2⁻²⁴.
func (s isa) unit(w block) block {
	return s.mul(s.apply1(VCVTDQ2PS, s.shift(VPSRLD, 8, w)), s.float(0x1p-24))
}

// boxMuller turns pairs of words into pairs of Gaussian values.
func (s isa) boxMuller(lo, hi block) (block, block) {
	even, odd := s.vector(), s.vector()
	VSHUFPS(Imm(0x88), hi[0], lo[0], even)
	VSHUFPS(Imm(0xdd), hi[0], lo[0], odd)
	u := s.shift(VPSRLD, 8, block{even})
	u = s.apply1(VCVTDQ2PS, s.apply(VPADDD, u, s.word(1)))
	log := s.logPositive(s.mul(u, s.float(0x1p-24)))
	radius := s.apply1(VSQRTPS, s.mul(log, s.float(-2)))

	// The angle is 2πv = r + n·π/2, exactly so in quarter turns.
	v := s.apply1(VCVTDQ2PS, s.shift(VPSRLD, 8, block{odd}))
	quarters := s.mul(v, s.float(0x1p-22))
	n := s.add(quarters, s.float(magic))
	r := s.mul(s.sub(quarters, s.sub(n, s.float(magic))), s.float(math.Pi/2))
	cos := s.mul(radius, s.quadrant(r, s.apply(VPADDD, n, s.word(1))))
	sin := s.mul(radius, s.quadrant(r, n))
	first, second := s.vector(), s.vector()
	VUNPCKLPS(sin[0], cos[0], first)
	VUNPCKHPS(sin[0], cos[0], second)
	return block{first}, block{second}
}
