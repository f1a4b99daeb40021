package ph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/ph/internal/cohomology"
	"github.com/topogen/topogen/ph/internal/parallel"
	"github.com/topogen/topogen/ph/internal/radix"
)

// A Filtration is a filtered cell complex.
//
// The cells of each dimension are numbered from 0 in the order in which the filtration
// adds them. So the values must not descend. A cell must not enter before a cell of its
// boundary.
type Filtration interface {
	// Len returns the number of cells of a dimension, 0 above the dimension of the
	// complex.
	Len(dim int) int

	// Value returns the value at which a cell enters: a finite number.
	Value(dim, i int) float64

	// AppendCofacets appends the cofacets of a cell, the cells of dimension dim+1
	// that have it in their boundary. A cofacet j whose boundary has the cell with
	// coefficient −1 is appended as ^j. Each edge must be a cofacet of two vertices, or
	// of none if it joins a vertex to itself.
	AppendCofacets(dst []int32, dim, i int) []int32

	// Cell names the input values that Value(dim, i) depends on. Bars have the result
	// as BirthCell or DeathCell.
	Cell(dim, i int) Cell
}

// Simplices is a further interface of a [Filtration] whose cells are simplices. The
// filtration must implement it if the options ask for simplices, cocycles or cycles.
type Simplices interface {
	// Simplex returns the points of a cell, ascending. The caller may keep it.
	Simplex(dim, i int) Simplex
}

// Compute returns the persistent homology of a filtered complex by the reduction of
// its coboundary matrix, with clearing, and by the merging of connected components in
// degree 0 and, where the complex has a dual graph, in the degree below its dimension.
// Classes of persistence 0 are left out.
//
// Of the options it reads MaxDegree, Modulus, Simplices, Cocycles and Cycles. [Rips] computes
// Vietoris–Rips filtrations much faster.
func Compute(ctx context.Context, f Filtration, o Options) (*Result, error) {
	return new(Engine).Filtration(ctx, f, o)
}

// Filtration returns what [Compute] returns. The result is valid until the engine is used
// again.
func (e *Engine) Filtration(ctx context.Context, f Filtration, o Options) (*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if f == nil {
		return nil, errors.New("ph: the filtration is nil")
	}
	simplices, ok := f.(Simplices)
	if !ok && (o.Simplices || o.Cocycles || o.Cycles) {
		return nil, fmt.Errorf("ph: simplices, cocycles or cycles of a %T: it has no method Simplex", f)
	}
	if err := checkValues(f, o.MaxDegree+1); err != nil {
		return nil, err
	}
	e.begin(&o)
	g := &e.general
	g.Stop = parallel.StopOf(ctx)
	var finder *cycleFinder
	if o.Cycles {
		finder = newCycleFinder(f, simplices, o.Modulus, g.Stop)
	}
	err := g.Run(f, cohomology.Options{Degree: o.MaxDegree, Modulus: o.Modulus, Chains: o.Cocycles, All: o.Cycles}, func(degree int, pairs []cohomology.Pair) {
		pairs = e.sortPairs(pairs, f.Len(degree+1))
		var representatives []Chain // of each pair
		if o.Cycles {
			representatives = finder.cycles(degree, pairs)
		}
		classes := slices.Grow(e.classes[degree][:0], len(pairs))
		for i, p := range pairs {
			birth := int(p.Birth)
			classes = classes[:len(classes)+1]
			c := &classes[len(classes)-1]
			*c = Class{}
			c.Birth, c.Death, c.BirthCell, c.DeathCell = f.Value(degree, birth), math.Inf(1), f.Cell(degree, birth), noCell
			if p.Death >= 0 {
				c.Death, c.DeathCell = f.Value(degree+1, int(p.Death)), f.Cell(degree+1, int(p.Death))
			}
			if c.Birth == c.Death {
				classes = classes[:len(classes)-1]
				continue
			}
			if o.Cycles {
				c.Cycle = representatives[i]
			}
			if o.Simplices {
				c.BirthSimplex = simplices.Simplex(degree, birth)
				if p.Death >= 0 {
					c.DeathSimplex = simplices.Simplex(degree+1, int(p.Death))
				}
			}
			if o.Cocycles && degree > 0 {
				for _, t := range g.Chain(p) {
					c.Cocycle = append(c.Cocycle, Term{simplices.Simplex(degree, int(t.Cell)), int(t.Coefficient)})
				}
			}
		}
		for i := range classes {
			if i > 0 && compareClasses(&classes[i-1], &classes[i]) > 0 {
				slices.SortFunc(classes, func(a, b Class) int { return compareClasses(&a, &b) })
				break
			}
		}
		e.classes[degree] = classes
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return &e.result, nil
}

// sortPairs sorts pairs by death, essential pairs last and by birth. Cells, of which n may be
// deaths, are numbered in the order of their values. So classes of these pairs are in the order
// of deaths, and only those of equal death may be out of order.
func (e *Engine) sortPairs(pairs []cohomology.Pair, n int) []cohomology.Pair {
	items := e.radix.Begin(len(pairs))
	for i, p := range pairs {
		items[i] = uint64(min(uint32(p.Death), uint32(n)))<<32 | uint64(i)
	}
	items = e.radix.Sort(32 + max(0, bits.Len(uint(n))-e.radix.Bits()))
	radix.Finish(items)
	e.pairs = e.pairs[:0]
	finite := len(pairs)
	for k, item := range items {
		p := pairs[uint32(item)]
		if p.Death < 0 {
			finite = min(finite, k)
		}
		e.pairs = append(e.pairs, p)
	}
	slices.SortFunc(e.pairs[finite:], func(p, q cohomology.Pair) int { return cmp.Compare(p.Birth, q.Birth) })
	return e.pairs
}

// compareClasses orders classes by death, birth and cells.
func compareClasses(a, b *Class) int {
	return cmp.Or(cmp.Compare(a.Death, b.Death), cmp.Compare(a.Birth, b.Birth),
		compareCells(a.DeathCell, b.DeathCell), compareCells(a.BirthCell, b.BirthCell))
}

func compareCells(a, b Cell) int { return cmp.Or(cmp.Compare(a.U, b.U), cmp.Compare(a.V, b.V)) }

// checkValues checks the cells of dimensions 0 to highest. It returns an error that names
// the first cell whose value is not finite or is less than the value of the cell before.
func checkValues(f Filtration, highest int) error {
	for dim := range highest + 1 {
		n := f.Len(dim)
		if n == 0 && dim > 0 {
			return nil
		}
		last := math.Inf(-1)
		for i := range n {
			v := f.Value(dim, i)
			if v-v != 0 {
				return fmt.Errorf("ph: cell %d of dimension %d has the value %v: values must be finite", i, dim, v)
			}
			if v < last {
				return fmt.Errorf("ph: cell %d of dimension %d has the value %v, less than %v of the cell before: cells must be in the order of their values", i, dim, v, last)
			}
			last = v
		}
	}
	return nil
}
