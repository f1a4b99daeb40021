package cohomology

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
	"github.com/topogen/topogen/ph/internal/field"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/unionfind"
)

// A Complex is a filtered cell complex. Its cells are numbered dimension by dimension
// in the order of the filtration.
type Complex interface {
	// Len returns the number of cells of a dimension, 0 above the dimension of the
	// complex.
	Len(dim int) int
	// Value returns the value at which the filtration adds a cell.
	Value(dim, i int) float64
	// AppendCofacets appends the cofacets of a cell: j for a cofacet whose boundary
	// has the cell with coefficient 1, and ^j for coefficient −1.
	AppendCofacets(dst []int32, dim, i int) []int32
}

// Options say what to compute.
type Options struct {
	Degree  int  // the highest degree
	Modulus int  // a prime
	Chains  bool // whether to find the cocycles of classes of degree 1 and higher
	All     bool // whether to report pairs whose two cells have the same value, too
}

// A Pair is a class: the numbers of the cells that give birth to it and end it. Death is
// −1 for an essential class.
type Pair struct {
	Birth, Death int32

	column int32 // the index in Engine.columns, −1 if the cocycle is the cell Birth alone
}

// A Term is a cell with its coefficient.
type Term struct {
	Cell        int32
	Coefficient uint16
}

// An Engine computes the pairs of complexes. It is a workspace: used again for a
// complex of no larger size it allocates nothing. The zero value is ready for use.
type Engine struct {
	Stop parallel.Stop // makes Run return early once it is requested

	complex Complex
	field   field.Field
	options Options

	pairs   []Pair
	cleared []uint64 // the set of the cells that end a class of one degree less
	next    []uint64 // the set of the cells that end a class of the current degree

	ends       [][2]int32 // the ends of the edges of the complex or of its dual graph
	components unionfind.Components

	column  column  // the column that is being reduced
	owners  []owner // for each cell the column whose pivot it is
	columns []span  // each stored column, as a part of arena
	arena   []Term  // the entries of columns; if Options.Chains is set, their chains instead
	// chain is used if Options.Chains is set. Its coboundary is the column that is being
	// reduced. Equal cells are not yet added up.
	chain   []Term
	cofaces []int32 // the cofacets of one cell
}

// An owner tells which column has a pivot: 0 stands for none, c+1 for the coboundary of
// cell c, and −k−1 for stored column k.
type owner int32

// A span stands for arena[from:to].
type span struct{ from, to int }

// Run finds the classes of a complex, and calls report with the pairs of each degree
// from 0 to the highest. The pairs are valid during the call and in no particular
// order. Pairs whose two cells have the same value are left out unless the options ask for
// them.
//
// It is an error if an edge does not have two vertices or none. If Stop is requested,
// Run returns nil early and does not report the degree that it was computing.
func (e *Engine) Run(c Complex, o Options, report func(degree int, pairs []Pair)) error {
	e.complex, e.options = c, o
	e.field.Reset(o.Modulus)
	top := 0
	for c.Len(top+1) > 0 {
		top++
	}
	for degree := range o.Degree + 1 {
		e.pairs, e.columns, e.arena = e.pairs[:0], e.columns[:0], e.arena[:0]
		if degree > top || c.Len(0) == 0 {
			report(degree, e.pairs)
			continue
		}
		if n := c.Len(degree + 1); n > math.MaxInt32 {
			return fmt.Errorf("ph: %d cells of dimension %d: want at most %d", n, degree+1, math.MaxInt32)
		}
		e.next = reuse.Slice(e.next, bitset.Words(c.Len(degree+1)))
		clear(e.next)
		switch {
		case degree == 0:
			if err := e.mergeVertices(); err != nil {
				return err
			}
		case degree == top-1 && !o.Chains && e.dual(degree):
		default:
			e.reduce(degree)
		}
		if e.Stop.Requested() {
			return nil
		}
		report(degree, e.pairs)
		e.cleared, e.next = e.next, e.cleared
	}
	return nil
}

// Chain returns the cocycle of a pair. It may be called while [Engine.Run] reports the
// pair, if the options ask for chains and the degree is at least 1.
func (e *Engine) Chain(p Pair) []Term {
	if p.column < 0 {
		return append(e.chain[:0], Term{p.Birth, 1})
	}
	s := e.columns[p.column]
	return e.arena[s.from:s.to]
}

// addPair adds the pair of two cells. column is the index of the stored column of the
// cell birth, −1 if it is not stored.
func (e *Engine) addPair(degree int, birth, death, column int32) {
	bitset.Add(e.next, death)
	if e.options.All || e.complex.Value(degree, int(birth)) != e.complex.Value(degree+1, int(death)) {
		e.pairs = append(e.pairs, Pair{birth, death, column})
	}
}

// addEssential adds an essential class. column is as in addPair.
func (e *Engine) addEssential(birth, column int32) {
	e.pairs = append(e.pairs, Pair{birth, -1, column})
}
