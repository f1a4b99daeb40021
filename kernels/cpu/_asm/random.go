package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// random generates the loops that fill a slice with uniform or Gaussian values of the
// counter-based generator Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011).
//
// Idea: the random generator computes blocks of four 32-bit words. A 64-bit lane of variable
// a holds words 0 and 1 of one block, and the same lane of b holds words 2 and 3. VPMULUDQ
// multiplies the low words of the 64-bit lanes and gives all 64 bits of each product. So one
// of the ten rounds of the generator is two multiplications, two swaps, two shifts and four
// exclusive-ors for all blocks in a vector.
func random() {
	for _, s := range []isa{avx2, avx512} {
		s.draw("uniform", "fills dst with uniform values of the random generator, beginning with the first value of block first.", func(lo, hi block) (block, block) {
			return s.unit(lo), s.unit(hi)
		})
		s.draw("normal", "fills dst with Gaussian values of the random generator, beginning with the first value of block first.", s.boxMuller)
	}
}

// draw generates a loop that fills dst with the values that convert computes from the words
// of the random generator. convert gets the words of a step in four vectors, in the order
// lo[0], hi[0], lo[1], hi[1], and returns the values in the same order. The two pairs
// (lo[i], hi[i]) are computed side by side, because within a pair each round of the generator
// must wait for the round before it.
func (s isa) draw(name, doc string, convert func(lo, hi block) (block, block)) {
	s.function(name, "dst []float32, seed, stream, first uint64", doc)
	dst, n := base("dst"), length("dst")
	// broadcast64 copies a 64-bit argument to all lanes.
	broadcast64 := func(name string) block {
		c, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		v := s.vector()
		VPBROADCASTQ(c.Addr, v)
		return block{v}
	}
	// 64-bit lane i of a vector holds generator block first + order[i]. Even lanes hold
	// the first half of the blocks and odd lanes the second half. VPUNPCKLQDQ then joins
	// the words of the blocks in even lanes, in order, and VPUNPCKHQDQ those in odd lanes.
	lanes := s.bytes / 8
	order := func(pair int) block {
		return block{table(fmt.Sprintf("order%d%s", pair, s.name), func(i int) uint32 {
			lane := i / 2
			return uint32(pair*lanes+lane/2+lane%2*lanes/2) * uint32(1-i%2)
		}, 2*lanes)}
	}
	// low returns w in the even words and 0 in the odd words.
	low := func(name string, w uint32) block {
		return block{table(name, func(i int) uint32 { return w * uint32(1-i%2) }, 16)}
	}
	counter := broadcast64("first")

	s.eachParts(4, n, func(at step) {
		a := append(s.apply(vpaddq, counter, order(0)), s.apply(vpaddq, counter, order(1))...)
		b := s.copies(2, broadcast64("stream"))
		VPADDQ(low("step"+s.name, uint32(2*lanes))[0], counter[0], counter[0])
		seed := broadcast64("seed")
		k0, k1 := s.and(seed, low("low", math.MaxUint32)), s.shift(VPSRLQ, 32, seed)
		for round := range 10 {
			if round > 0 {
				k0 = s.apply(vpaddd, k0, low("weyl0", 0x9E3779B9))
				k1 = s.apply(vpaddd, k1, low("weyl1", 0xBB67AE85))
			}
			p0, p1 := s.apply(vpmuludq, a, s.word(0xD2511F53)), s.apply(vpmuludq, b, s.word(0xCD9E8D57))
			p0, p1 = s.shift(VPSHUFD, 0xb1, p0), s.shift(VPSHUFD, 0xb1, p1)
			a = s.xor(s.xor(s.shift(VPSRLQ, 32, a), k0), p1)
			b = s.xor(s.xor(s.shift(VPSRLQ, 32, b), k1), p0)
		}
		lo, hi := s.apply(vpunpcklqdq, a, b), s.apply(vpunpckhqdq, a, b)
		lo, hi = convert(lo, hi)
		at.store(block{lo[0], hi[0], lo[1], hi[1]}, dst)
	})
	s.end()
}

// unit returns the uniform value (w>>8)·2⁻²⁴ in [0, 1) of each word w.
func (s isa) unit(w block) block {
	return s.mul(s.apply1(VCVTDQ2PS, s.shift(VPSRLD, 8, w)), s.float(0x1p-24))
}

// boxMuller maps pairs of words to pairs of Gaussian values r·cos φ and r·sin φ. The first word
// gives r = √(−2·log u), and the second gives φ (Box and Muller, 1958).
func (s isa) boxMuller(lo, hi block) (block, block) {
	shuffle := func(how int) block {
		d := s.fresh(len(lo))
		for i := range d {
			VSHUFPS(Imm(uint64(how)), hi[i], lo[i], d[i])
		}
		return d
	}
	even, odd := shuffle(0x88), shuffle(0xdd)
	u := s.apply1(VCVTDQ2PS, s.apply(vpaddd, s.shift(VPSRLD, 8, even), s.word(1)))
	log := s.logUnit(s.mul(u, s.float(0x1p-24)))
	radius := s.apply1(VSQRTPS, s.mul(log, s.float(-2)))

	var first, second block
	for i := range odd {
		sin, cos := s.circle(odd[i : i+1])
		sin, cos = s.mul(radius[i:i+1], sin), s.mul(radius[i:i+1], cos)
		first = append(first, s.apply(vunpcklps, cos, sin)...)
		second = append(second, s.apply(vunpckhps, cos, sin)...)
	}
	return first, second
}

// circle returns the sine and cosine of 2πv for v = (w>>8)·2⁻²⁴.
func (s isa) circle(w block) (sin, cos block) {
	// The angle is 4v quarters of the circle. Write 4v as an integer n plus a remainder;
	// both are exact.
	quarters := s.mul(s.apply1(VCVTDQ2PS, s.shift(VPSRLD, 8, w)), s.float(0x1p-22))
	n := s.add(quarters, s.float(magic))
	r := s.mul(s.sub(quarters, s.sub(n, s.float(magic))), s.float(math.Pi/2))
	sin, cos = s.sinCos(r)
	swap := s.negative(s.shift(VPSLLD, 31, n))
	sin, cos = s.choose(swap, cos, sin), s.choose(swap, sin, cos)
	sign := func(n block) block { return s.and(s.shift(VPSLLD, 30, n), s.word(1<<31)) }
	return s.xor(sin, sign(n)), s.xor(cos, sign(s.apply(vpaddd, n, s.word(1))))
}
