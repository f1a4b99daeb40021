package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// Euclidean distances between the points of a cloud.
//
// Problem: a batch of 128 points has 36 tiles of 16×16 distances, too few for a hundred
// multiprocessors if a thread sums whole distances.
// Idea: all 8 warps of a block work on one tile. Each warp sums squared differences over an
// eighth of the d coordinates, and the block adds the warps' sums at the end. As the matrix
// is symmetric, a block stores its tile and the transpose of the tile.
// Invariant: a squared distance is the sum of four sums over fixed subsets of the
// coordinates, added in a fixed order, so its bits do not depend on the tile size.
// Cost: about n²/2·d subtractions and as many multiply-adds; a block reads the points of
// its tile's rows and columns once.

// distances writes distances.ptx: distances, gradients of the distance matrix, and gradients
// of a sum of distances over listed pairs.
func distances() *asm.File {
	f := asm.New("distances.ptx", "Distances between points and their gradients. Rows of x are points.")
	distanceTiles(f, 16)
	distanceTiles(f, 32)
	distanceWeights(f)
	distancesGrad(f)
	pairWeights(f)
	pairRows(f)
	return f
}

// stepWords is the number of words that a block loads in a step of its loop: 8 coordinates
// for each thread. A thread issues these loads together, which hides latency.
const stepWords = 8 * work.Threads

// distanceTiles adds the kernel that computes size×size tiles of a distance matrix.
func distanceTiles(f *asm.File, size int) {
	t := newDistanceTile(f, size)
	t.assignTile()
	t.assignLoads()
	t.assignLanes()
	t.P(`mov.u32 side, 0
		mov.u32 k, 0`)
	t.fetch()
	t.put()
	t.P("bar.sync 0")
	t.P("step:")
	t.P(`add.u32 k, k, %d
		setp.lt.u32 more, k, d
		@!more bra.uni compute`, t.depth)
	t.fetch()
	t.P("compute:")
	t.addSquares()
	t.P(`@!more bra.uni add_up
		sub.u32 side, %d, side`, 2*t.half)
	t.put()
	t.P(`bar.sync 0
		bra.uni step
		add_up:
		bar.sync 0`)
	t.addWarps()
	t.store(t.roots())
}

// A distanceTile generates the kernel for one tile size. A tile has two sides: the
// points of its rows, from register i on, and those of its columns, from register j on.
// In each step the block works on the next depth coordinates of all these points. Shared
// memory holds two stages, each the coordinates of one step: the block computes from one
// stage while the loads for the other are in flight.
type distanceTile struct {
	calc
	size     int // rows of a tile, and columns
	depth    int // coordinates of each point in a step
	pitch    int // words from a point to the next in shared memory, padded against bank conflicts
	lines    int // points that one load instruction of all threads covers
	half     int // bytes of one side in a stage
	sumPitch int // words from a row of sums to the next, padded against bank conflicts
	sums     int // bytes of the sums of one warp, a sum for each distance of the tile
	above    int // rows from a distance that a thread stores to the next

	from  []string   // address registers of the thread's loads: those of rows, then of columns
	words []string   // registers that hold the loaded coordinates
	acc   [][]string // registers with the thread's sums, for rows 4 and columns 8 apart
}

// newDistanceTile begins the kernel.
func newDistanceTile(f *asm.File, size int) *distanceTile {
	e := f.Entry(fmt.Sprintf("distances_%d", size),
		fmt.Sprintf("Computes %d by %d tiles of the n by n distances between the rows of x, n by d. The matrix has b by b tiles and the grid b by b/2+1 blocks. Block (i, j) computes tile (i, i+j mod b) and stores it and its mirror image.", size, size),
		work.Threads, "u64 dst, u64 x, u32 n, u32 d")
	depth := stepWords / (2 * size)
	t := &distanceTile{
		calc: calc{e}, size: size, depth: depth, pitch: depth + 4, lines: work.Threads / depth,
		half: 4 * size * (depth + 4), sumPitch: size + 8, sums: 4 * size * (size + 8), above: work.Threads / size,
	}
	t.Shared("stages", max(4*t.half, work.Warps/2*t.sums))
	t.Reg("u32", "thread warp lane blocks i j u v column line k store load_i load_j side quad slot at last")
	t.Reg("u64", "offset to")
	t.Reg("pred", "skip half wraps some more past upper diagonal inside")
	return t
}

