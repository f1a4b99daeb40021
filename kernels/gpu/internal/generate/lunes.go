package main

import (
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

const (
	lunesDoc = " list begins with the number of records in 64 bits, those that it has no room for included. They are 16 bytes each, from list+16 on: the key of an edge, a point of its lune, and one of another piece; all ones for no point."
	listed   = "0x80000000" // in the table of apexes: the edge is in the list
)

// lunes adds the kernel that finds the pieces of lunes: a warp for each edge. Points
// of the lune that have not been found, and those found that have not been searched
// from, are two sets of bits. A lane keeps the words of its own number modulo 32, so
// that lanes need not wait for each other.
func lunes(f *asm.File) {
	e := f.Entry("lunes", "For each edge (a, b) apexes[a][b] gets the point w of its lune with the least greater key of (a, w) and (b, w), all ones if the lune is empty; the highest bit is set if the edge is listed: once if the lune is empty, else once for each piece of the lune that the apex is not in, by its least point."+lunesDoc+" A warp for each edge: those of block (k, a) to the k'th points b. Each has two sets of points in shared memory.",
		work.Threads, "u64 list, u64 apexes, u64 dist, u32 n, u32 capacity")
	e.SharedByLaunch("sets")
	l := luneSearch{calc{e}}
	e.Reg("u32", "lane a b u v warp first origin at apex table point ends length near_a near_b j set mine open found todo other")
	e.Reg("u64", "row_a row_b row_v edge best key")
	e.Reg("pred", "leader past inside before here some none left empty")
	e.P(`mov.u32 u, %%tid.x
		shr.u32 warp, u, 5
		and.b32 lane, u, 31
		setp.eq.u32 leader, lane, 0
		mov.u32 a, %%ctaid.y
		mov.u32 b, %%ctaid.x
		mov.u32 u, %%ntid.x
		shr.u32 u, u, 5
		mad.lo.u32 b, b, u, warp
		setp.ge.u32 past, b, a
		@past bra.uni done
		add.u32 u, n, %d
		shr.u32 u, u, %d
		mul.lo.u32 u, u, %d
		mov.u32 first, sets
		mad.lo.u32 first, warp, u, first
		mad.lo.u32 first, lane, 4, first`, work.SetPoints-1, work.SetBits, work.LuneBytes)
	l.row("row_a", "dist", "a", "n")
	l.row("row_b", "dist", "b", "n")
	e.P("ld.global.u32 length, [%s]", l.at("row_a", "b", 4))
	e.P("mov.u64 edge, %s", l.key("length", "a", "b"))
	l.find()
	// The greater key is that of the edge from an end to the apex.
	e.P("mov.u64 best, %s", l.minWarp("best"))
	e.P(`mov.u32 apex, 0xffffffff
		mov.u32 other, 0xffffffff
		mov.u32 table, 0xffffffff
		setp.eq.u64 empty, best, %s
		@empty bra.uni append
		mov.b64 {ends, length}, best
		shr.u32 u, ends, 16
		and.b32 v, ends, 65535
		setp.eq.u32 here, u, a
		setp.eq.or.u32 here, u, b, here
		selp.u32 v, v, u, here
		mov.u32 apex, v
		mov.u32 table, v
		mov.u32 at, first
		shr.u32 u, v, %d
		mad.lo.u32 at, u, %d, at`, noKey, work.SetBits, work.LuneBytes)
	// A point is not searched from twice.
	e.P(`search_piece:
		shr.u32 j, v, 5
		and.b32 j, j, 31
		and.b32 u, v, 31
		shl.b32 u, 1, u
		setp.eq.u32 here, lane, j
		@here ld.shared.u32 mine, [at]
		@here xor.b32 mine, mine, u
		@here st.shared.u32 [at], mine
		search:`)
	l.expand()
	e.P("@!left bra.uni store")
	l.next("open", work.LuneBytes/2)
	e.P(`@here xor.b32 mine, mine, u
		@here st.shared.u32 [at+%d], mine
		bra.uni search
		no_open:`, work.LuneBytes/2)
	l.next("other", 0)
	e.P(`mov.u32 other, v
		or.b32 table, apex, %s
		append:
		cvt.u64.u32 best, capacity
		mov.u64 key, best
		@leader atom.global.add.u64 key, [list], 1
		setp.lt.u64 here, key, best
		shl.b64 key, key, 4
		add.u64 key, key, list
		mov.b64 best, {apex, other}
		@here st.global.v2.u64 [key+16], {edge, best}
		@!empty bra.uni search_piece
		no_other:
		store:`, listed)
	e.P(`@leader st.global.u32 [%s], table
		done:`, l.address("apexes", "a", "n", "b"))
}

// A luneSearch is the kernel for lunes.
type luneSearch struct{ calc }

// find puts the points of the lune into the first set, none into the second, and
// the least greater key among the lane's into best.
func (l luneSearch) find() {
	l.P(`mov.u64 best, %s
		mov.u32 at, first`, noKey)
	l.loop("origin", "0", "n", work.SetPoints, func(string) {
		l.P(`mov.u32 mine, 0
			mov.u32 j, 0
			mov.u32 u, origin
			fill:
			add.u32 point, u, lane
			setp.lt.u32 inside, point, n
			mov.u32 near_a, 0xffffffff
			mov.u32 near_b, 0xffffffff`)
		l.P("@inside ld.global.u32 near_a, [%s]", l.at("row_a", "point", 4))
		l.P("@inside ld.global.u32 near_b, [%s]", l.at("row_b", "point", 4))
		// The ends themselves are not before: one of their edges is the edge.
		l.P(`max.u64 key, %s, %s
			setp.lt.u64 before, key, edge
			@before min.u64 best, best, key
			vote.sync.ballot.b32 set, before, 0xffffffff
			setp.eq.u32 here, j, lane
			selp.u32 mine, set, mine, here
			add.u32 j, j, 1
			add.u32 u, u, 32
			setp.lt.u32 some, u, n
			setp.lt.and.u32 some, j, 32, some
			@some bra.uni fill
			st.shared.u32 [at], mine
			st.shared.u32 [at+%d], 0
			add.u32 at, at, %d`, l.key("near_a", "a", "point"), l.key("near_b", "b", "point"), work.LuneBytes/2, work.LuneBytes)
	})
}

// expand moves the points that are joined to v before the edge from the first set
// to the second, and sets left to whether any remain.
func (l luneSearch) expand() {
	l.row("row_v", "dist", "v", "n")
	l.P(`mov.u32 at, first
		setp.ne.u32 left, lane, lane`)
	l.loop("origin", "0", "n", work.SetPoints, func(string) {
		l.P(`ld.shared.u32 mine, [at]
			setp.ne.u32 some, mine, 0
			vote.sync.ballot.b32 todo, some, 0xffffffff
			setp.eq.u32 none, todo, 0
			@none bra.uni expanded
			ld.shared.u32 open, [at+%d]
			expand_word:
			brev.b32 j, todo
			clz.b32 j, j
			sub.u32 u, todo, 1
			and.b32 todo, todo, u
			shfl.sync.idx.b32 set, mine, j, 31, 0xffffffff
			mad.lo.u32 point, j, 32, origin
			add.u32 point, point, lane
			shr.u32 u, set, lane
			and.b32 u, u, 1
			setp.ne.u32 inside, u, 0
			mov.u32 near_a, 0xffffffff`, work.LuneBytes/2)
		l.P("@inside ld.global.u32 near_a, [%s]", l.at("row_v", "point", 4))
		l.P(`mov.u64 key, %s
			setp.lt.and.u64 before, key, edge, inside
			vote.sync.ballot.b32 found, before, 0xffffffff
			setp.eq.u32 here, j, lane
			@here xor.b32 mine, mine, found
			@here or.b32 open, open, found
			setp.ne.u32 some, todo, 0
			@some bra.uni expand_word
			st.shared.u32 [at], mine
			st.shared.u32 [at+%d], open
			setp.ne.or.u32 left, mine, 0, left
			expanded:
			add.u32 at, at, %d`, l.key("near_a", "v", "point"), work.LuneBytes/2, work.LuneBytes)
	})
	l.P("vote.sync.any.pred left, left, 0xffffffff")
}

// next sets v to the least point of a set, at to the place of its words, and in the
// lane that has it, here, mine to its word and u to its bit. If there is none
// it goes to the label no_, with the set's name.
func (l luneSearch) next(name string, offset int) {
	l.P(`mov.u32 at, first
		mov.u32 origin, 0
		first_%[1]s:
		ld.shared.u32 mine, [at+%[2]d]
		setp.ne.u32 some, mine, 0
		vote.sync.ballot.b32 todo, some, 0xffffffff
		setp.ne.u32 some, todo, 0
		@some bra.uni found_%[1]s
		add.u32 at, at, %[3]d
		add.u32 origin, origin, %[4]d
		setp.lt.u32 some, origin, n
		@some bra.uni first_%[1]s
		bra.uni no_%[1]s
		found_%[1]s:
		brev.b32 j, todo
		clz.b32 j, j
		shfl.sync.idx.b32 set, mine, j, 31, 0xffffffff
		brev.b32 u, set
		clz.b32 u, u
		mad.lo.u32 v, j, 32, origin
		add.u32 v, v, u
		shl.b32 u, 1, u
		setp.eq.u32 here, j, lane`, name, offset, work.LuneBytes, work.SetPoints)
}
