package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// rips writes rips.ptx: the edges of a Vietoris–Rips filtration that persistent homology
// of degrees 0 and 1 needs.
func rips() *asm.File {
	f := asm.New("rips.ptx", "Edges of a cloud of n points, given its distance matrix. The filtration orders edges (a, b), a > b, by length, then by a, then by b. That is the order of their keys, unsigned 64-bit numbers: the bits of the length, 16 bits of a, 16 bits of b.")
	spanningTree(f)
	lunes(f)
	reach(f)
	return f
}

// key returns a 64-bit register with the key of the edge between points a and b, by which
// the filtration orders edges: the bits of its length, then the larger point, then the
// smaller.
func (c calc) key(length, a, b string) string {
	ends := c.u("mad.lo.u32", c.u("max.u32", a, b), "65536", c.u("min.u32", a, b))
	return c.op("u64", "mov.b64", fmt.Sprintf("{%s, %s}", ends, length))
}

// minWarp returns the minimum of 64-bit register x over the lanes of a warp, in every
// lane.
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

// at returns a register with the address of element i of an array whose elements have size
// bytes.
func (c calc) at(array, i string, size int) string {
	return c.op("u64", "mad.wide.u32", i, fmt.Sprint(size), array)
}

// noKey is greater than the key of every edge.
const noKey = "0xffffffffffffffff"

// spanningTree adds the kernel for the minimum spanning tree.
//
// Problem: find the tree on the GPU, so that the distance matrix stays there.
// Idea: Borůvka's algorithm. In each round every component selects its least edge to
// another component, and components joined by selected edges merge.
// Invariant: a component is identified by one of its points, its root; component[v] is
// the root of v. Keys are distinct, so the selected edges form no cycle, but two components
// may select the same edge. Of these two, the component with the smaller root keeps its root
// and stores nothing. Every other component merges into the one at the other end of its
// edge: joined[root] becomes the root of that one, and tree[root] the edge. So each of the
// n−1 tree edges is stored once.
// Cost: at most log₂ n rounds of n² key comparisons, one block.
// Reference: Nešetřil, Milková, Nešetřilová, Otakar Borůvka on minimum spanning tree
// problem, 2001.
func spanningTree(f *asm.File) {
	e := f.Entry("spanning_tree", "Stores the keys of the edges of the minimum spanning tree into tree, in no particular order. tree has n elements; one of them gets all ones. The grid is one block. component and joined (n words each) and least (n keys) are workspace.",
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
	// least[root] becomes the least key of an edge from the component of root to another
	// component. A warp scans the matrix row of one point.
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
			@none bra %s`, c.at("component", "v", 4), more) // v is not a root
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
