package reduced

import "github.com/topogen/topogen/ph/internal/metric"

// A lunes value receives the edges of a filtration one after another. It has the current
// lune: the set of the points that were joined to both ends of the last edge when this edge
// came. Points are given by their places, which [metric.Space] defines.
type lunes interface {
	// add adds an edge and makes its lune the current one. It returns a point of the
	// lune, −1 if the lune is empty.
	add(a, b int32) int32
	// removeComponent removes the connected component of v from the current lune. It
	// returns a point that is left in the lune, −1 if no point is left.
	removeComponent(v int32) int32
}

// A graph has the neighbors of each point so far, and finds lunes by intersecting them.
type graph interface {
	lunes
	metric.Neighbors
	// begin starts with n points and no edge.
	begin(n int)
}

// maxBitPoints is the largest number of points for which neighborhoods are bitsets. For n
// points they take n² bits: 32 MiB for this number.
const maxBitPoints = 1 << 14
