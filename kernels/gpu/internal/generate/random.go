package main

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// Random numbers.
//
// Problem: threads must draw independent values, and a value must not depend on the
// number of threads.
// Idea: a counter-based generator. The value of element i is a function of seed, stream and
// i: ten rounds of Philox encrypt the counter (i/4, stream) with the key seed, which gives
// four random words.
// Invariant: the bits equal those of kernels/cpu.
// Cost: for four values, 10 rounds of two products of 32-bit numbers.
// Reference: Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.

// random writes random.ptx: uniform and Gaussian values, and the reparameterization of
// variational autoencoders.
func random() *asm.File {
	f := asm.New("random.ptx", "Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011) with key (seed) and counter (index/4, stream): uniform and Gaussian values, and the reparameterization of variational autoencoders.")
	draw(f, "uniform", "Values in [0, 1).", func(c calc, w []string) []string {
		var values []string
		for _, w := range w {
			values = append(values, c.mul(c.upper(w, 0), num(0x1p-24)))
		}
		return values
	})
	draw(f, "normal", "Gaussian values: the Box-Muller transform makes two of two random words.", func(c calc, w []string) []string {
		return append(c.boxMuller(w[0], w[1]), c.boxMuller(w[2], w[3])...)
	})
	elementwise(f, "reparameterize", "z = mu + eps*exp(l/2)", "u64 z, u64 mu, u64 l, u64 eps", "mu l eps", "z", func(e *asm.Entry, in []string) []string {
		c := calc{e}
		return []string{c.fma(in[2], c.exp(c.mul(num(0.5), in[1])), in[0])}
	})
	stored(f, "reparameterize_grad", "dz*eps*exp(l/2)/2", "", "dz l eps", func(*asm.Entry) {}, func(c calc, in []string) string {
		return c.mul(c.exp(c.mul(num(0.5), in[1])), c.mul(in[0], c.mul(num(0.5), in[2])))
	})
	return f
}

// draw adds a kernel that fills an array with random values. A thread draws four random
// words, and convert turns them into four values, which are adjacent in the array. The
// block exchanges values through shared memory, so that each store of a warp writes 32
// contiguous words.
func draw(f *asm.File, name, doc string, convert func(c calc, words []string) []string) {
	e := f.Entry(name, doc, work.Threads, "u64 y, u32 n, u64 seed, u64 stream")
	c := calc{e}
	e.Shared("values", 4*work.PerBlock)
	e.Reg("u32", "thread block first slot")
	e.Reg("pred", "outside")
	e.P(`mov.u32 thread, %%tid.x
		mov.u32 block, %%ctaid.x
		mad.lo.u32 first, block, %d, thread`, work.Threads)
	values := convert(c, c.philox("first"))
	e.P(`mov.u32 slot, values
		mad.lo.u32 first, thread, 16, slot
		mad.lo.u32 slot, thread, 4, slot`)
	e.P("st.shared.v4.f32 [first], {%s, %s, %s, %s}", values[0], values[1], values[2], values[3])
	e.P(`bar.sync 0
		mad.lo.u32 first, block, %d, thread
		mad.wide.u32 y, first, 4, y`, work.PerBlock)
	for k := range work.PerThread {
		if k > 0 {
			e.P("add.u32 first, first, %d", work.Threads)
		}
		v := c.f("ld.shared.f32", fmt.Sprintf("[slot+%d]", k*wordStride))
		e.P(`setp.ge.u32 outside, first, n
			@outside bra done
			st.global.f32 [y+%d], %s`, k*wordStride, v)
	}
	e.P("done:")
}

// philox returns the four random words of counter (register counter, register stream) with
// the key in register seed. counter has 32 bits, stream and seed have 64.
func (c calc) philox(counter string) []string {
	c.Reg("u32", "key0 key1 stream0 stream1")
	c.P(`mov.b64 {key0, key1}, seed
		mov.b64 {stream0, stream1}, stream`)
	w := []string{counter, "0", "stream0", "stream1"}
	for round := range 10 {
		if round > 0 {
			c.P(`add.u32 key0, key0, 0x9E3779B9
				add.u32 key1, key1, 0xBB67AE85`)
		}
		high0, low0 := c.u("mul.hi.u32", w[0], "0xD2511F53"), c.u("mul.lo.u32", w[0], "0xD2511F53")
		high1, low1 := c.u("mul.hi.u32", w[2], "0xCD9E8D57"), c.u("mul.lo.u32", w[2], "0xCD9E8D57")
		w = []string{
			c.u("xor.b32", c.u("xor.b32", high1, w[1]), "key0"), low1,
			c.u("xor.b32", c.u("xor.b32", high0, w[3]), "key1"), low0,
		}
	}
	return w
}

// upper returns the upper 24 bits of w, plus add, as a float32, which holds them exactly.
func (c calc) upper(w string, add int) string {
	bits := c.u("shr.u32", w, "8")
	if add != 0 {
		bits = c.u("add.u32", bits, fmt.Sprint(add))
	}
	return c.f("cvt.rn.f32.u32", bits)
}

// boxMuller returns two independent Gaussian values from two random words.
func (c calc) boxMuller(w0, w1 string) []string {
	radius := c.sqrt(c.mul(num(-2), c.log(c.mul(c.upper(w0, 1), num(0x1p-24)))))
	// Measure the angle in quarter turns: splitting off the integer part is exact.
	quarters := c.mul(c.upper(w1, 0), num(0x1p-22))
	shifted := c.add(quarters, num(magic))
	r := c.mul(c.sub(quarters, c.sub(shifted, num(magic))), num(math.Pi/2))
	n := c.bits(shifted)
	sin := c.quadrant(r, n)
	cos := c.quadrant(r, c.u("add.u32", n, "1"))
	return []string{c.mul(radius, cos), c.mul(radius, sin)}
}
