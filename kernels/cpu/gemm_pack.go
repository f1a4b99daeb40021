package cpu

// blockA puts depth columns of A from k0 on where tiles can read them.
func (w *workspace) blockA(p *product, k0, depth int) {
	a, lda := p.a, p.lda
	if p.transA {
		// Column i of what is stored becomes row i.
		a, lda = room(&w.a, p.m*depth), depth
		w.transpose(a, w.columnsA.multiples(p.m, 4*depth), p.a[k0*p.lda:], p.lda, depth, p.m)
		k0 = 0
	}
	offsets(&w.aoff, p.m, 4*lda)
	w.call.a, w.call.aoff = &a[k0], w.aoff
}

// groupColumns is how many columns of B are packed together: a few lines of the
// cache from each row.
const groupColumns = 256

// panelsB puts panels of B, of which the first begins at row k0 and column j,
// where tiles can read them, one behind the other, and returns how many.
func (w *workspace) panelsB(p *product, k0, j, depth, width int) int {
	call := &w.call
	columns := p.n - j
	if !p.transB && width <= columns && p.m < packRows && p.alpha == 1 {
		call.b, call.ldb = &p.b[k0*p.ldb+j], 4*p.ldb
		return 1
	}
	panels := 1
	if !p.transB {
		panels = max(1, min(groupColumns, columns)/width)
	}
	b := room(&w.panel, panels*depth*width)
	call.b, call.ldb = &b[0], 4*width
	if p.transB {
		if columns < width {
			clear(b)
		}
		w.transpose(b, w.rowsPanel.multiples(depth, 4*width), p.b[j*p.ldb+k0:], p.ldb, min(columns, width), depth)
	} else {
		// The last rows of the last panel may end before the panel does.
		src := p.b[k0*p.ldb+j:]
		whole := 0
		if len(src) >= panels*width {
			whole = min(depth, (len(src)-panels*width)/p.ldb+1)
			w.tiling.gather(&b[0], &src[0], &w.rowsB.multiples(depth, 4*p.ldb)[0], whole, width, panels)
		}
		for k := whole; k < depth; k++ {
			copy(b[k*width:][:width], src[k*p.ldb:])
		}
	}
	if p.alpha != 1 {
		for i := range b {
			b[i] *= p.alpha
		}
	}
	return panels
}

// multiplyEdge computes the last panel of C, which is wider than what is left.
func (w *workspace) multiplyEdge(p *product, j, kind, width int, add bool) {
	call := &w.call
	columns := p.n - j
	edge := room(&w.edge, p.m*width)
	if add {
		for i := range p.m {
			copy(edge[i*width:][:columns], p.c[i*p.ldc+j:])
		}
	} else if len(p.bias) != 0 {
		bias := room(&w.bias, width)
		clear(bias[copy(bias, p.bias[j:][:columns]):])
		call.bias = &bias[0]
	}
	offsets(&w.eoff, p.m, 4*width)
	call.c, call.coff = &edge[0], w.eoff
	w.tiling.rows(p.m, kind, call)
	for i := range p.m {
		copy(p.c[i*p.ldc+j:][:columns], edge[i*width:])
	}
}
