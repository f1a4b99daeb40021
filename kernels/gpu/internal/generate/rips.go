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
	emptyLunes(f)
	listEdges(f)
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

// emptyLunes adds the test of each edge, by a warp: 32 points at a time, until
// one is found that is joined to both ends before. Most edges have many such.
func emptyLunes(f *asm.File) {
	e := f.Entry("empty_lunes", "Bit i of sets[a][k] is set if edge (a, 32*k + i) has an empty lune: no point is joined to both ends before they are. Block (k, a) makes one word.",
		work.ManyThreads, "u64 sets, u64 dist, u32 n")
	c := calc{e}
	e.Shared("found", 4*32)
	e.Reg("u32", "thread warp lane a b words place point length near_a near_b set u")
	e.Reg("u64", "row_a row_b edge key")
	e.Reg("pred", "leader past inside before some rest")
	e.P(`mov.u32 thread, %%tid.x
		shr.u32 warp, thread, 5
		and.b32 lane, thread, 31
		setp.eq.u32 leader, lane, 0
		mov.u32 b, %%ctaid.x
		mov.u32 words, %%nctaid.x
		mov.u32 a, %%ctaid.y
		mov.u32 place, found
		mad.lo.u32 place, warp, 4, place
		mad.lo.u32 u, a, words, b
		mad.wide.u32 sets, u, 4, sets
		mad.lo.u32 b, b, 32, warp
		setp.ge.u32 past, b, a
		// What is no edge counts as one with a point in its lune.
		@past mov.u32 set, 1
		@past bra.uni tested
		mul.wide.u32 row_a, a, n
		shl.b64 row_a, row_a, 2
		add.u64 row_a, row_a, dist
		mul.wide.u32 row_b, b, n
		shl.b64 row_b, row_b, 2
		add.u64 row_b, row_b, dist`)
	e.P("ld.global.u32 length, [%s]", c.at("row_a", "b", 4))
	e.P("mov.u64 edge, %s", c.key("length", "a", "b"))
	e.P(`mov.u32 point, lane
		search:
		setp.lt.u32 inside, point, n
		mov.u32 near_a, 0xffffffff
		mov.u32 near_b, 0xffffffff`)
	e.P("@inside ld.global.u32 near_a, [%s]", c.at("row_a", "point", 4))
	e.P("@inside ld.global.u32 near_b, [%s]", c.at("row_b", "point", 4))
	// The ends themselves are not before: one of their edges is the edge.
	e.P(`max.u64 key, %s, %s
		setp.lt.u64 before, key, edge
		vote.sync.any.pred some, before, 0xffffffff
		selp.u32 set, 1, 0, some
		@some bra.uni tested
		add.u32 point, point, 32
		sub.u32 u, point, lane
		setp.lt.u32 rest, u, n
		@rest bra.uni search
		tested:
		@leader st.shared.u32 [place], set
		bar.sync 0
		setp.ne.u32 past, warp, 0
		@past bra.uni done
		mov.u32 place, found
		mad.lo.u32 place, lane, 4, place
		ld.shared.u32 set, [place]
		setp.eq.u32 some, set, 0
		vote.sync.ballot.b32 set, some, 0xffffffff
		@leader st.global.u32 [sets], set
		done:`, c.key("near_a", "a", "point"), c.key("near_b", "b", "point"))
}

// listEdges adds the kernel that turns sets into a list.
func listEdges(f *asm.File) {
	e := f.Entry("list_edges", "Stores the number of edges in sets (n by words) into list, and their keys from list+8 on, by points. One block does it all, a row for each thread.",
		work.ManyThreads, "u64 list, u64 sets, u64 dist, u32 n, u32 words")
	c := calc{e}
	e.Shared("sums", 4*32)
	e.Reg("u32", "thread warp lane first row k set count place u total b length before")
	e.Reg("u64", "sets_at row_at to")
	e.Reg("pred", "inside some more leader rest zero")
	e.P(`mov.u32 thread, %%tid.x
		shr.u32 warp, thread, 5
		and.b32 lane, thread, 31
		setp.eq.u32 leader, lane, 31
		setp.eq.u32 zero, thread, 0
		mov.u32 first, 0
		mov.u32 total, 0`)
	e.P(`rows:
		add.u32 row, first, thread
		setp.lt.u32 inside, row, n
		mov.u32 count, 0
		@!inside bra counted
		mul.wide.u32 sets_at, row, words
		shl.b64 sets_at, sets_at, 2
		add.u64 sets_at, sets_at, sets
		mov.u32 k, 0
		count_word:`)
	e.P(`ld.global.u32 set, [%s]
		popc.b32 u, set
		add.u32 count, count, u
		add.u32 k, k, 1
		setp.lt.u32 more, k, words
		@more bra count_word
		counted:
		mov.u32 place, count`, c.at("sets_at", "k", 4))
	sumsUpTo := func(x string) { // x becomes the sum of the lanes up to this
		for d := 1; d < 32; d *= 2 {
			e.P(`shfl.sync.up.b32 u|some, %s, %d, 0, 0xffffffff
				@some add.u32 %s, %s, u`, x, d, x, x)
		}
	}
	sumsUpTo("place")
	e.P(`mov.u32 u, sums
		mad.lo.u32 before, warp, 4, u
		@leader st.shared.u32 [before], place
		bar.sync 0
		mad.lo.u32 u, lane, 4, u
		ld.shared.u32 k, [u]`)
	sumsUpTo("k")
	// Every warp adds up all warps, and takes what comes before its own.
	e.P(`sub.u32 u, warp, 1
		shfl.sync.idx.b32 before, k, u, 31, 0xffffffff
		setp.eq.u32 some, warp, 0
		selp.u32 before, 0, before, some
		add.u32 place, place, before
		sub.u32 place, place, count
		add.u32 place, place, total
		shfl.sync.idx.b32 u, k, 31, 31, 0xffffffff
		add.u32 total, total, u
		setp.eq.u32 some, count, 0
		@some bra listed
		mad.wide.u32 to, place, 8, list
		mul.wide.u32 row_at, row, n
		shl.b64 row_at, row_at, 2
		add.u64 row_at, row_at, dist
		mov.u32 k, 0
		list_word:`)
	e.P(`ld.global.u32 set, [%s]
		list_edge:
		setp.eq.u32 some, set, 0
		@some bra next_word
		brev.b32 b, set
		clz.b32 b, b
		sub.u32 u, set, 1
		and.b32 set, set, u
		mad.lo.u32 b, k, 32, b`, c.at("sets_at", "k", 4))
	e.P("ld.global.u32 length, [%s]", c.at("row_at", "b", 4))
	e.P(`add.u64 to, to, 8
		st.global.u64 [to], %s
		bra list_edge
		next_word:
		add.u32 k, k, 1
		setp.lt.u32 more, k, words
		@more bra list_word
		listed:
		bar.sync 0
		add.u32 first, first, %d
		setp.lt.u32 rest, first, n
		@rest bra.uni rows
		@!zero bra done
		st.global.u32 [list], total
		st.global.u32 [list+4], 0
		done:`, c.key("length", "row", "b"), work.ManyThreads)
}
