package ph

import "slices"

// A Result is the persistent homology of a filtration: its classes by degree.
//
// The JSON form of a result is a list of diagrams, which [Result.MarshalJSON] shows.
type Result struct {
	// Classes[k] has the classes of degree k in the order of their deaths,
	// essential classes last.
	Classes [][]Class
}

// Diagrams returns the bars of each degree, in new memory.
func (r *Result) Diagrams() []Diagram { return copyBars(nil, r.Classes) }

// Clone returns a copy that stays valid when the engine that computed r is used again. It
// shares the simplices, cocycles and cycles, which no engine changes.
func (r *Result) Clone() *Result {
	c := &Result{Classes: make([][]Class, len(r.Classes))}
	for degree, classes := range r.Classes {
		c.Classes[degree] = slices.Clone(classes)
	}
	return c
}

// copyBars copies the bars of each degree into the diagram of that degree. It uses the
// memory of the given diagrams again and appends the diagrams that are missing.
func copyBars(diagrams []Diagram, classes [][]Class) []Diagram {
	for degree, list := range classes {
		if degree == len(diagrams) {
			diagrams = append(diagrams, Diagram{Degree: degree})
		}
		d := &diagrams[degree]
		d.Bars = slices.Grow(d.Bars[:0], len(list))
		for i := range list {
			d.Bars = append(d.Bars, list[i].Bar)
		}
	}
	return diagrams
}

// A Class is one class of persistent homology: its bar, and the simplices, the cocycle
// and the cycle that [Options] ask for. A field that they do not ask for is nil.
type Class struct {
	Bar

	// BirthSimplex is the simplex whose entry gives birth to the class, DeathSimplex the
	// simplex whose entry ends it. In a Rips filtration BirthCell and DeathCell are the
	// longest edges of these simplices; in degree 0 BirthSimplex is a vertex.
	// DeathSimplex is nil if the class is essential.
	BirthSimplex, DeathSimplex Simplex

	// Cocycle represents the class in cohomology, in degree 1 and higher. At each scale
	// at which the class is alive, the terms of Cocycle whose simplices have entered
	// are a cocycle of the complex at this scale.
	Cocycle Chain

	// Cycle represents the class in homology, in degree 1 and higher: its boundary is 0,
	// its last simplex is the birth simplex, with the coefficient 1, and it is a boundary
	// from the death on and not before.
	Cycle Chain
}

// A Simplex is a set of points, ascending.
type Simplex []int32

// A Chain is a linear combination of simplices.
type Chain []Term

// A Term is a simplex with its coefficient, from 1 to p−1. The orientation of a
// simplex is that of its points in ascending order.
type Term struct {
	Simplex     Simplex
	Coefficient int
}
