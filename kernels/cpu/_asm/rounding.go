package main

import . "github.com/mmcloughlin/avo/build"

// rounding generates the loop that rounds float32 values to bfloat16.
func rounding() {
	for _, s := range []isa{avx2, avx512} {
		s.function("round", "dst, x []float32", "stores x, rounded to bfloat16, into dst.")
		dst, n, x := base("dst"), length("dst"), base("x")
		s.each(n, func(at step) { at.store(s.bfloat16(at.load(x)), dst) })
		s.end()
	}
}

// bfloat16 returns x rounded to bfloat16, to nearest and ties to even. A bfloat16 number is a
// float32 whose low 16 bits are 0. The code adds to the bits of x what carries into the high
// half if x is to be rounded up: 0x7fff, and one more if the high half is odd.
func (s isa) bfloat16(x block) block {
	high := s.word(0xffff0000)
	odd := s.and(s.shift(VPSRLD, 16, x), s.word(1))
	rounded := s.and(s.apply(vpaddd, s.apply(vpaddd, x, s.word(0x7fff)), odd), high)
	quiet := s.or(s.and(x, high), s.word(1<<22)) // of a NaN
	return s.choose(s.compare(unordered, x, x), quiet, rounded)
}
