package main

import (
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// reach adds the kernel that completes the list of lunes.
//
// Problem: a record of the list names an edge (a, b), its apex, and perhaps a point of
// another component of its lune. The host turns a record with such a point into a column
// and reduces it. The column may come to hold edges that the kernel lunes has not listed,
// because their lune is connected.
// Idea: the legs of a record are the edges from a and from b to the apex and to the other
// point. A column begins as the legs of its record. Reducing it replaces an edge by the two
// legs to that edge's apex, so breadth-first search over legs lists every edge that a
// column can hold.
// Invariant: the highest bit of apexes[u][v] is set exactly if edge (u, v) is in the
// list. The thread whose atomic OR sets the bit appends the edge, so each edge is
// appended once.
// Cost: one block; up to four legs for each record. A round of the search takes the records
// of the previous round, so there are as many rounds as the longest chain of legs has edges.
func reach(f *asm.File) {
	e := f.Entry("reach", "Appends to the list, with its apex, each unlisted edge that joins an end of a listed edge to its apex or to its other point, repeatedly until there is none. lunes has filled apexes."+lunesDoc+" The grid is one block. It stops when the list overflows: the number of records then exceeds capacity, but still fits 32 bits.",
		work.ManyThreads, "u64 list, u64 apexes, u64 dist, u32 n, u32 capacity")
	c := calc{e}
	e.Shared("count", 4)
	e.Reg("u32", "thread u v ends length apex other leg place count_at head tail from to")
	e.Reg("u64", "record key points")
	e.Reg("pred", "zero none over some")
	e.P(`mov.u32 thread, %%tid.x
		setp.eq.u32 zero, thread, 0
		mov.u32 count_at, count
		@zero ld.global.u64 key, [list]
		@zero min.u64 key, key, 0xffffffff
		@zero cvt.u32.u64 u, key
		@zero st.shared.u32 [count_at], u
		mov.u32 head, 0
		round:
		bar.sync 0
		ld.shared.u32 tail, [count_at]
		bar.sync 0
		setp.eq.u32 none, head, tail
		setp.gt.or.u32 none, tail, capacity, none
		@none bra.uni listed
		mad.lo.u32 from, head, 4, thread
		shl.b32 to, tail, 2`)
	c.loop("leg", "from", "to", work.ManyThreads, func(next string) {
		e.P(`shr.u32 u, leg, 2
			mad.wide.u32 record, u, 16, list
			ld.global.v2.u64 {key, points}, [record+16]
			mov.b64 {ends, length}, key
			mov.b64 {apex, other}, points
			and.b32 u, leg, 1
			setp.eq.u32 some, u, 0
			shr.u32 u, ends, 16
			and.b32 v, ends, 65535
			selp.u32 u, u, v, some
			and.b32 v, leg, 2
			setp.eq.u32 some, v, 0
			selp.u32 v, apex, other, some
			setp.eq.u32 none, v, 0xffffffff
			@none bra %[1]s
			max.u32 ends, u, v
			min.u32 v, u, v
			mov.u32 u, ends`, next)
		// Load the length early, to hide latency behind the atomic. Few threads need it.
		e.P("ld.global.u32 length, [%s]", c.address("dist", "u", "n", "v"))
		e.P("atom.global.or.b32 apex, [%s], %s", c.address("apexes", "u", "n", "v"), listed)
		e.P(`setp.ge.u32 none, apex, %s
			@none bra %s`, listed, next)
		e.P(`atom.shared.add.u32 place, [count_at], 1
			setp.ge.u32 over, place, capacity
			@over bra %s
			mad.wide.u32 record, place, 16, list
			mov.u32 other, 0xffffffff
			mov.b64 points, {apex, other}
			st.global.v2.u64 [record+16], {%s, points}`, next, c.key("length", "u", "v"))
	})
	e.P(`mov.u32 head, tail
		bra.uni round
		listed:
		cvt.u64.u32 key, tail
		@zero st.global.u64 [list], key`)
}
