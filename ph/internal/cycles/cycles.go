// Package cycles finds representative cycles of the classes of persistent homology.
//
// # Problem
//
// Persistent cohomology finds pairs of cells and cocycles, but no cycles. The reduction of
// the whole boundary matrix would find cycles, and take far longer.
//
// # Idea
//
// The pairs are known, so only the columns of cells that end a class are reduced (Čufar and
// Virk, Fast computation of persistent homology representatives with involuted persistent
// homology, 2023). The reduced column of such a cell is a cycle whose last cell is the birth
// cell. It is a boundary from the death on, as it is the boundary of a chain whose last cell
// is the death cell. For an essential class, multiples of reduced columns of one degree less
// are added to the boundary of the birth cell until that is 0. The same multiples of the
// chains that have these boundaries, with the birth cell, are the cycle.
//
// # Invariant
//
// Before each step of a reduction, the last cell of the column gives birth to a class. A cell
// before the column's own cell ends that class, until the last cell is the partner of the
// column's own cell: then the column is reduced.
//
// # Cost
//
// The worst case is cubic in the number of pairs. A column that needs no reduction is not
// stored.
package cycles

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/ph/internal/field"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// A Complex is a filtered cell complex. In each dimension cells are numbers, in the order of
// the filtration.
type Complex interface {
	// AppendBoundary appends the boundary of a cell of dimension dim.
	AppendBoundary(dst []Term, dim int, cell uint64) []Term
	// Partner returns the cell of dimension dim+1 that ends the class to which a cell gives
	// birth, if that pair is not in the list of pairs. It must be the first cofacet of the
	// cell, and the cell the last facet of it.
	Partner(dim int, cell uint64) uint64
}

// A Term is a cell with its coefficient, from 1 to p−1.
type Term struct {
	Cell        uint64
	Coefficient uint64
}

// A Pair is the cells that give birth to a class and end it.
type Pair struct {
	Birth, Death uint64
	Essential    bool // the class has no death
}

// A Reducer finds cycles. The zero value is ready for use.
type Reducer struct {
	Stop parallel.Stop // makes Run return early

	complex Complex
	field   field.Field
	chains  bool // whether to keep chains
	columns map[uint64]column
	heap    []Term // the column that is being reduced; equal cells are not yet added up
	chain   []Term // the chain whose boundary the column is
	terms   []Term // the boundary of one cell
	scale   uint64 // the factor of the latest call of boundary
}

// A column is the reduced column of the cell that ends a class.
type column struct {
	death    uint64
	boundary []Term // the coefficient of the birth cell is 1; nil if the boundary of death needs no reduction
	chain    []Term // the chain whose boundary this is; nil if boundary is, or if no chains are kept
}

// Run reports a cycle for each pair of a degree, which must be at least 1. The list pairs has
// the pairs of this degree, and the list below has those of one degree less. Both lists must
// include the pairs of persistence 0, except those that Complex.Partner finds. A cycle is
// valid during the call of report.
func (r *Reducer) Run(c Complex, modulus, degree int, below, pairs []Pair, report func(pair int, cycle []Term)) {
	r.complex = c
	r.field.Reset(modulus)
	isEssential := func(p Pair) bool { return p.Essential }
	if slices.ContainsFunc(pairs, isEssential) {
		r.chains = true
		r.reduceAll(degree-1, below)
		for i, p := range pairs {
			if p.Essential && !r.Stop.Requested() {
				report(i, r.close(degree, p.Birth))
			}
		}
	}
	r.chains = false
	r.reduceAll(degree, pairs)
	for i, p := range pairs {
		if p.Essential || r.Stop.Requested() {
			continue
		}
		cycle := r.columns[p.Birth].boundary
		if cycle == nil {
			cycle = r.boundary(degree, p.Birth, p.Death)
		}
		report(i, cycle)
	}
}

// reduceAll reduces the columns of the cells that end classes of a degree.
func (r *Reducer) reduceAll(degree int, pairs []Pair) {
	r.columns = make(map[uint64]column)
	order := slices.DeleteFunc(slices.Clone(pairs), func(p Pair) bool { return p.Essential })
	slices.SortFunc(order, func(p, q Pair) int { return cmp.Compare(p.Death, q.Death) })
	for _, p := range order {
		if r.Stop.Requested() {
			return
		}
		r.reduce(degree, p)
	}
}

// reduce reduces the column of the death of a pair and stores it.
func (r *Reducer) reduce(degree int, p Pair) {
	r.start(degree+1, p.Death)
	stored := column{death: p.Death}
	for steps := 0; ; steps++ {
		last, ok := r.pop()
		if !ok {
			return // a stop was requested before, and a column is missing
		}
		if last.Cell == p.Birth {
			r.push(last, 1)
			if steps > 0 {
				factor := r.field.Inverses[last.Coefficient]
				stored.boundary = r.drain(factor)
				if r.chains {
					stored.chain = r.sum(factor)
				}
			}
			break
		}
		if steps&0x3f == 0x3f && r.Stop.Requested() {
			return
		}
		r.eliminate(degree, last)
	}
	r.columns[p.Birth] = stored
}

// close returns a cycle whose last cell is the birth cell of an essential class. The columns
// of one degree less must have been reduced, with their chains.
func (r *Reducer) close(degree int, birth uint64) []Term {
	r.start(degree, birth)
	for steps := 0; ; steps++ {
		last, ok := r.pop()
		if !ok || steps&0x3f == 0x3f && r.Stop.Requested() {
			return r.sum(1)
		}
		r.eliminate(degree-1, last)
	}
}

// start sets the column to the boundary of a cell.
func (r *Reducer) start(dim int, cell uint64) {
	r.heap, r.chain = r.heap[:0], append(r.chain[:0], Term{cell, 1})
	r.terms = r.complex.AppendBoundary(r.terms[:0], dim, cell)
	for _, t := range r.terms {
		r.push(t, 1)
	}
}

// eliminate adds the multiple of a column that cancels the last term of the current column,
// which has been popped.
func (r *Reducer) eliminate(degree int, last Term) {
	r.push(last, 1)
	factor := r.field.Negate(last.Coefficient)
	c, ok := r.columns[last.Cell]
	if !ok {
		c.death = r.complex.Partner(degree, last.Cell)
	}
	if c.boundary == nil {
		// boundary returns a multiple of the boundary of death.
		c.boundary = r.boundary(degree, last.Cell, c.death)
		if r.chains {
			c.chain = []Term{{c.death, r.scale}}
		}
	}
	for _, t := range c.boundary {
		r.push(t, factor)
	}
	if r.chains {
		for _, t := range c.chain {
			r.chain = append(r.chain, Term{t.Cell, t.Coefficient * factor % r.field.P})
		}
	}
}
