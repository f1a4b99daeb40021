package main

import (
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

const (
	lunesDoc = " list begins with a 64-bit count of records, including those beyond capacity. Records of 16 bytes start at list+16: the key of an edge, its apex, and a point of another component of its lune; all ones mean no point."
	listed   = "0x80000000" // the bit of apexes[a][b] that is set if edge (a, b) is in the list
)

// lunes adds the kernel that finds the connected components of the lune of each edge.
//
// Problem: the lune of edge (a, b) is the set of points w whose edges (a, w) and (b, w) both
// precede (a, b) in the filtration. Two of its points are adjacent if the edge between them
// also precedes (a, b). The host needs the edges whose lune is empty or disconnected.
// Idea: one warp for each edge. It collects the lune as a bit set, then searches it from
// the apex: the point w of the lune for which the later of (a, w) and (b, w) comes first.
// Most points of the lune are adjacent to the apex, so most searches end after one or two
// steps. To expand a point is to visit all its unvisited neighbors.
// Invariant: bit set 1 holds the unvisited points of the lune. Bit set 2 (open) holds the
// points visited but not yet expanded. Lane i of the warp owns word i of each group of
// 32 words, so lanes need no barrier.
// Cost: a warp reads two rows of the distance matrix, and at most one row for each expanded
// point.
// Reference: Toussaint, The relative neighbourhood graph of a finite planar set, 1980,
// for lunes; Bauer, Ripser, 2021, for apparent pairs.
func lunes(f *asm.File) {
	e := f.Entry("lunes", "For each edge (a, b), apexes[a][b] = the apex w, the point of the lune with the least max(key(a, w), key(b, w)), or all ones if the lune is empty. An edge with an empty lune is listed once. An edge with a disconnected lune is listed once for each component without the apex, with the least point of the component. The highest bit of apexes[a][b] is set if the edge is listed."+lunesDoc+" A warp processes an edge: warp i of block (k, a) has b = k*warps + i. Each warp has two bit sets of points in dynamic shared memory.",
		work.Threads, "u64 list, u64 apexes, u64 dist, u32 n, u32 capacity")
	e.DynamicShared("sets")
	l := luneSearch{calc{e}}
	e.Reg("u32", "lane a b u v warp first origin at apex table point ends length near_a near_b j set mine open found todo other")
	e.Reg("u64", "row_a row_b row_v edge best key")
	e.Reg("pred", "leader past inside before here some none left empty")
	l.begin()
	l.find()
	// best is the key of the edge (a, w) or (b, w), so w is the end that is not a or b.
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
	// Remove the first point of the search from the unvisited set.
	e.P(`search_component:
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
		@!empty bra.uni search_component
		no_other:
		store:`, listed)
	e.P(`@leader st.global.u32 [%s], table
		done:`, l.address("apexes", "a", "n", "b"))
}

// A luneSearch generates parts of the kernel lunes.
type luneSearch struct{ calc }

// begin sets a and b to the ends of the warp's edge, row_a and row_b to their rows of
// distances, edge to the key of the edge, and first to the lane's first word of the warp's bit
// sets. A warp without an edge is done.
func (l luneSearch) begin() {
	e := l.Entry
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
}

// find fills the unvisited set with the points of the lune and clears the open set. It sets
// register best of each lane to the least max(key(a, w), key(b, w)) over the points w of the
// lune that the lane has read.
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
		// a and b are not in the lune: for w = a, key(b, w) is the key of the edge itself.
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

// expand moves the unvisited neighbors of point v to the open set: the points w of the lune
// whose edge (v, w) precedes (a, b). It sets predicate left if unvisited points remain.
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

// next sets register v to the least point of a set: the unvisited set for offset 0, the open
// set for offset LuneBytes/2. In the lane that owns the point's word, predicate here is true,
// at + offset is the address of the word, mine its contents, and u the mask of the point's
// bit. If the set is empty, next branches to the label no_ followed by name.
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
