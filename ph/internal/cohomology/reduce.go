package cohomology

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
)

// reduce finds the pairs of a degree, at least 1, by the reduction of columns.
func (e *Engine) reduce(degree int) {
	n := e.complex.Len(degree + 1)
	e.owners = reuse.Slice(e.owners, n)
	clear(e.owners)
	e.column.reset(n, e.options.Modulus)
	for c := int32(e.complex.Len(degree)) - 1; c >= 0; c-- {
		if c&0xff == 0 && e.Stop.Requested() {
			return
		}
		if bitset.Has(e.cleared, c) {
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

// reduceColumn reduces the column of cell c. The pivot of this column is at first also the
// pivot of another column.
func (e *Engine) reduceColumn(degree int, c int32) {
	e.chain = e.chain[:0]
	e.add(degree, c, 1)
	p := uint32(e.options.Modulus)
	for steps := 0; ; steps++ {
		pivot := e.column.first()
		if pivot < 0 {
			column := int32(-1)
			if e.options.Chains {
				column = e.storeChain(1)
			}
			e.addEssential(c, column)
			return
		}
		x := e.column.coefficient(pivot)
		o := e.owners[pivot]
		if o == 0 {
			inverse := e.field.Inverses[x]
			column := int32(len(e.columns))
			if e.options.Chains {
				e.storeChain(inverse)
				e.column.clear()
			} else {
				e.storeColumn(inverse)
			}
			e.owners[pivot] = owner(-column - 1)
			e.addPair(degree, c, pivot, column)
			return
		}
		if steps&0x3f == 0x3f && e.Stop.Requested() {
			e.column.clear()
			return
		}
		factor := p - x
		if o > 0 {
			cell := int32(o - 1)
			e.add(degree, cell, factor*e.sign(degree, cell, pivot)%p)
			continue
		}
		s := e.columns[-o-1]
		for _, t := range e.arena[s.from:s.to] {
			if y := factor * uint32(t.Coefficient) % p; e.options.Chains {
				e.add(degree, t.Cell, y)
			} else {
				e.column.add(t.Cell, y)
			}
		}
	}
}

// sign returns the coefficient of a cofacet in the coboundary of a cell: 1 or p−1.
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

// add adds factor times the coboundary of a cell to the column, and factor times the cell to
// the chain.
func (e *Engine) add(degree int, cell int32, factor uint32) {
	p := uint32(e.options.Modulus)
	if e.options.Chains {
		e.chain = append(e.chain, Term{cell, uint16(factor)})
	}
	e.cofaces = e.complex.AppendCofacets(e.cofaces[:0], degree, int(cell))
	for _, f := range e.cofaces {
		if f < 0 {
			e.column.add(^f, p-factor)
		} else {
			e.column.add(f, factor)
		}
	}
}

// storeColumn stores factor times the column in the arena. The column becomes empty.
func (e *Engine) storeColumn(factor uint64) {
	from := len(e.arena)
	for i := e.column.first(); i >= 0; i = e.column.first() {
		x := e.column.coefficient(i)
		e.arena = append(e.arena, Term{i, uint16(uint64(x) * factor % e.field.P)})
		e.column.add(i, e.column.modulus-x)
	}
	e.columns = append(e.columns, span{from, len(e.arena)})
}

// storeChain stores factor times the chain in the arena. It returns the index of the stored
// chain in columns.
func (e *Engine) storeChain(factor uint64) int32 {
	slices.SortFunc(e.chain, func(s, t Term) int { return cmp.Compare(s.Cell, t.Cell) })
	from := len(e.arena)
	for i := 0; i < len(e.chain); {
		cell, sum := e.chain[i].Cell, uint64(0)
		for ; i < len(e.chain) && e.chain[i].Cell == cell; i++ {
			sum += uint64(e.chain[i].Coefficient)
		}
		if sum %= e.field.P; sum != 0 {
			e.arena = append(e.arena, Term{cell, uint16(sum * factor % e.field.P)})
		}
	}
	e.columns = append(e.columns, span{from, len(e.arena)})
	return int32(len(e.columns) - 1)
}
