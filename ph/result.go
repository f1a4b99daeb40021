package ph

// A Result is the persistent homology of a filtration. What belongs to a bar
// has the bar's place: Simplices[k][i] to Diagrams[k].Bars[i].
type Result struct {
	// Diagrams has degrees 0, 1, ….
	Diagrams []Diagram

	// Simplices are the pairing, in each degree, when asked for.
	Simplices [][]Pairing

	// Cocycles are representatives of the classes of each degree, when asked
	// for, and empty in degree 0. A cocycle is one at all scales where its class
	// is alive, restricted to the simplices that are there.
	Cocycles [][]Chain

	// Cycles are representatives of the classes of degree 1, when asked for: a
	// set of edges, an even number at each point, that the birth edge completes
	// and that is a boundary from death on. It is empty where the class is
	// essential.
	Cycles [][]Edge
}

// begin makes room for what is asked for.
func (r *Result) begin(o *Options) {
	if o.Simplices {
		r.Simplices = make([][]Pairing, o.MaxDegree+1)
	}
	if o.Cocycles {
		r.Cocycles = make([][]Chain, o.MaxDegree+1)
	}
	if o.Cycles && o.MaxDegree > 0 {
		r.Cycles = [][]Edge{}
	}
}

// A Simplex is a set of points, ascending.
type Simplex []int32

// A Pairing names the simplices with which a class is born and ends, which are
// the youngest of all whose edges are no longer than the birth and the death
// edge of its bar. End is empty where the class is essential.
type Pairing struct {
	Birth, End Simplex
}

// A Chain is a linear combination of simplices.
type Chain []Term

// A Term is a simplex with its coefficient, from 1 to p−1. The orientation of a
// simplex is that of its points in ascending order.
type Term struct {
	Simplex     Simplex
	Coefficient int
}
