package gemm

import (
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

const (
	// packRows is the smallest number of rows of A for which packing B saves time.
	packRows = 24
	// packColumns is about the number of columns of B that are packed together. With 256
	// columns, packing reads 16 consecutive cache lines of each row of B.
	packColumns = 256
)

// layOutA points w.call to the columns of op(A) in block b of k. If A is stored transposed,
// layOutA first transposes these columns to w.a. Otherwise the micro-kernels read them in
// place.
func (w *workspace) layOutA(p *Product, b block) {
	a, lda, k0 := p.A, p.LDA, b.k0
	if p.TransA {
		// Column i of the stored K×M matrix becomes row i of w.a.
		a, lda = aligned.Grow(&w.a, p.M*b.depth), b.depth
		w.kernels.Transpose(a, w.columnsA.List(p.M, 4*b.depth), p.A[k0*p.LDA:], p.LDA, b.depth, p.M)
		k0 = 0
	}
	w.call.A, w.call.AOffsets = &a[k0], microkernel.RowOffsets(&w.aOffsets, p.M, 4*lda)
}

// layOutB points w.call to the rows of op(B) in block b of k, for one or more panels of the
// given width. The first panel begins at column j. layOutB packs the panels one after the
// other into w.panel, or leaves one panel in place if packing does not pay. It returns the
// number of panels.
func (w *workspace) layOutB(p *Product, b block, j, width int) (panels int) {
	call := &w.call
	columns, depth := p.N-j, b.depth
	if !p.TransB && width <= columns && p.M < packRows && p.Alpha == 1 {
		call.B, call.LDB = &p.B[b.k0*p.LDB+j], 4*p.LDB // the micro-kernels read B in place
		return 1
	}
	panels = 1
	if !p.TransB {
		panels = max(1, min(packColumns, columns)/width)
	}
	packed := aligned.Grow(&w.panel, panels*depth*width)
	call.B, call.LDB = &packed[0], 4*width
	if p.TransB {
		if columns < width {
			clear(packed)
		}
		w.kernels.Transpose(packed, w.rowsPanel.List(depth, 4*width), p.B[j*p.LDB+b.k0:], p.LDB, min(columns, width), depth)
	} else {
		// GatherPanels reads panels·width elements of each row. If op(B) has fewer
		// columns left, it reads on into the next row. In the last rows that would
		// exceed the slice, so these rows are copied one by one.
		src := p.B[b.k0*p.LDB+j:]
		whole := 0
		if len(src) >= panels*width {
			whole = min(depth, (len(src)-panels*width)/p.LDB+1)
			w.kernels.GatherPanels(packed, src, w.rowsB.List(depth, 4*p.LDB)[:whole], width, panels)
		}
		for k := whole; k < depth; k++ {
			copy(packed[k*width:][:width], src[k*p.LDB:])
		}
	}
	if p.Alpha != 1 {
		for i := range packed {
			packed[i] *= p.Alpha
		}
	}
	return panels
}

// nextA returns the memory of A that layOutA transposes next, after it has transposed the
// columns of op(A) before k0. That is the next depth columns of op(A). If there are no more,
// it is the first depth columns of op(A) in the product next.
func (p *Product) nextA(next *Product, k0, depth int) microkernel.Lines {
	if k0 >= p.K {
		p, k0 = next, 0
	}
	if p.M == 0 {
		return microkernel.Lines{}
	}
	return microkernel.Matrix(p.A[k0*p.LDA:], min(depth, p.K-k0), p.M, p.LDA)
}

// nextB returns the memory of B that layOutB packs next, after it has packed the columns
// before j in block b of k. That is the next columns in the same block. If there are no more,
// it is the first columns in the next block.
func nextB(kernels *microkernel.Kernels, p *Product, b block, j int) microkernel.Lines {
	k0 := b.k0
	if j >= p.N {
		if k0, j = k0+b.depth, 0; k0 >= p.K {
			return microkernel.Lines{}
		}
	}
	depth := min(b.depth, p.K-k0)
	if p.TransB {
		_, width := kernels.Panel(p.N - j)
		return microkernel.Matrix(p.B[j*p.LDB+k0:], min(width, p.N-j), depth, p.LDB)
	}
	return microkernel.Matrix(p.B[k0*p.LDB+j:], depth, min(packColumns, p.N-j), p.LDB)
}
