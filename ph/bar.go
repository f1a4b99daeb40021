package ph

import "math"

// A Cell names the input values that the filtration value of a cell depends on:
// {u, v} with u > v is the distance of two points, {v, v} is point v or pixel v
// alone, and {-1, -1} stands for no cell.
type Cell struct{ U, V int32 }

// noCell is the DeathCell of an essential class.
var noCell = Cell{-1, -1}

// A Bar is one class of a filtration: it is born at the value Birth and dies at the value
// Death, +Inf for an essential class, which never dies.
//
// BirthCell and DeathCell are the pairing: the cells whose values are Birth and
// Death. In a Rips filtration they are edges, and Birth and Death their lengths;
// in degree 0 the birth cell is a vertex {v, v}. An essential class has the death
// cell {-1, -1}.
type Bar struct {
	Birth, Death         float64
	BirthCell, DeathCell Cell
}

// Persistence returns Death − Birth.
func (b Bar) Persistence() float64 { return b.Death - b.Birth }

// Essential reports whether the class never dies.
func (b Bar) Essential() bool { return math.IsInf(b.Death, 1) }

// A Diagram has the bars of one degree in the order of their deaths, essential bars last.
//
// It prints as degree 1: [0.3, 0.5) [0.4, ∞), and its JSON form is
//
//	{"degree": 1, "bars": [[0.3, 0.5], [0.4, null]], "edges": [[[4, 3], [2, 0]], [[7, 1], null]]}
//
// where null stands for the death and the death cell of an essential bar. Edges, the cells
// of birth and death, are left out if no bar names any.
type Diagram struct {
	Degree int
	Bars   []Bar
}

// Finite returns the bars that are not essential, a prefix of d.Bars.
func (d Diagram) Finite() []Bar {
	n := len(d.Bars)
	for n > 0 && d.Bars[n-1].Essential() {
		n--
	}
	return d.Bars[:n]
}
