package ph

import "math"

// An Edge is a pair of points, by index. {v, v} stands for the vertex v, and
// {-1, -1} for no edge.
type Edge struct{ U, V int32 }

// noEdge ends the classes that never end.
var noEdge = Edge{-1, -1}

// A Bar is one feature of a filtration: a class that is born at the value
// Birth and dies at the value Death, +Inf for an essential class.
//
// BirthEdge and DeathEdge are the pairing: the edges whose lengths are Birth and
// Death. In degree 0 the birth edge is a vertex {v, v}; an essential class has
// the death edge {-1, -1}.
type Bar struct {
	Birth, Death         float64
	BirthEdge, DeathEdge Edge
}

// Persistence returns Death − Birth.
func (b Bar) Persistence() float64 { return b.Death - b.Birth }

// Essential reports whether the class never dies.
func (b Bar) Essential() bool { return math.IsInf(b.Death, 1) }

// A Diagram holds the bars of one degree in the order in which they die,
// essential bars last.
//
// It prints as degree 1: [0.3, 0.5) [0.4, ∞), and its JSON form is
//
//	{"degree": 1, "bars": [[0.3, 0.5], [0.4, null]], "edges": [[[4, 3], [2, 0]], [[7, 1], null]]}
//
// with null for what an essential bar does not have. Edges are left out where
// no bar names any.
type Diagram struct {
	Degree int
	Bars   []Bar
}

// Finite returns the bars that die, a prefix of d.Bars.
func (d Diagram) Finite() []Bar {
	n := len(d.Bars)
	for n > 0 && d.Bars[n-1].Essential() {
		n--
	}
	return d.Bars[:n]
}
