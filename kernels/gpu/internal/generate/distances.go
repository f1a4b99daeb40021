package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
)

// distances is distances between the points of a cloud, and their gradients.
func distances() *asm.File {
	f := asm.New("distances.ptx", "Distances between points, and gradients of lengths. Rows of x are points.")
	distanceTiles(f, 16)
	distanceTiles(f, 32)
	distanceWeights(f)
	distancesGrad(f)
	pairWeights(f)
	pairRows(f)
	return f
}

// stepWords is how many numbers a block brings to shared memory in one step:
// so many for each thread are on their way from global memory meanwhile.
const stepWords = 8 * threads

// distanceTiles adds the kernel that makes tiles of a matrix of distances. All
// warps of a block work on the whole tile, each on its share of the dimensions;
// their sums are added at the end. So even the few tiles of a small cloud keep
// many warps busy. Sums do not depend on the size of tiles.
func distanceTiles(f *asm.File, tile int) {
	const mirrorPad, sumsPad = 1, 8 // which spread columns, and squares of 4 by 8, over the banks
	var (
		depth  = stepWords / (2 * tile) // dimensions in a step
		pitch  = depth + 4              // of points in shared memory: quads of 8 points lie in different banks
		lines  = threads / depth        // points that a block loads side by side
		passes = tile / lines
		half   = 4 * tile * pitch // bytes of one side's points
		stage  = 2 * half
		sums   = 4 * tile * (tile + sumsPad) // bytes of a warp's sums
		own    = tile * tile / threads       // distances that a thread finishes
		above  = threads / tile              // rows between them
	)
	e := f.Entry(fmt.Sprintf("distances_%d", tile),
		fmt.Sprintf("Makes tiles of %d by %d of the n by n distances between the rows of x, n by d. Of a grid of b by b/2+1 blocks, for b tiles in a row, block (i, j) makes tile (i, i+j mod b) and its mirror image.", tile, tile),
		threads, "u64 dst, u64 x, u32 n, u32 d")
	c := calc{e}
	e.Shared("room", max(2*stage, warps/2*sums))
	e.Reg("u32", "thread warp lane blocks i j u v column line k store load_i load_j side quad slot at last")
	e.Reg("u64", "offset to")
	e.Reg("pred", "skip half wraps some more past upper diagonal zero")
	room := c.base("room")
	e.P(`mov.u32 thread, %%tid.x
		shr.u32 warp, thread, 5
		and.b32 lane, thread, 31
		mov.u32 blocks, %%nctaid.x
		mov.u32 i, %%ctaid.x
		mov.u32 j, %%ctaid.y
		// Where b is even the blocks of the last row would come twice.
		add.u32 u, j, j
		add.u32 v, i, i
		setp.eq.u32 half, u, blocks
		setp.ge.and.u32 skip, v, blocks, half
		@skip bra.uni done
		add.u32 j, i, j
		setp.ge.u32 wraps, j, blocks
		@wraps sub.u32 j, j, blocks
		mul.lo.u32 i, i, %d
		mul.lo.u32 j, j, %d
		mov.u32 %s, room`, tile, tile, room)

	// Points behind the last are the last once more.
	e.P(`and.b32 column, thread, %d
		div.u32 line, thread, %d
		mad.lo.u32 store, line, %d, column
		mad.lo.u32 store, store, 4, %s
		sub.u32 last, n, 1
		mad.wide.u32 x, column, 4, x`, depth-1, depth, pitch, room)
	var from []string
	for _, side := range []string{"i", "j"} {
		for m := range passes {
			a := e.Temp("u64")
			e.P(`add.u32 u, %s, line
				add.u32 u, u, %d
				min.u32 u, u, last
				mul.wide.u32 %s, u, d
				shl.b64 %s, %s, 2
				add.u64 %s, %s, x`, side, m*lines, a, a, a, a, a)
			from = append(from, a)
		}
	}
	// Lanes lie over the tile in zigzag, so that half as many quads are read.
	e.P(`and.b32 u, lane, 1
		bfe.u32 v, lane, 2, 1
		mad.lo.u32 u, v, 2, u
		bfe.u32 v, lane, 4, 1
		mad.lo.u32 u, v, 4, u
		bfe.u32 v, lane, 1, 1
		bfe.u32 slot, lane, 3, 1
		mad.lo.u32 v, slot, 2, v
		shl.b32 quad, warp, 2
		mad.lo.u32 load_i, v, %d, quad
		mad.lo.u32 load_i, load_i, 4, %s
		mad.lo.u32 load_j, u, %d, quad
		mad.lo.u32 load_j, load_j, 4, %s
		add.u32 load_j, load_j, %d
		mad.lo.u32 slot, v, %d, u`, pitch, room, pitch, room, half, tile+sumsPad)

	acc := make([][]string, tile/4)
	for p := range acc {
		acc[p] = e.Temps("f32", tile/8)
		for _, r := range acc[p] {
			e.P("mov.f32 %s, %s", r, num(0))
		}
	}
	words := e.Temps("f32", len(from))
	fetch := func() {
		e.P("setp.lt.u32 some, column, d")
		for m, a := range from {
			e.P(`mov.f32 %s, %s
				@some ld.global.f32 %s, [%s]
				add.u64 %s, %s, %d`, words[m], num(0), words[m], a, a, a, 4*depth)
		}
		e.P("add.u32 column, column, %d", depth)
	}
	keep := func() {
		e.P("add.u32 at, store, side")
		for m, w := range words {
			e.P("st.shared.f32 [at+%d], %s", m/passes*half+m%passes*lines*pitch*4, w)
		}
	}
	e.P(`mov.u32 side, 0
		mov.u32 k, 0`)
	fetch()
	keep()
	e.P("bar.sync 0")
	e.P("step:")
	e.P(`add.u32 k, k, %d
		setp.lt.u32 more, k, d
		@!more bra.uni compute`, depth)
	fetch()
	e.P("compute:")
	quads := depth / (4 * warps)
	for q := range quads {
		// The last step has dimensions for some warps alone.
		e.P(`sub.u32 u, k, %d
			add.u32 u, u, quad
			setp.ge.u32 past, u, d
			@past bra.uni next
			add.u32 u, load_i, side
			add.u32 v, load_j, side`, depth-4*warps*q)
		b := make([][]string, tile/8)
		for p := range b {
			b[p] = e.Temps("f32", 4)
			e.P("ld.shared.v4.f32 {%s, %s, %s, %s}, [v+%d]", b[p][0], b[p][1], b[p][2], b[p][3], 16*warps*q+p*8*pitch*4)
		}
		diff := e.Temp("f32")
		for p := range acc {
			a := e.Temps("f32", 4)
			e.P("ld.shared.v4.f32 {%s, %s, %s, %s}, [u+%d]", a[0], a[1], a[2], a[3], 16*warps*q+p*4*pitch*4)
			for r := range b {
				for w := range 4 {
					e.P(`sub.rn.f32 %s, %s, %s
						fma.rn.f32 %s, %s, %s, %s`, diff, a[w], b[r][w], acc[p][r], diff, diff, acc[p][r])
				}
			}
		}
	}
	e.P("next:")
	e.P(`@!more bra.uni add_up
		sub.u32 side, %d, side`, stage)
	keep()
	e.P(`bar.sync 0
		bra.uni step
		add_up:
		bar.sync 0`)

	// The upper four warps give their sums to the lower four.
	e.P(`and.b32 u, warp, %d
		mad.lo.u32 at, slot, 4, %s
		mad.lo.u32 at, u, %d, at
		setp.ge.u32 upper, warp, %d
		@!upper bra.uni wait`, warps/2-1, room, sums, warps/2)
	eachSum := func(do func(r string, place int)) {
		for p := range acc {
			for r := range acc[p] {
				do(acc[p][r], 4*(4*p*(tile+sumsPad)+8*r))
			}
		}
	}
	eachSum(func(r string, place int) { e.P("st.shared.f32 [at+%d], %s", place, r) })
	e.P(`wait:
		bar.sync 0
		@upper bra.uni added`)
	eachSum(func(r string, place int) {
		other := e.Temp("f32")
		e.P(`ld.shared.f32 %s, [at+%d]
			add.rn.f32 %s, %s, %s
			st.shared.f32 [at+%d], %s`, other, place, other, r, other, place, other)
	})
	e.P(`added:
		bar.sync 0
		and.b32 column, thread, %d
		div.u32 line, thread, %d
		mad.lo.u32 u, line, %d, column
		mad.lo.u32 at, u, 4, %s
		mad.lo.u32 u, line, %d, column
		mad.lo.u32 store, u, 4, %s
		mad.lo.u32 u, column, %d, line
		mad.lo.u32 load_i, u, 4, %s
		setp.eq.u32 diagonal, i, j`, tile-1, tile, tile+sumsPad, room, tile+mirrorPad, room, tile+mirrorPad, room)
	done := make([]string, own)
	for m := range done {
		var part []string
		for w := range warps / 2 {
			part = append(part, c.f("ld.shared.f32", fmt.Sprintf("[at+%d]", w*sums+m*above*(tile+sumsPad)*4)))
		}
		done[m] = c.sqrt(c.add(c.add(part[0], part[1]), c.add(part[2], part[3])))
	}
	// put stores distances at a row from u on and a column from v on.
	put := func(values []string) {
		e.P(`add.u32 v, v, column
			add.u32 u, u, line
			setp.lt.u32 some, v, n
			mul.wide.u32 offset, u, n
			shl.b64 offset, offset, 2
			add.u64 to, dst, offset
			mad.wide.u32 to, v, 4, to
			mul.wide.u32 offset, n, %d`, 4*above)
		for m, value := range values {
			if m > 0 {
				e.P(`add.u32 u, u, %d
					add.u64 to, to, offset`, above)
			}
			e.P(`setp.lt.and.u32 zero, u, n, some
				@zero st.global.f32 [to], %s`, value)
		}
	}
	for m := range done {
		e.P(`add.u32 u, line, %d
			setp.eq.and.u32 zero, u, column, diagonal
			selp.f32 %s, %s, %s, zero`, m*above, done[m], num(0), done[m])
	}
	e.P(`mov.u32 u, i
		mov.u32 v, j`)
	put(done)
	e.P(`@diagonal bra.uni done
		bar.sync 0`)
	for m := range done {
		e.P("st.shared.f32 [store+%d], %s", 4*m*above*(tile+mirrorPad), done[m])
	}
	e.P("bar.sync 0")
	turned := make([]string, own)
	for m := range turned {
		turned[m] = c.f("ld.shared.f32", fmt.Sprintf("[load_i+%d]", 4*m*above))
	}
	e.P(`mov.u32 u, j
		mov.u32 v, i`)
	put(turned)
	e.P("done:")
}

