package cohomology

import (
	"cmp"
	"slices"
)

// reduce finds the pairs of a degree, at least 1, by the reduction of columns.
func (e *Engine) reduce(degree int) {
	n := e.complex.Len(degree + 1)
	e.owners = resize(e.owners, n)
	clear(e.owners)
	e.column.reset(n, e.options.Modulus)
	for c := int32(e.complex.Len(degree)) - 1; c >= 0; c-- {
		if c&0xff == 0 && e.Stop.Requested() {
			return
		}
		if has(e.cleared, c) {
			continue
		}
		e.cofaces = e.complex.AppendCofacets(e.cofaces[:0], degree, int(c))
		if len(e.cofaces) == 0 {
			e.addEssential(c, -1)
			continue
		}
		pivot := int32(n)
		for _, f := range e.cofaces {
			pivot = min(pivot, max(f, ^f))
		}
		if e.owners[pivot] == 0 {
			e.owners[pivot] = owner(c + 1)
			e.addPair(degree, c, pivot, -1)
			continue
		}
		e.reduceColumn(degree, c)
	}
}

// reduceColumn reduces the column of a cell whose pivot another column has.
func (e *Engine) reduceColumn(degree int, c int32) {
	e.chain = e.chain[:0]
	e.add(degree, Term{c, 1}, 1)
	for steps := 0; ; steps++ {
		pivot := e.column.first()
		if pivot < 0 {
			column := int32(-1)
			if e.options.Chains {
				column = e.store(1)
			}
			e.addEssential(c, column)
			return
		}
		x := e.column.coefficient(pivot)
		o := e.owners[pivot]
		if o == 0 {
			column := e.store(e.field.Inverses[x])
			e.owners[pivot] = owner(-column - 1)
			e.addPair(degree, c, pivot, column)
			e.column.clear()
			return
		}
		if steps&0x3f == 0x3f && e.Stop.Requested() {
			e.column.clear()
			return
		}
		factor := uint32(e.options.Modulus) - x
		if o > 0 {
			cell := int32(o - 1)
			e.add(degree, Term{cell, 1}, factor*e.sign(degree, cell, pivot)%uint32(e.options.Modulus))
			continue
		}
		s := e.columns[-o-1]
		for _, t := range e.arena[s.from:s.to] {
			e.add(degree, t, factor)
		}
	}
}

// sign returns the coefficient of a cofacet, 1 or −1, in the coboundary of a cell.
func (e *Engine) sign(degree int, cell, cofacet int32) uint32 {
	if e.options.Modulus == 2 {
		return 1
	}
	e.cofaces = e.complex.AppendCofacets(e.cofaces[:0], degree, int(cell))
	if slices.Contains(e.cofaces, cofacet) {
		return 1
	}
	return uint32(e.options.Modulus) - 1
}

// add adds a multiple of a term to the chain, and of its coboundary to the column.
func (e *Engine) add(degree int, t Term, factor uint32) {
	p := uint32(e.options.Modulus)
	factor = factor * uint32(t.Coefficient) % p
	e.chain = append(e.chain, Term{t.Cell, uint16(factor)})
	e.cofaces = e.complex.AppendCofacets(e.cofaces[:0], degree, int(t.Cell))
	for _, f := range e.cofaces {
		if f < 0 {
			e.column.add(^f, p-factor)
		} else {
			e.column.add(f, factor)
		}
	}
}

// store keeps factor times the chain, and returns its place.
func (e *Engine) store(factor uint64) int32 {
	p := uint64(e.options.Modulus)
	slices.SortFunc(e.chain, func(s, t Term) int { return cmp.Compare(s.Cell, t.Cell) })
	from := len(e.arena)
	for i := 0; i < len(e.chain); {
		cell, sum := e.chain[i].Cell, uint64(0)
		for ; i < len(e.chain) && e.chain[i].Cell == cell; i++ {
			sum += uint64(e.chain[i].Coefficient)
		}
		if sum %= p; sum != 0 {
			e.arena = append(e.arena, Term{cell, uint16(sum * factor % p)})
		}
	}
	e.columns = append(e.columns, span{from, len(e.arena)})
	return int32(len(e.columns) - 1)
}
