package main

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// stridedRanks are the numbers of axes for which strided kernels are generated. An array
// with fewer axes gets leading axes of length 1.
var stridedRanks = []int{3, kernels.MaxRank}

// strided writes strided.ptx: copies of strided arrays, and arithmetic on them.
func strided() *asm.File {
	f := asm.New("strided.ptx", "Strided arrays of up to 3 and 6 axes, in row-major order: the last axis varies fastest. Division by the length of axis k, divisor_k, is a multiplication by multiplier_k and a shift by shift_k.")
	for _, rank := range stridedRanks {
		for _, add := range []bool{false, true} {
			name, doc := fmt.Sprintf("copy_%d", rank), "dst = src"
			if add {
				name, doc = fmt.Sprintf("add_%d", rank), "dst += src"
			}
			walk(f, name, doc, rank, "dst", "src", "", func(c calc, in []string) string {
				if add {
					return c.add(c.f("ld.global.f32", "[dst_at]"), in[0])
				}
				return in[0]
			})
		}
		for _, op := range kernels.Ops() {
			walk(f, fmt.Sprintf("zip_%v_%d", op, rank), fmt.Sprintf("dst = %v(a, b), dst dense", op), rank, "", "a b", "u64 dst, ", func(c calc, in []string) string {
				return c.combine(op, in[0], in[1])
			})
			walk(f, fmt.Sprintf("zip_add_%v_%d", op, rank), fmt.Sprintf("dst += %v(a, b), dst dense", op), rank, "", "a b", "u64 dst, ", func(c calc, in []string) string {
				return c.add(c.f("ld.global.f32", "[dst_at]"), c.combine(op, in[0], in[1]))
			})
		}
	}
	return f
}

// walk adds a kernel over the n elements of strided arrays with rank axes. in names the
// sources. out names a strided destination; if it is empty, the destination dst is dense,
// and first declares it as a parameter. body gets the registers with one element of each
// source and returns the register to store at address dst_at.
func walk(f *asm.File, name, doc string, rank int, out, in, first string, body func(c calc, in []string) string) {
	arrays := union(strings.Fields(in), strings.Fields(out))
	params := first
	for _, a := range arrays {
		params += "u64 " + a + ", "
	}
	params += "u32 n"
	for k := 1; k < rank; k++ {
		params += fmt.Sprintf(", u32 divisor_%d, u32 multiplier_%d, u32 shift_%d", k, k, k)
	}
	for _, a := range arrays {
		for k := range rank {
			params += fmt.Sprintf(", u32 %s_%d", a, k)
		}
	}
	e := f.Entry(name, doc, work.Threads, params)
	c := calc{e}
	e.Reg("u32", "e last rest quotient index at")
	e.Reg("pred", "outside")
	e.Reg("u64", "dst_at")
	e.P(`mov.u32 e, %%ctaid.x
		mov.u32 last, %%tid.x
		mad.lo.u32 e, e, %d, last
		add.u32 last, e, %d
		min.u32 n, n, last
		next:
		setp.ge.u32 outside, e, n
		@outside bra done
		mov.u32 rest, e`, work.PerBlock, work.PerBlock)
	places := map[string]string{}
	for _, a := range arrays {
		places[a] = e.Temp("u32")
		e.P("mov.u32 %s, 0", places[a])
	}
	for k := rank - 1; k >= 0; k-- {
		index := "rest"
		if k > 0 {
			c.divide("quotient", "rest", fmt.Sprintf("multiplier_%d", k), fmt.Sprintf("shift_%d", k))
			e.P(`mul.lo.u32 index, quotient, divisor_%d
				sub.u32 index, rest, index
				mov.u32 rest, quotient`, k)
			index = "index"
		}
		for _, a := range arrays {
			e.P("mad.lo.u32 %s, %s, %s_%d, %s", places[a], index, a, k, places[a])
		}
	}
	if out == "" {
		e.P("mad.wide.u32 dst_at, e, 4, dst")
	} else {
		e.P("mad.wide.u32 dst_at, %s, 4, dst", places["dst"])
	}
	var values []string
	for _, a := range strings.Fields(in) {
		at := c.op("u64", "mad.wide.u32", places[a], "4", a)
		values = append(values, c.f("ld.global.f32", "["+at+"]"))
	}
	e.P("st.global.f32 [dst_at], %s", body(c, values))
	e.P(`add.u32 e, e, %d
		bra next
		done:`, work.Threads)
}

// divide sets quotient to x divided by a constant, given as the multiplier and shift of
// a divider of package gpu.
func (c calc) divide(quotient, x, multiplier, shift string) {
	c.P(`mul.hi.u32 %s, %s, %s
		add.u32 %s, %s, %s
		shr.u32 %s, %s, %s`, quotient, x, multiplier, quotient, quotient, x, quotient, quotient, shift)
}
