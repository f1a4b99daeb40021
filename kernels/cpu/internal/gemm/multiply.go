package gemm

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// A workspace is the memory of one worker. A slice grows to the largest size that a product
// has needed and is kept for later products.
type workspace struct {
	kernels *microkernel.Kernels
	loops   *simd.Loops

	a     []float32 // op(A) in the current block of k, if A is stored transposed
	panel []float32 // packed panels of B
	edge  []float32 // the last panel of C, if C has fewer columns left than the panel is wide
	bias  []float32 // the bias of edge, padded with zeros

	aOffsets, cOffsets, edgeOffsets []int                 // byte offsets of the rows of A, C and edge
	rowsB, rowsPanel, columnsA      microkernel.Multiples // byte offsets of the rows of B, panel and a
	call                            microkernel.Call
	prefetch                        microkernel.Prefetch
	space                           microkernel.Space
	next                            Product // the part after the current one, which this worker probably computes next; the zero Product if there is none
}

// multiply computes a product on the worker that owns w.
func (w *workspace) multiply(p *Product) {
	k := p.K
	if p.Alpha == 0 {
		k = 0
	}
	started := w.initC(p, k)
	if k > 0 {
		blocks := ceilDiv(k, microkernel.DepthBlock)
		step := w.kernels.Depth()
		depth := min(k, ceilDiv(ceilDiv(k, blocks), step)*step)
		for k0 := 0; k0 < k; k0 += depth {
			w.multiplyBlock(p, block{
				k0: k0, depth: min(depth, k-k0),
				add: started || k0 > 0, last: k0+depth >= k,
			})
		}
	}
	if p.Act != kernels.Identity && (p.Act != kernels.ReLU || k == 0) {
		for i := range p.M {
			c := p.C[i*p.LDC:][:p.N]
			w.loops.Map[p.Act](c, c)
		}
	}
}

// initC applies beta and the bias to C if the micro-kernels cannot, and reports whether the
// micro-kernels must add to C. A micro-kernel either overwrites C with sums that start from
// the bias, or adds to C sums that start from 0. So initC has nothing to do if beta is 0, or
// if beta is 1 and there is no bias. k is 0 if there are no products to sum.
func (w *workspace) initC(p *Product, k int) (add bool) {
	switch {
	case p.Beta == 0 && k > 0:
		return false
	case p.Beta == 1 && len(p.Bias) == 0:
		return true
	}
	for i := range p.M {
		c := p.C[i*p.LDC:][:p.N]
		switch {
		case p.Beta == 0:
			clear(c)
		case p.Beta != 1:
			for j := range c {
				c[j] *= p.Beta
			}
		}
		if len(p.Bias) != 0 {
			for j, v := range p.Bias[:p.N] {
				c[j] += v
			}
		}
	}
	return true
}

// A block is a range of k, the columns of op(A) and the rows of op(B).
type block struct {
	k0, depth int  // the range is [k0, k0+depth)
	add       bool // the products of the block are added to C; otherwise they overwrite C
	last      bool // no block follows, so that the micro-kernel applies the activation
}

// multiplyBlock computes the products of one block of k for all elements of C.
func (w *workspace) multiplyBlock(p *Product, b block) {
	call := &w.call
	*call = microkernel.Call{Runs: 1, Run: b.depth, Prefetch: &w.prefetch, Space: &w.space}
	w.layOutA(p, b)
	w.prefetch = microkernel.Prefetch{}
	if p.TransA {
		w.prefetch.Ranges[1] = p.nextA(&w.next, b.k0+b.depth, b.depth)
	}
	if b.add {
		call.Mode = microkernel.Accumulate
	}
	if b.last && p.Act == kernels.ReLU {
		call.Mode |= microkernel.Rectify
	}
	microkernel.RowOffsets(&w.cOffsets, p.M, 4*p.LDC)
	for j := 0; j < p.N; {
		kind, width := w.kernels.Panel(p.N - j)
		panels := w.layOutB(p, b, j, width)
		w.prefetch.SetFirst(nextB(w.kernels, p, b, j+panels*width))
		for panel := range panels {
			if panel > 0 {
				call.B = simd.At(call.B, b.depth*call.LDB)
			}
			if !b.add && len(p.Bias) != 0 {
				call.Bias = &p.Bias[j]
			}
			if j+width <= p.N {
				call.C, call.COffsets = &p.C[j], w.cOffsets
				w.kernels.Run(p.M, kind, call)
			} else {
				w.multiplyEdge(p, j, kind, b.add)
			}
			j += width
		}
	}
}

// multiplyEdge computes the last columns of C, from column j on, if they are fewer than the
// panel is wide. It computes a whole panel in w.edge and copies the columns of C from there.
func (w *workspace) multiplyEdge(p *Product, j, kind int, add bool) {
	call := &w.call
	columns, width := p.N-j, w.kernels.Vectors[kind]*w.kernels.Lanes
	edge := aligned.Grow(&w.edge, p.M*width)
	if add {
		for i := range p.M {
			copy(edge[i*width:][:columns], p.C[i*p.LDC+j:])
		}
	} else if len(p.Bias) != 0 {
		bias := aligned.Grow(&w.bias, width)
		clear(bias[copy(bias, p.Bias[j:][:columns]):])
		call.Bias = &bias[0]
	}
	call.C, call.COffsets = &edge[0], microkernel.RowOffsets(&w.edgeOffsets, p.M, 4*width)
	w.kernels.Run(p.M, kind, call)
	for i := range p.M {
		copy(p.C[i*p.LDC+j:][:columns], edge[i*width:])
	}
}
