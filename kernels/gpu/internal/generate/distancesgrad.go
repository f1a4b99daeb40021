package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// distanceWeights adds the kernel that computes the weight of each pair of points in the
// gradient of distances. The gradient for point i is Σ_j w_ij·(x_i − x_j).
func distanceWeights(f *asm.File) {
	const tile, pitch = 32, 33
	e := f.Entry("distance_weights", "w[i][j] = (g[i][j] + g[j][i])/dist[i][j], or 0 if the distance is 0. A block computes a 32 by 32 tile.",
		work.Threads, "u64 w, u64 g, u64 dist, u32 n")
	c := calc{e}
	e.Shared("tile", 4*tile*pitch)
	e.Reg("u32", "thread column line row i j u at mirrored")
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
		mad.lo.u32 mirrored, u, 4, %s`, c.base("tile"), pitch, c.base("tile"), pitch, c.base("tile"))
	// g[j][i] lies in the transposed tile of g. Load that tile by rows, which coalesces,
	// and read it by columns from shared memory.
	e.P(`add.u32 u, i, column
		setp.lt.u32 inside_i, u, n`)
	for m := range tile / work.Warps {
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
			st.shared.f32 [at+%d], %s`, m*work.Warps, other, num(0), other, 4*m*work.Warps*pitch, other)
	}
	e.P(`bar.sync 0
		add.u32 u, j, column
		setp.lt.u32 inside_j, u, n`)
	for m := range tile / work.Warps {
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
			ld.shared.f32 %s, [mirrored+%d]`, m*work.Warps, mine, num(0), mine, r, num(1), r, other, 4*m*work.Warps)
		weight := c.div(c.add(mine, other), r)
		e.P(`setp.eq.f32 none, %s, %s
			selp.f32 %s, %s, %s, none
			add.u64 there, across, w
			@inside st.global.f32 [there], %s`, r, num(0), weight, num(0), weight, weight)
	}
}

// distancesGrad adds the kernel that sums weighted differences of points. A block computes
// 32 coordinates of 32 points of the gradient, and a thread one coordinate of 4 points. In
// each step of its loop the block loads the weights and coordinates of the next 32 points.
func distancesGrad(f *asm.File) {
	e := f.Entry("distances_grad", "dx[i] = sum over j of w[i][j]*(x[i] - x[j]), or += if add is not 0, for a symmetric w. Block (p, q) computes 32 coordinates from 32*p of 32 points from 32*q.",
		work.Threads, "u64 dx, u64 w, u64 x, u32 n, u32 d, u32 add")
	g := gradientTile{calc: calc{e}}
	e.Shared("stages", 4*gradientHalf)
	e.Reg("u32", "thread lane warp column i j u store side last from_w from_x at_w at_x")
	e.Reg("u64", "at offset")
	e.Reg("pred", "inside more adds")
	g.begin()
	g.weight, g.other = e.Temps("f32", gradientPoints), e.Temps("f32", gradientPoints)
	e.P(`mov.u32 side, 0
		mov.u32 j, 0`)
	g.fetch()
	g.put()
	e.P(`bar.sync 0
		mad.lo.u32 from_w, warp, %d, %s
		mad.lo.u32 from_x, lane, 4, %s`, 4*gradientPoints, g.base("stages"), g.base("stages"))
	e.P("step:")
	e.P(`add.u32 j, j, %d
		setp.lt.u32 more, j, n
		@!more bra.uni compute`, gradientPairs)
	g.fetch()
	e.P("compute:")
	g.sum()
	e.P(`@!more bra.uni summed
		sub.u32 side, %d, side`, 2*gradientHalf)
	g.put()
	e.P(`bar.sync 0
		bra.uni step
		summed:
		setp.ge.u32 inside, column, d
		@inside bra done
		setp.ne.u32 adds, add, 0`)
	g.store()
	e.P("done:")
}

const (
	gradientPairs  = 32                                // points i of a block, and points j of a step
	gradientPoints = 4                                 // points i of a thread
	gradientHalf   = 4 * gradientPairs * gradientPairs // bytes of a stage's weights, and of its coordinates
)

// A gradientTile generates the parts of the kernel distances_grad. A thread sums one coordinate
// of the gradients of gradientPoints points.
type gradientTile struct {
	calc
	mine, acc     []string // registers: the coordinate of each of the points, and of its gradient
	weight, other []string // registers: the thread's weights and coordinates of the next stage
}

// begin computes the thread's addresses, loads the coordinates of its points, and sets its sums
// to 0.
func (g *gradientTile) begin() {
	g.P(`mov.u32 thread, %%tid.x
		and.b32 lane, thread, 31
		shr.u32 warp, thread, 5
		mov.u32 column, %%ctaid.x
		mad.lo.u32 column, column, 32, lane
		mov.u32 i, %%ctaid.y
		shl.b32 i, i, 5
		mov.u32 %s, stages
		mad.lo.u32 store, thread, 4, %s
		sub.u32 last, n, 1
		// Points and coordinates beyond the last are replaced by the last.
		add.u32 u, i, lane
		min.u32 u, u, last
		mad.wide.u32 w, u, 4, w
		sub.u32 u, d, 1
		min.u32 u, column, u
		mad.wide.u32 x, u, 4, x
		mad.lo.u32 i, warp, %d, i`, g.base("stages"), g.base("stages"), gradientPoints)
	g.mine, g.acc = g.Temps("f32", gradientPoints), g.Temps("f32", gradientPoints)
	for p := range gradientPoints {
		g.P(`add.u32 u, i, %d
			min.u32 u, u, last
			mul.wide.u32 offset, u, d
			shl.b64 offset, offset, 2
			add.u64 at, x, offset
			ld.global.f32 %s, [at]
			mov.f32 %s, %s`, p, g.mine[p], g.acc[p], num(0))
	}
}

// fetch loads the weights and the coordinates of the points from j on into registers. Weights of
// points beyond the last are 0.
func (g *gradientTile) fetch() {
	for m := range gradientPoints {
		g.P(`add.u32 u, j, warp
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
			ld.global.f32 %s, [at]`, m*work.Warps, g.weight[m], num(0), g.weight[m], g.other[m])
	}
}

// put stores the fetched values in shared memory, in the stage at side.
func (g *gradientTile) put() {
	g.P("add.u32 u, store, side")
	for m := range gradientPoints {
		g.P(`st.shared.f32 [u+%d], %s
			st.shared.f32 [u+%d], %s`, 4*work.Threads*m, g.weight[m], gradientHalf+4*work.Threads*m, g.other[m])
	}
}

// sum adds the weighted differences of a stage to the thread's sums.
func (g *gradientTile) sum() {
	g.P(`add.u32 at_w, from_w, side
		add.u32 at_x, from_x, side`)
	for k := range gradientPairs {
		there := g.f("ld.shared.f32", fmt.Sprintf("[at_x+%d]", gradientHalf+4*gradientPairs*k))
		for p, v := range g.quad(fmt.Sprintf("[at_w+%d]", 4*gradientPairs*k)) {
			g.P("fma.rn.f32 %s, %s, %s, %s", g.acc[p], v, g.sub(g.mine[p], there), g.acc[p])
		}
	}
}

// store stores the thread's sums, or adds them to dx.
func (g *gradientTile) store() {
	for p := range gradientPoints {
		g.P(`add.u32 u, i, %d
			setp.ge.u32 inside, u, n
			@inside bra done
			mul.wide.u32 offset, u, d
			shl.b64 offset, offset, 2
			add.u64 at, dx, offset
			mad.wide.u32 at, column, 4, at
			mov.f32 %s, %s
			@adds ld.global.f32 %s, [at]`, p, g.mine[p], num(0), g.mine[p])
		g.P("st.global.f32 [at], %s", g.add(g.mine[p], g.acc[p]))
	}
}
