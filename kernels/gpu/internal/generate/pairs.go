package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// pairWeights adds the kernel that computes the weight of each listed pair in the
// gradient of a sum of distances, one warp for each pair.
func pairWeights(f *asm.File) {
	e := f.Entry("pair_weights", "weight[k] = coefficient*g/|x[u] - x[v]|, or 0 if the points coincide, for pairs (u, v, coefficient). A warp computes a weight.",
		work.Threads, "u64 weight, u64 x, u64 pairs, u64 g, u32 count, u32 d")
	c := calc{e}
	e.Reg("u32", "first u v")
	e.Reg("u64", "p q")
	e.Reg("f32", "coefficient factor sum")
	e.Reg("pred", "some")
	c.warpOf("pair", "count")
	e.P(`mad.wide.u32 pairs, pair, 12, pairs
		ld.global.u32 u, [pairs]
		ld.global.u32 v, [pairs+4]
		mad.wide.u32 x, lane, 4, x
		mov.f32 sum, %s`, num(0))
	c.row("p", "x", "u", "d")
	c.row("q", "x", "v", "d")
	step := func(k int) {
		var words [][2]string
		for m := range k {
			words = append(words, [2]string{
				c.f("ld.global.f32", fmt.Sprintf("[p+%d]", 128*m)), c.f("ld.global.f32", fmt.Sprintf("[q+%d]", 128*m)),
			})
		}
		for _, w := range words {
			diff := c.sub(w[0], w[1])
			e.P("fma.rn.f32 sum, %s, %s, sum", diff, diff)
		}
		e.P(`add.u64 p, p, %d
			add.u64 q, q, %d
			add.u32 lane, lane, %d`, 128*k, 128*k, 32*k)
	}
	// A lane sums every 32nd coordinate. It loads four at a time as long as all lanes have
	// four left, and then one at a time.
	e.P(`four:
		or.b32 u, lane, 31
		add.u32 u, u, 96
		setp.ge.u32 some, u, d
		@some bra.uni one`)
	step(4)
	e.P(`bra.uni four
		one:
		setp.ge.u32 some, lane, d
		@some bra summed`)
	step(1)
	e.P(`bra one
		summed:`)
	length := c.sqrt(c.sumWarp("sum", 16))
	e.P(`and.b32 first, lane, 31
		setp.ne.u32 some, first, 0
		@some bra done
		ld.global.f32 coefficient, [pairs+8]
		ld.global.f32 factor, [g]`)
	weight := c.div(c.mul("coefficient", "factor"), length)
	e.P(`setp.eq.f32 none, %s, %s
		selp.f32 %s, %s, %s, none
		mad.wide.u32 weight, pair, 4, weight
		st.global.f32 [weight], %s
		done:`, length, num(0), weight, num(0), weight, weight)
}

// pairRows adds the kernel that sums, for each point, the weighted differences from the
// point to its partner in each pair that contains it.
func pairRows(f *asm.File) {
	e := f.Entry("pair_rows", "dx[row] = sum of weight[k]*(x[row] - x[other]), or += if add is not 0, over the entries of the row: 2*k if the row is the first point of pair k, 2*k+1 if it is the second."+listDoc,
		work.Threads, "u64 dx, u64 x, u64 weight, u64 pairs, "+listParams+", u32 add, u32 width")
	c := calc{e}
	e.Reg("u32", "pair")
	e.Reg("pred", "adds")
	e.Reg("u64", "here")
	listedRow(c)
	mine := e.Temps("f32", rowWords)
	e.P(`mad.wide.u32 x, column, 4, x
		mad.wide.u32 dx, column, 4, dx`)
	c.row("dx", "dx", "row", "width")
	c.row("here", "x", "row", "width")
	for m := range rowWords {
		e.P(`setp.ne.and.u32 adds, add, 0, inside%d
			@adds ld.global.f32 sum%d, [dx+%d]
			@inside%d ld.global.f32 %s, [here+%d]`, m, m, 128*m, m, mine[m], 128*m)
	}
	eachEntry(c, "u32 other_ahead, f32 weight_ahead", func(at string) {
		e.P(`add.u64 here, entries, %s
			ld.global.u32 u, [here]
			shr.u32 pair, u, 1
			mad.wide.u32 here, pair, 4, weight
			ld.global.f32 weight_ahead, [here]
			// Load the other point of the pair: v, at offset 4, for entry 2*k, and u for 2*k+1.
			not.b32 u, u
			and.b32 u, u, 1
			mad.lo.u32 u, pair, 3, u
			mad.wide.u32 here, u, 4, pairs
			ld.global.u32 other_ahead, [here]`, at)
	}, func(entry, some, words []string) {
		c.row("here", "x", entry[0], "width")
		for m, v := range words {
			e.P("@%s ld.global.f32 %s, [here+%d]", some[m], v, 128*m)
		}
	}, func(entry, some, words []string) {
		for m, v := range words {
			e.P(`@%s sub.rn.f32 %s, %s, %s
				@%s fma.rn.f32 sum%d, %s, %s, sum%d`, some[m], v, mine[m], v, some[m], m, entry[1], v, m)
		}
	})
	storeSums(c, "dx")
}
