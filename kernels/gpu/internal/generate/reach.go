package main

import (
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// reach adds the kernel that lists what columns can have: round by round, the legs
// of what was listed in the round before. Who marks an edge as listed lists it.
func reach(f *asm.File) {
	e := f.Entry("reach", "Lists, with its apex, each edge that is not listed yet and joins an end of a listed edge to its apex or to the point of another piece, and so on. apexes is as lunes left it."+lunesDoc+" One block does it all, and stops where the list has no more room: the number of records is then greater than that, but no more than 32 bits can say.",
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
		// The length is on its way while the edge is marked, though few need it.
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