// distanceWeights adds the kernel that gives each pair of points its weight in
// the gradient of distances.
func distanceWeights(f *asm.File) {
	const tile, pitch = 32, 33
	e := f.Entry("distance_weights", "w[i][j] = (g[i][j] + g[j][i])/dist[i][j], 0 where the distance is 0. A block for each tile of 32 by 32.",
		threads, "u64 w, u64 g, u64 dist, u32 n")
	c := calc{e}
	e.Shared("tile", 4*tile*pitch)
	e.Reg("u32", "thread column line row i j u at turned")
	e.Reg("u64", "there across")
	e.Reg("pred", "inside_i inside_j inside none")
	e.P(`mov.u32 thread, %%tid.x
		and.b32 column, thread, 31
		shr.u32 line, thread, 5
		mov.u32 i, %%ctaid.y
		shl.b32 i, i, 5
		mov.u32 j, %%ctaid.x
		shl.b32 j, j, 5
		mov.u32 %s, tile
		mad.lo.u32 u, line, %d, column
		mad.lo.u32 at, u, 4, %s
		mad.lo.u32 u, column, %d, line
		mad.lo.u32 turned, u, 4, %s`, c.base("tile"), pitch, c.base("tile"), pitch, c.base("tile"))
	// The mirror image of the tile, by rows, to be read by columns.
	e.P(`add.u32 u, i, column
		setp.lt.u32 inside_i, u, n`)
	for m := range tile / warps {
		other := e.Temp("f32")
		e.P(`add.u32 row, j, line
			add.u32 row, row, %d
			setp.lt.and.u32 inside, row, n, inside_i
			mov.f32 %s, %s
			mul.wide.u32 across, row, n
			shl.b64 across, across, 2
			add.u64 across, across, g
			mad.wide.u32 across, u, 4, across
			@inside ld.global.f32 %s, [across]
			st.shared.f32 [at+%d], %s`, m*warps, other, num(0), other, 4*m*warps*pitch, other)
	}
	e.P(`bar.sync 0
		add.u32 u, j, column
		setp.lt.u32 inside_j, u, n`)
	for m := range tile / warps {
		mine, other, r := e.Temp("f32"), e.Temp("f32"), e.Temp("f32")
		e.P(`add.u32 row, i, line
			add.u32 row, row, %d
			setp.lt.and.u32 inside, row, n, inside_j
			mul.wide.u32 across, row, n
			shl.b64 across, across, 2
			mad.wide.u32 across, u, 4, across
			add.u64 there, across, g
			mov.f32 %s, %s
			@inside ld.global.f32 %s, [there]
			add.u64 there, across, dist
			mov.f32 %s, %s
			@inside ld.global.f32 %s, [there]
			ld.shared.f32 %s, [turned+%d]`, m*warps, mine, num(0), mine, r, num(1), r, other, 4*m*warps)
		weight := c.div(c.add(mine, other), r)
		e.P(`setp.eq.f32 none, %s, %s
			selp.f32 %s, %s, %s, none
			add.u64 there, across, w
			@inside st.global.f32 [there], %s`, r, num(0), weight, num(0), weight, weight)
	}
}

