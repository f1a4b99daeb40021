package topoloss

import (
	"fmt"
	"math"
)

// A Conflict says what becomes of an edge that is in several critical sets of the gradient
// method BigStep, which ask for different lengths. The strategies are those of Oineus, the
// program of the authors of the method.
type Conflict uint8

const (
	ConflictMax      Conflict = iota // the edge follows the target that is farthest from its length
	ConflictAverage                  // its derivative is the mean of those of its targets
	ConflictSum                      // its derivative is the sum of those of its targets
	ConflictCritical                 // an edge that is a birth or death follows its own target, any other has the mean
)

// conflictNames are the names of the constants, in their order.
var conflictNames = []string{"max", "average", "sum", "critical"}

func (c Conflict) String() string {
	if int(c) < len(conflictNames) {
		return conflictNames[c]
	}
	return fmt.Sprintf("conflict %d", uint8(c))
}

// A movement gathers the targets of an edge.
type movement struct {
	displacement float64  // of the farthest target, 0 if there is none
	farthest     float64  // the derivative towards that target
	all, own     gathered // of all targets, and of those of births and deaths at the edge itself
}

// gathered is the sum of some derivatives, and their number.
type gathered struct {
	sum   float64
	count int
}

func (g *gathered) add(derivative float64) { g.sum, g.count = g.sum+derivative, g.count+1 }

func (g *gathered) mean() float64 {
	if g.count == 0 {
		return 0
	}
	return g.sum / float64(g.count)
}

// follow adds a target of an edge of the given length. own says that the target is that of a
// birth or death at the edge itself. The first of two equally far targets counts as the
// farthest.
func (m *movement) follow(length float64, t aim, own bool) {
	derivative := t.weight * 2 * (length - t.at) // of weight·(length − t.at)²
	if d := math.Abs(length - t.at); d > m.displacement {
		m.displacement, m.farthest = d, derivative
	}
	m.all.add(derivative)
	if own {
		m.own.add(derivative)
	}
}

// derivative returns the derivative by the length of the edge.
func (m *movement) derivative(c Conflict) float64 {
	switch {
	case c == ConflictMax:
		return m.farthest
	case c == ConflictSum:
		return m.all.sum
	case c == ConflictCritical && m.own.count > 0:
		return m.own.mean()
	}
	return m.all.mean()
}