// assignTile sets registers i and j to the first row and the first column of the block's
// tile.
func (t *distanceTile) assignTile() {
	t.P(`mov.u32 thread, %%tid.x
		shr.u32 warp, thread, 5
		and.b32 lane, thread, 31
		mov.u32 blocks, %%nctaid.x
		mov.u32 i, %%ctaid.x
		mov.u32 j, %%ctaid.y
		// If blocks is even, the last row of the grid has each tile twice: skip half of the row.
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
		mov.u32 %s, stages`, t.size, t.size, t.base("stages"))
}

// assignLoads computes the addresses of the thread's loads in global memory, and the
// shared-memory address of the first word that it stores. A thread that would load a point
// beyond the last loads the last point; storeTile drops such distances.
func (t *distanceTile) assignLoads() {
	t.P(`and.b32 column, thread, %d
		div.u32 line, thread, %d
		mad.lo.u32 store, line, %d, column
		mad.lo.u32 store, store, 4, %s
		sub.u32 last, n, 1
		mad.wide.u32 x, column, 4, x`, t.depth-1, t.depth, t.pitch, t.base("stages"))
	for _, side := range []string{"i", "j"} {
		for m := range t.size / t.lines {
			a := t.Temp("u64")
			t.P(`add.u32 u, %s, line
				add.u32 u, u, %d
				min.u32 u, u, last
				mul.wide.u32 %s, u, d
				shl.b64 %s, %s, 2
				add.u64 %s, %s, x`, side, m*t.lines, a, a, a, a, a)
			t.from = append(t.from, a)
		}
	}
	t.words = t.Temps("f32", len(t.from))
}

// assignLanes arranges the 32 lanes of a warp as 4 rows and 8 columns, in Z-order: the bits
// of the row and of the column alternate in the index of the lane. Neighboring lanes then
// read few different points of each side, and shared memory serves them without bank
// conflicts.
func (t *distanceTile) assignLanes() {
	stages := t.base("stages")
	t.P(`and.b32 u, lane, 1
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
		mad.lo.u32 slot, v, %d, u`, t.pitch, stages, t.pitch, stages, t.half, t.sumPitch)
	for range t.size / 4 {
		t.acc = append(t.acc, t.Temps("f32", t.size/8))
	}
	t.eachSum(func(sum string, _ int) { t.P("mov.f32 %s, %s", sum, num(0)) })
}

// eachSum calls do with the register of each sum of the thread, and the number of bytes
// from the place of the first sum in shared memory to the place of this one.
func (t *distanceTile) eachSum(do func(sum string, place int)) {
	for p, row := range t.acc {
		for q, sum := range row {
			do(sum, 4*(4*p*t.sumPitch+8*q))
		}
	}
}

// fetch loads the thread's coordinates of the next step into registers. Coordinates from d
// on are 0.
func (t *distanceTile) fetch() {
	t.P("setp.lt.u32 some, column, d")
	for m, a := range t.from {
		t.P(`mov.f32 %s, %s
			@some ld.global.f32 %s, [%s]
			add.u64 %s, %s, %d`, t.words[m], num(0), t.words[m], a, a, a, 4*t.depth)
	}
	t.P("add.u32 column, column, %d", t.depth)
}

// put stores the loaded coordinates into the stage that the block is not computing from.
func (t *distanceTile) put() {
	t.P("add.u32 at, store, side")
	each := len(t.words) / 2
	for m, w := range t.words {
		t.P("st.shared.f32 [at+%d], %s", m/each*t.half+m%each*t.lines*t.pitch*4, w)
	}
}

// addSquares adds squared differences to the thread's sums. Of the coordinates of a step,
// warp w takes 4w to 4w+3, then the four that are 32 further on, and so forth.
func (t *distanceTile) addSquares() {
	quads := func(address string, points, apart, dimension int) [][]string {
		all := make([][]string, points)
		for p := range all {
			all[p] = t.quad(fmt.Sprintf("[%s+%d]", address, 4*(dimension+p*apart*t.pitch)))
		}
		return all
	}
	for first := 0; first < t.depth; first += 4 * work.Warps {
		// In the last step, skip the additions if all four coordinates are beyond d.
		t.P(`sub.u32 u, k, %d
			add.u32 u, u, quad
			setp.ge.u32 past, u, d
			@past bra.uni next
			add.u32 u, load_i, side
			add.u32 v, load_j, side`, t.depth-first)
		columns := quads("v", t.size/8, 8, first)
		rows := quads("u", t.size/4, 4, first)
		for p, row := range rows {
			for q, column := range columns {
				for w := range row {
					diff := t.sub(row[w], column[w])
					t.P("fma.rn.f32 %s, %s, %s, %s", t.acc[p][q], diff, diff, t.acc[p][q])
				}
			}
		}
	}
	t.P("next:")
}

