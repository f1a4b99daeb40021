package ph

import (
	"math"
	"slices"

	"github.com/topogen/topogen/ph/internal/flagcomplex"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/reduced"
)

// cellOf returns the cell of an edge.
func cellOf[T Float](e metric.Edge[T]) Cell { return Cell{e.A, e.B} }

// componentBar returns the bar of a connected component that ends.
func componentBar[T Float](m reduced.Merge[T]) Bar {
	return Bar{0, positive(float64(m.Edge.Length)), Cell{m.Ended, m.Ended}, cellOf(m.Edge)}
}

// rootBar returns the bar of a connected component that does not end.
func rootBar(v int32) Bar { return Bar{0, math.Inf(1), Cell{v, v}, noCell} }

// loopBar returns the bar of a loop.
func loopBar[T Float](l reduced.Loop[T]) Bar {
	if l.Apex < 0 {
		return Bar{positive(float64(l.Birth.Length)), math.Inf(1), cellOf(l.Birth), noCell}
	}
	return Bar{positive(float64(l.Birth.Length)), positive(float64(l.Death.Length)), cellOf(l.Birth), cellOf(l.Death)}
}

// reducedBars returns the diagrams of degree 0 and, if highest is 1, degree 1, from the
// merges and loops of the reduced filtration. It makes no classes, which saves a
// considerable part of the time for a small cloud.
func reducedBars[T Float](e *Engine, s *solver[T], highest int) []Diagram {
	for len(e.diagrams) <= highest {
		e.diagrams = append(e.diagrams, Diagram{Degree: len(e.diagrams)})
	}
	d := &e.diagrams[0]
	d.Bars = d.Bars[:0]
	for _, m := range s.low.Merges() {
		d.Bars = append(d.Bars, componentBar(m))
	}
	e.roots = s.low.AppendRoots(e.roots[:0])
	for _, v := range e.roots {
		d.Bars = append(d.Bars, rootBar(v))
	}
	if highest == 1 {
		d := &e.diagrams[1]
		d.Bars = d.Bars[:0]
		s.loops = s.low.AppendLoops(s.loops[:0])
		for _, l := range s.loops {
			d.Bars = append(d.Bars, loopBar(l))
		}
	}
	return e.diagrams[:highest+1]
}

// appendComponents appends the classes of degree 0.
func appendComponents[T Float](e *Engine, r lowDegrees[T], o *Options, classes []Class) []Class {
	e.roots = r.AppendRoots(e.roots[:0])
	classes = slices.Grow(classes, len(r.Merges())+len(e.roots))
	for _, m := range r.Merges() {
		c := Class{Bar: componentBar(m)}
		if o.Simplices {
			c.BirthSimplex, c.DeathSimplex = Simplex{m.Ended}, Simplex{m.Edge.B, m.Edge.A}
		}
		classes = append(classes, c)
	}
	for _, v := range e.roots {
		c := Class{Bar: rootBar(v)}
		if o.Simplices {
			c.BirthSimplex = Simplex{v}
		}
		classes = append(classes, c)
	}
	return classes
}

// appendLoops appends the classes of degree 1, from the loops of the reduced filtration.
// n is the number of points.
func appendLoops[T Float](s *solver[T], n int, o *Options, classes []Class) []Class {
	var tree *forest[T]
	s.loops = s.low.AppendLoops(s.loops[:0])
	classes = slices.Grow(classes, len(s.loops))
	bySpindles := s.low == lowDegrees[T](&s.spindle)
	for _, l := range s.loops {
		c := Class{Bar: loopBar(l)}
		essential := l.Apex < 0
		if o.Simplices {
			c.BirthSimplex = Simplex{l.Birth.B, l.Birth.A}
			if !essential {
				c.DeathSimplex = Simplex{l.Death.B, l.Death.A, l.Apex}
				slices.Sort(c.DeathSimplex)
			}
		}
		switch {
		case !o.Cycles:
		case !essential && !bySpindles:
			c.Cycle = edgeCycle(s.reduced.AppendCycle(nil, l))
		default:
			if tree == nil {
				tree = newForest(n, s.low.Merges())
			}
			births := []metric.Edge[T]{l.Birth}
			if !essential {
				births = s.spindle.AppendBirths(nil, l)
			}
			c.Cycle = edgeCycle(tree.close(births))
		}
		classes = append(classes, c)
	}
	return classes
}

// appendPairs appends the classes of a degree from pairs of simplices. It leaves out classes
// of persistence 0. If representatives is not nil, it has the cycle of each pair.
func appendPairs(f *flagcomplex.Engine, o *Options, degree int, pairs []flagcomplex.Pair, representatives []Chain, classes []Class) []Class {
	for i, p := range pairs {
		ends, length := f.Youngest(p.Birth, degree+1)
		c := Class{Bar: Bar{positive(length), math.Inf(1), Cell(ends), noCell}}
		if p.Death != 0 {
			ends, length := f.Youngest(p.Death, degree+2)
			c.Death, c.DeathCell = positive(length), Cell(ends)
		}
		if c.Birth == c.Death {
			continue
		}
		if representatives != nil {
			c.Cycle = representatives[i]
		}
		if o.Simplices {
			c.BirthSimplex = simplexOf(f, p.Birth, degree+1)
			if p.Death != 0 {
				c.DeathSimplex = simplexOf(f, p.Death, degree+2)
			}
		}
		if o.Cocycles {
			chain := f.Chain(p)
			c.Cocycle = make(Chain, 0, len(chain))
			for _, t := range chain {
				c.Cocycle = append(c.Cocycle, Term{simplexOf(f, t, degree+1), f.Coefficient(t)})
			}
		}
		classes = append(classes, c)
	}
	return classes
}

// simplexOf returns the points of the simplex that has a code.
func simplexOf(f *flagcomplex.Engine, code uint64, points int) Simplex {
	s := make(Simplex, points)
	f.Points(s, code)
	return s
}

// lengthOf returns the length of the youngest edge of a simplex, given its code.
func lengthOf(f *flagcomplex.Engine, code uint64, points int) float64 {
	_, length := f.Youngest(code, points)
	return length
}

// positive returns a length with the sign of 0 dropped, so that it prints as "0".
func positive(length float64) float64 { return length + 0 }