// distancesGrad adds the kernel that sums weighted differences of points. A
// block does 32 coordinates of 32 points, each thread one of 4 points.
func distancesGrad(f *asm.File) {
	const tile, points = 32, 4
	const half = 4 * tile * tile
	e := f.Entry("distances_grad", "dx[i] = sum over j of w[i][j]*(x[i] - x[j]), or += where add is not 0, for a symmetric w. Block (p, q) does coordinates from 32*p of points from 32*q.",
		threads, "u64 dx, u64 w, u64 x, u32 n, u32 d, u32 add")
	c := calc{e}
	e.Shared("room", 4*half)
	e.Reg("u32", "thread lane warp column i j u store side last from_w from_x")
	e.Reg("u64", "at offset w_step x_step")
	e.Reg("pred", "inside more adds")
	e.P(`mov.u32 thread, %%tid.x
		and.b32 lane, thread, 31
		shr.u32 warp, thread, 5
		mov.u32 column, %%ctaid.x
		mad.lo.u32 column, column, 32, lane
		mov.u32 i, %%ctaid.y
		shl.b32 i, i, 5
		mov.u32 %s, room
		mad.lo.u32 store, thread, 4, %s
		sub.u32 last, n, 1
		// Points and coordinates behind the last are the last once more.
		add.u32 u, i, lane
		min.u32 u, u, last
		mad.wide.u32 w, u, 4, w
		sub.u32 u, d, 1
		min.u32 u, column, u
		mad.wide.u32 x, u, 4, x
		mad.lo.u32 i, warp, %d, i`, c.base("room"), c.base("room"), points)
	mine, acc := e.Temps("f32", points), e.Temps("f32", points)
	for p := range points {
		e.P(`add.u32 u, i, %d
			min.u32 u, u, last
			mul.wide.u32 offset, u, d
			shl.b64 offset, offset, 2
			add.u64 at, x, offset
			ld.global.f32 %s, [at]
			mov.f32 %s, %s`, p, mine[p], acc[p], num(0))
	}
	weight, other := e.Temps("f32", points), e.Temps("f32", points)
	fetch := func() {
		for m := range points {
			e.P(`add.u32 u, j, warp
				add.u32 u, u, %d
				setp.lt.u32 inside, u, n
				min.u32 u, u, last
				mul.wide.u32 offset, u, n
				shl.b64 offset, offset, 2
				add.u64 at, w, offset
				mov.f32 %s, %s
				@inside ld.global.f32 %s, [at]
				mul.wide.u32 offset, u, d
				shl.b64 offset, offset, 2
				add.u64 at, x, offset
				ld.global.f32 %s, [at]`, m*warps, weight[m], num(0), weight[m], other[m])
		}
	}
	keep := func() {
		e.P("add.u32 u, store, side")
		for m := range points {
			e.P(`st.shared.f32 [u+%d], %s
				st.shared.f32 [u+%d], %s`, 4*threads*m, weight[m], half+4*threads*m, other[m])
		}
	}
	e.P(`mov.u32 side, 0
		mov.u32 j, 0`)
	fetch()
	keep()
	e.P(`bar.sync 0
		shl.b32 from_w, warp, %d
		add.u32 from_w, from_w, %s
		mad.lo.u32 from_x, lane, 4, %s`, 4, c.base("room"), c.base("room"))
	e.P("step:")
	e.P(`add.u32 j, j, %d
		setp.lt.u32 more, j, n
		@!more bra.uni compute`, tile)
	fetch()
	e.P("compute:")
	e.P(`add.u32 last, from_w, side
		add.u32 u, from_x, side`)
	v, diff := e.Temps("f32", 4), e.Temp("f32")
	there := e.Temp("f32")
	for k := range tile {
		e.P("ld.shared.f32 %s, [u+%d]", there, half+4*tile*k)
		e.P("ld.shared.v4.f32 {%s, %s, %s, %s}, [last+%d]", v[0], v[1], v[2], v[3], 4*tile*k)
		for p := range points {
			e.P(`sub.rn.f32 %s, %s, %s
				fma.rn.f32 %s, %s, %s, %s`, diff, mine[p], there, acc[p], v[p], diff, acc[p])
		}
	}
	e.P(`sub.u32 last, n, 1
		@!more bra.uni summed
		sub.u32 side, %d, side`, 2*half)
	keep()
	e.P(`bar.sync 0
		bra.uni step
		summed:
		setp.ge.u32 inside, column, d
		@inside bra done
		setp.ne.u32 adds, add, 0`)
	for p := range points {
		e.P(`add.u32 u, i, %d
			setp.ge.u32 inside, u, n
			@inside bra done
			mul.wide.u32 offset, u, d
			shl.b64 offset, offset, 2
			add.u64 at, dx, offset
			mad.wide.u32 at, column, 4, at
			mov.f32 %s, %s
			@adds ld.global.f32 %s, [at]
			add.rn.f32 %s, %s, %s
			st.global.f32 [at], %s`, p, there, num(0), there, acc[p], there, acc[p], acc[p])
	}
	e.P("done:")
}