// quad loads four contiguous words from shared memory and returns their registers.
func (c calc) quad(address string) []string {
	v := c.Temps("f32", 4)
	c.P("ld.shared.v4.f32 {%s, %s, %s, %s}, %s", v[0], v[1], v[2], v[3], address)
	return v
}

// addWarps adds the sums of warps 4 to 7 to those of warps 0 to 3, through shared memory.
// That leaves four sums of each distance for [distanceTile.roots].
func (t *distanceTile) addWarps() {
	t.P(`and.b32 u, warp, %d
		mad.lo.u32 at, slot, 4, %s
		mad.lo.u32 at, u, %d, at
		setp.ge.u32 upper, warp, %d
		@!upper bra.uni wait`, work.Warps/2-1, t.base("stages"), t.sums, work.Warps/2)
	t.eachSum(func(sum string, place int) { t.P("st.shared.f32 [at+%d], %s", place, sum) })
	t.P(`wait:
		bar.sync 0
		@upper bra.uni added`)
	t.eachSum(func(sum string, place int) {
		both := t.add(t.f("ld.shared.f32", fmt.Sprintf("[at+%d]", place)), sum)
		t.P("st.shared.f32 [at+%d], %s", place, both)
	})
	t.P(`added:
		bar.sync 0`)
}

// roots adds the four sums of each distance that the thread stores, and returns the
// registers with the square roots. The thread stores distances of one column of the tile,
// whose rows are t.above apart.
func (t *distanceTile) roots() []string {
	t.P(`and.b32 column, thread, %d
		div.u32 line, thread, %d
		mad.lo.u32 at, line, %d, column
		mad.lo.u32 at, at, 4, %s
		setp.eq.u32 diagonal, i, j`, t.size-1, t.size, t.sumPitch, t.base("stages"))
	var all []string
	for row := 0; row < t.size; row += t.above {
		var parts []string
		for w := range work.Warps / 2 {
			parts = append(parts, t.f("ld.shared.f32", fmt.Sprintf("[at+%d]", w*t.sums+4*row*t.sumPitch)))
		}
		root := t.sqrt(t.add(t.add(parts[0], parts[1]), t.add(parts[2], parts[3])))
		t.P(`add.u32 u, line, %d
			setp.eq.and.u32 inside, u, column, diagonal`, row)
		all = append(all, t.choose("inside", num(0), root))
	}
	return all
}

// store stores the tile, and its transpose unless the tile is on the diagonal. It
// transposes in shared memory, so that stores coalesce.
func (t *distanceTile) store(values []string) {
	t.storeTile("i", "j", values)
	t.P(`@diagonal bra.uni done
		bar.sync 0
		mad.lo.u32 at, line, %d, column
		mad.lo.u32 at, at, 4, %s
		mad.lo.u32 slot, column, %d, line
		mad.lo.u32 slot, slot, 4, %s`, t.size+1, t.base("stages"), t.size+1, t.base("stages"))
	for m, v := range values {
		t.P("st.shared.f32 [at+%d], %s", 4*m*t.above*(t.size+1), v)
	}
	t.P("bar.sync 0")
	for m := range values {
		values[m] = t.f("ld.shared.f32", fmt.Sprintf("[slot+%d]", 4*m*t.above))
	}
	t.storeTile("j", "i", values)
	t.P("done:")
}

// storeTile stores the thread's values. Registers row and column hold the first row and the
// first column of the tile in the matrix. Values outside the n×n matrix are dropped.
func (t *distanceTile) storeTile(row, column string, values []string) {
	t.P(`add.u32 u, %s, line
		add.u32 v, %s, column
		setp.lt.u32 some, v, n
		mul.wide.u32 to, u, n
		shl.b64 to, to, 2
		add.u64 to, dst, to
		mad.wide.u32 to, v, 4, to`, row, column)
	for m, value := range values {
		if m > 0 {
			t.P(`add.u32 u, u, %d
				mul.wide.u32 offset, n, %d
				add.u64 to, to, offset`, t.above, 4*t.above)
		}
		t.P(`setp.lt.and.u32 inside, u, n, some
			@inside st.global.f32 [to], %s`, value)
	}
}
