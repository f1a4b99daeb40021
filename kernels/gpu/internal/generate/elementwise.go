package main

import (
	"math"
	"slices"
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// wordStride is the number of bytes from an element of a thread to its next. A thread of an
// element-wise kernel has 4 elements, 256 elements apart. So each load of a warp covers 128
// contiguous bytes, and a thread hides latency by issuing four loads together.
const wordStride = 4 * work.Threads

// elementwise adds an element-wise kernel over arrays of n elements. inputs and outputs
// name array parameters, with spaces between the names; an array may be both. body gets the
// registers with one element of each input, and returns the registers with one element of
// each output.
func elementwise(f *asm.File, name, doc, params string, inputs, outputs string, body func(e *asm.Entry, in []string) []string) {
	e := f.Entry(name, doc, work.Threads, params+", u32 n")
	spans(e, inputs, outputs, func(in []string) []string { return body(e, in) })
}

// spans generates the body of an element-wise kernel; elementwise explains its arguments. A
// block whose elements are all below n takes a path without bounds checks.
func spans(e *asm.Entry, inputs, outputs string, body func(in []string) []string) {
	from, to := strings.Fields(inputs), strings.Fields(outputs)
	e.Reg("u32", "first rest n")
	e.Reg("pred", "partial more")
	e.P(`mov.u32 first, %%ctaid.x
		mul.lo.u32 first, first, %d
		sub.u32 rest, n, first
		mov.u32 n, %%tid.x
		add.u32 first, first, n
		setp.lt.u32 partial, rest, %d`, work.PerBlock, work.PerBlock)
	for _, s := range union(from, to) {
		e.P("mad.wide.u32 %s, first, 4, %s", s, s)
	}
	e.P("@partial bra.uni tail")
	var in [work.PerThread][]string
	for k := range work.PerThread {
		for _, s := range from {
			v := e.Temp("f32")
			e.P("ld.global.f32 %s, [%s+%d]", v, s, k*wordStride)
			in[k] = append(in[k], v)
		}
	}
	for k := range work.PerThread {
		for i, v := range body(in[k]) {
			e.P("st.global.f32 [%s+%d], %s", to[i], k*wordStride, v)
		}
	}
	e.P("bra.uni done")
	e.P("tail:")
	e.P(`setp.ge.u32 more, n, rest
		@more bra done`)
	var one []string
	for _, s := range from {
		v := e.Temp("f32")
		e.P("ld.global.f32 %s, [%s]", v, s)
		one = append(one, v)
	}
	for i, v := range body(one) {
		e.P("st.global.f32 [%s], %s", to[i], v)
	}
	for _, s := range union(from, to) {
		e.P("add.u64 %s, %s, %d", s, s, wordStride)
	}
	e.P(`add.u32 n, n, %d
		bra tail
		done:`, work.Threads)
}

// union returns the names in a or b, without duplicates.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(a, s) {
			all = append(all, s)
		}
	}
	return all
}

// num returns x, rounded to float32, as a PTX constant.
func num(x float64) string { return asm.Float32(float32(x)) }

var nan = num(math.NaN())
var inf = num(math.Inf(1))
