package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// # How a product is computed
//
// C is cut into parts, for the threads to share. In a part, k is cut into
// blocks; for each block and each panel of columns, one tile wide, the panel of
// B is packed, that is, copied so that its rows follow one another, and then all
// tiles of the panel run down the rows of A, adding to C what the block of k
// contributes:
//
//	                    ┌──┬──┬──┐
//	            block   │░░│  │  │    packed: 256×16 floats, half of the
//	            of k    │░░│  │  │    first-level cache, read once per tile
//	                    └──┴──┴──┘
//	┌─────────┐         ┌──┬──┬──┐
//	│▒▒▒▒▒▒▒▒▒│  tile   │██│  │  │    6×16 sums in registers
//	├─────────┤         ├──┼──┼──┤
//	│         │         │  │  │  │
//	└─────────┘         └──┴──┴──┘
//	at most 240×256 floats,
//	from the second-level cache
//
// A tile reads each row of A along k, so A is used where it lies, and only a
// transposed A is turned first, a block of it at a time; a transposed B is turned
// by its packing. Packing costs a few cycles for a row of a panel, and each tile
// then takes 6 for it, so that it is hardly noticed when A has a few dozen rows.
// With fewer, B too is read where it lies if it can be. The widths are those of
// AVX2; with AVX-512 a tile is 64 columns wide, and its panel comes from the
// second-level cache, which delivers what it needs.
//
// The last panel, if it is wider than what is left of C, is computed beside C
// and copied.
const (
	depthBlock = 256 // of k
	rowBlock   = 240 // of rows in a part: 240 KB of A with depthBlock
	packRows   = 24  // with fewer rows of A, packing B does not pay
)