// pairWeights adds the kernel that gives each of a list of pairs its weight in
// the gradient of lengths: a warp for each.
func pairWeights(f *asm.File) {
	e := f.Entry("pair_weights", "weight[k] = coefficient*g/|x[u] - x[v]|, 0 where the points coincide, of pairs u, v, coefficient. A warp for each pair.",
		threads, "u64 weight, u64 x, u64 pairs, u64 g, u32 count, u32 d")
	c := calc{e}
	e.Reg("u32", "thread lane pair u v")
	e.Reg("u64", "p q offset")
	e.Reg("f32", "coefficient factor sum")
	e.Reg("pred", "none some")
	e.P(`mov.u32 thread, %%tid.x
		and.b32 lane, thread, 31
		shr.u32 thread, thread, 5
		mov.u32 pair, %%ctaid.x
		mad.lo.u32 pair, pair, %d, thread
		setp.ge.u32 none, pair, count
		@none bra.uni done
		mad.wide.u32 pairs, pair, 12, pairs
		ld.global.u32 u, [pairs]
		ld.global.u32 v, [pairs+4]
		mad.wide.u32 x, lane, 4, x
		mul.wide.u32 offset, u, d
		shl.b64 offset, offset, 2
		add.u64 p, x, offset
		mul.wide.u32 offset, v, d
		shl.b64 offset, offset, 2
		add.u64 q, x, offset
		mov.f32 sum, %s`, warps, num(0))
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
	// Four coordinates at a time while all lanes have them, then one by one.
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
	e.P(`and.b32 thread, lane, 31
		setp.ne.u32 some, thread, 0
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

// pairRows adds the kernel that sums weighted differences over the pairs that
// each point is in.
func pairRows(f *asm.File) {
	e := f.Entry("pair_rows", "dx[row] = sum of weight[k]*(x[row] - x[other]), or += where add is not 0, over its entries, which are 2*k where the row is the first of pair k and 2*k+1 where it is the second."+listDoc,
		threads, "u64 dx, u64 x, u64 weight, u64 pairs, "+listParams+", u32 add, u32 width")
	c := calc{e}
	e.Reg("u32", "pair")
	e.Reg("pred", "adds")
	e.Reg("u64", "here")
	listedRow(c)
	mine := e.Temps("f32", rowWords)
	e.P(`mul.wide.u32 here, row, width
		shl.b64 here, here, 2
		mad.wide.u32 here, column, 4, here
		add.u64 dx, dx, here
		add.u64 here, x, here
		mad.wide.u32 x, column, 4, x`)
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
			// The first of a pair is joined to the second, at 4, and the second to the first.
			not.b32 u, u
			and.b32 u, u, 1
			mad.lo.u32 u, pair, 3, u
			mad.wide.u32 here, u, 4, pairs
			ld.global.u32 other_ahead, [here]`, at)
	}, func(entry, some, words []string) {
		e.P(`mul.wide.u32 here, %s, width
			shl.b64 here, here, 2
			add.u64 here, x, here`, entry[0])
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
