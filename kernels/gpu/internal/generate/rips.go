package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// rips is what kernels can tell of Vietoris–Rips filtrations.
func rips() *asm.File {
	f := asm.New("rips.ptx", "Edges of a cloud of n points, given its matrix of distances. The filtration adds edges (a, b), a > b, by length, then by a, then by b: in the order of their keys, unsigned numbers of 64 bits with the bits of the length, those of a (16) and those of b.")
	spanningTree(f)
	lunes(f)
	reach(f)
	return f
}

// key returns the key of the edge between points a and b.
func (c calc) key(length, a, b string) string {
	ends := c.u("mad.lo.u32", c.u("max.u32", a, b), "65536", c.u("min.u32", a, b))
	return c.op("u64", "mov.b64", fmt.Sprintf("{%s, %s}", ends, length))
}

// minWarp returns the least of the numbers of the lanes of a warp, in all.
func (c calc) minWarp(x string) string {
	for d := 16; d > 0; d /= 2 {
		low, high := c.Temp("u32"), c.Temp("u32")
		c.P("mov.b64 {%s, %s}, %s", low, high, x)
		for _, r := range []string{low, high} {
			c.P("shfl.sync.bfly.b32 %s, %s, %d, 31, 0xffffffff", r, r, d)
		}
		x = c.op("u64", "min.u64", x, c.op("u64", "mov.b64", fmt.Sprintf("{%s, %s}", low, high)))
	}
	return x
}

// at returns the address of an element of an array of words of a size.
func (c calc) at(array, i string, size int) string {
	return c.op("u64", "mad.wide.u32", i, fmt.Sprint(size), array)
}

const noKey = "0xffffffffffffffff"

// spanningTree adds Boruvka's algorithm: in each round each component takes its
// least edge to another, and those that are so joined become one. Of two that
// take the same edge the first stays; every other one ends, once for all, by the
// edge it has taken, which leaves an edge for each point but one.
func spanningTree(f *asm.File) {
	e := f.Entry("spanning_tree", "Stores the keys of the minimum spanning tree into n places of tree, in no order; one gets all ones. One block does it all. component, joined (n words) and least (n keys) are its workspace.",
		work.ManyThreads, "u64 tree, u64 dist, u64 component, u64 joined, u64 least, u32 n")
	c := calc{e}
	e.Shared("ended", 4)
	e.Reg("u32", "thread warp lane v u mine other root old count length ends ended_at points")
	e.Reg("u64", "row best key")
	e.Reg("pred", "zero same less none leader stays on")
	e.P(`mov.u32 thread, %%tid.x
		shr.u32 warp, thread, 5
		and.b32 lane, thread, 31
		setp.eq.u32 leader, lane, 0
		setp.eq.u32 zero, thread, 0
		sub.u32 points, n, 1
		mov.u32 ended_at, ended
		@zero st.shared.u32 [ended_at], 0`)
	c.loop("v", "thread", "n", work.ManyThreads, func(string) {
		e.P("st.global.u32 [%s], v", c.at("component", "v", 4))
		e.P("st.global.u32 [%s], v", c.at("joined", "v", 4))
		e.P("st.global.u64 [%s], %s", c.at("least", "v", 8), noKey)
		e.P("st.global.u64 [%s], %s", c.at("tree", "v", 8), noKey)
	})
	e.P(`round:
		bar.sync 0
		ld.shared.u32 count, [ended_at]
		setp.eq.u32 none, count, points
		@none bra.uni done`)
	// The least edge of each component is that of one of its points.
	c.loop("v", "warp", "n", work.ManyThreads/32, func(more string) {
		e.P(`mul.wide.u32 row, v, n
			shl.b64 row, row, 2
			add.u64 row, row, dist
			ld.global.u32 mine, [%s]
			mov.u64 best, %s`, c.at("component", "v", 4), noKey)
		c.loop("u", "lane", "n", 32, func(string) {
			e.P("ld.global.u32 other, [%s]", c.at("component", "u", 4))
			e.P("ld.global.u32 length, [%s]", c.at("row", "u", 4))
			e.P(`setp.ne.u32 same, mine, other
				@same min.u64 best, best, %s`, c.key("length", "u", "v"))
		})
		e.P("mov.u64 best, %s", c.minWarp("best"))
		e.P("@leader red.global.min.u64 [%s], best", c.at("least", "mine", 8))
	})
	e.P("bar.sync 0")
	c.loop("v", "thread", "n", work.ManyThreads, func(more string) {
		e.P(`ld.global.u32 mine, [%s]
			setp.ne.u32 none, mine, v
			@none bra %s`, c.at("component", "v", 4), more) // no component any more
		e.P(`ld.global.u64 best, [%s]
			mov.b64 {ends, length}, best
			shr.u32 u, ends, 16
			and.b32 ends, ends, 65535`, c.at("least", "v", 8))
		e.P("ld.global.u32 other, [%s]", c.at("component", "u", 4))
		e.P("ld.global.u32 root, [%s]", c.at("component", "ends", 4))
		e.P(`setp.eq.u32 same, other, v
			selp.u32 other, root, other, same`)
		e.P(`ld.global.u64 key, [%s]
			setp.eq.u64 same, key, best
			setp.lt.and.u32 stays, v, other, same
			@stays bra %s`, c.at("least", "other", 8), more)
		e.P("st.global.u32 [%s], other", c.at("joined", "v", 4))
		e.P("st.global.u64 [%s], best", c.at("tree", "v", 8))
		e.P("red.shared.add.u32 [ended_at], 1")
	})
	e.P("bar.sync 0")
	c.loop("v", "thread", "n", work.ManyThreads, func(string) {
		place := c.at("component", "v", 4)
		e.P(`ld.global.u32 root, [%s]
			up:
			mov.u32 old, root`, place)
		e.P(`ld.global.u32 root, [%s]
			setp.ne.u32 on, old, root
			@on bra up
			st.global.u32 [%s], root`, c.at("joined", "old", 4), place)
		e.P("st.global.u64 [%s], %s", c.at("least", "v", 8), noKey)
	})
	e.P(`bra.uni round
		done:`)
}