// Gemm computes C = act(alpha·op(A)·op(B) + beta·C + bias). Before the
// activation, the error of an element is at most (K+4)·2⁻²⁴ times the sum of the
// magnitudes of all that is added up in it.
func (d *Device) Gemm(g kernels.Gemm) {
	g = check.Gemm(g)
	if g.M == 0 || g.N == 0 {
		return
	}
	p := product{
		m: g.M, n: g.N, k: g.K, transA: g.TransA, transB: g.TransB, alpha: g.Alpha, beta: g.Beta,
		a: d.span(g.A), b: d.span(g.B), c: d.span(g.C), bias: d.span(g.Bias), lda: g.LDA, ldb: g.LDB, ldc: g.LDC, act: g.Act,
	}
	m, n := d.products.divide(&p)
	d.run(ceilDiv(p.m, m)*ceilDiv(p.n, n), gemmPart, args{products: d.products, product: p, m: m, n: n})
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// gemmPart computes a block of a.m rows and a.n columns of C.
func gemmPart(a *args, part int) {
	columns := ceilDiv(a.product.n, a.n)
	sub := a.product.block(part/columns*a.m, part%columns*a.n, a.m, a.n)
	w := a.space()
	w.next = product{}
	if next := part + 1; next < ceilDiv(a.product.m, a.m)*columns {
		w.next = a.product.block(next/columns*a.m, next%columns*a.n, a.m, a.n)
	}
	w.multiply(&sub)
}

// A product is C = act(alpha·op(A)·op(B) + beta·C + bias) of matrices in memory.
type product struct {
	m, n, k        int
	transA, transB bool
	alpha, beta    float32
	a, b, c, bias  []float32
	lda, ldb, ldc  int
	act            kernels.Func
}

// block returns the product for the block of C of at most m×n elements that
// begins at element i, j.
func (p *product) block(i, j, m, n int) product {
	sub := *p
	sub.m, sub.n = min(m, p.m-i), min(n, p.n-j)
	sub.c = p.c[i*p.ldc+j:]
	if p.k > 0 {
		atA, atB := i*p.lda, j
		if p.transA {
			atA = i
		}
		if p.transB {
			atB = j * p.ldb
		}
		sub.a, sub.b = p.a[atA:], p.b[atB:]
	}
	if len(p.bias) != 0 {
		sub.bias = p.bias[j:]
	}
	return sub
}

// divide returns the size of the parts of C that take the threads the least
// time, by an estimate in cycles.
func (s *products) divide(p *product) (m, n int) {
	const (
		wake  = 6000 // of having other threads join in
		start = 2000 // of handing a part out, and of its small beginnings
		fetch = 0.1  // of having an element of A come near
		turn  = 0.4  // of turning an element
		idle  = 0.02 // of a part, in the end, because threads are not equally fast
	)
	width := s.tiling.vectors[0] * s.tiling.lanes
	panels := ceilDiv(p.n, width)
	each, pack := fetch, 5.0 // an element of A, a row of a panel
	if p.transA {
		each += turn
	}
	if p.transB {
		pack = turn * float64(width)
	}
	best := 0.0
	for rows := ceilDiv(p.m, rowBlock); ; rows *= 2 {
		mb := (ceilDiv(p.m, rows) + 5) / 6 * 6
		for columns := 1; columns <= panels && (columns == 1 || rows*columns <= 8*s.threads); columns *= 2 {
			nb := ceilDiv(panels, columns)
			parts := ceilDiv(p.m, mb) * ceilDiv(panels, nb)
			time := start + float64(p.k)*(float64(nb)*(float64(mb)+pack)+each*float64(mb)) // of one
			if parts > 1 && s.threads > 1 {
				time = wake + time*(float64(ceilDiv(parts, s.threads))+idle)
			} else {
				time *= float64(parts)
			}
			if best == 0 || time < best {
				best, m, n = time, mb, nb*width
			}
		}
		if rows >= 2*s.threads || mb <= 12 {
			return m, n
		}
	}
}

// multiply computes a product on one thread.
func (w *workspace) multiply(p *product) {
	k := p.k
	if p.alpha == 0 {
		k = 0
	}
	started := w.startC(p, k)
	if k > 0 {
		blocks := ceilDiv(k, depthBlock)
		depth := min(k, (ceilDiv(k, blocks)+3)&^3)
		for k0 := 0; k0 < k; k0 += depth {
			w.multiplyBlock(p, k0, min(depth, k-k0), started || k0 > 0, k0+depth >= k)
		}
	}
	if p.act != kernels.Identity && (p.act != kernels.ReLU || k == 0) {
		for i := range p.m {
			c := p.c[i*p.ldc:][:p.n]
			w.loops.maps[p.act](c, c)
		}
	}
}

// startC does what tiles can't with what C holds, beta and the bias, and
// reports whether the product is to be added to C.
func (w *workspace) startC(p *product, k int) bool {
	switch {
	case p.beta == 0 && k > 0:
		return false
	case p.beta == 1 && len(p.bias) == 0:
		return true
	}
	for i := range p.m {
		c := p.c[i*p.ldc:][:p.n]
		switch {
		case p.beta == 0:
			clear(c)
		case p.beta != 1:
			for j := range c {
				c[j] *= p.beta
			}
		}
		if len(p.bias) != 0 {
			for j, v := range p.bias[:p.n] {
				c[j] += v
			}
		}
	}
	return true
}

// multiplyBlock adds to C what the depth columns of A from k0 on contribute.
func (w *workspace) multiplyBlock(p *product, k0, depth int, add, last bool) {
	call := &w.call
	*call = tileCall{runs: 1, run: depth, soon: &w.soon}
	w.blockA(p, k0, depth)
	w.soon = soon{}
	if p.transA {
		w.soon.spans[1] = p.soonA(&w.next, k0+depth, depth)
	}
	if add {
		call.mode = accumulate
	}
	if last && p.act == kernels.ReLU {
		call.mode |= rectify
	}
	offsets(&w.coff, p.m, 4*p.ldc)
	for j := 0; j < p.n; {
		kind, width := w.tiling.panel(p.n - j)
		panels := w.panelsB(p, k0, j, depth, width)
		w.soon.first(w.tiling.soonB(p, k0, j+panels*width, depth))
		for panel := range panels {
			if panel > 0 {
				call.b = at(call.b, depth*call.ldb)
			}
			if !add && len(p.bias) != 0 {
				call.bias = &p.bias[j]
			}
			if j+width <= p.n {
				call.c, call.coff = &p.c[j], w.coff
				w.tiling.rows(p.m, kind, call)
			} else {
				w.multiplyEdge(p, j, kind, width, add)
			}
			j += width
		}
	}
}

// soonA returns what is turned of a transposed A with up to depth rows of B from k0
// on, or, if there are none, what is turned first for the next product.
func (p *product) soonA(next *product, k0, depth int) lines {
	if k0 >= p.k {
		p, k0 = next, 0
	}
	if p.m == 0 {
		return lines{}
	}
	return matrix(p.a[k0*p.lda:], min(depth, p.k-k0), p.m, p.lda)
}

// soonB returns the part of B that is packed when all columns before j are done
// with the depth rows from k0 on.
func (t *tiling) soonB(p *product, k0, j, depth int) lines {
	if j >= p.n {
		if k0, j = k0+depth, 0; k0 >= p.k {
			return lines{}
		}
	}
	depth = min(depth, p.k-k0)
	if p.transB {
		_, width := t.panel(p.n - j)
		return matrix(p.b[j*p.ldb+k0:], min(width, p.n-j), depth, p.ldb)
	}
	return matrix(p.b[k0*p.ldb+j:], depth, min(groupColumns, p.n-j), p.ldb)
}
