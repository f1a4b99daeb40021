package reduced

import "github.com/topogen/topogen/ph/internal/metric"

// A lunes value receives the edges of a filtration one after another, and has the
// current lune: the set of the points joined to both ends of the last edge before it.
// Points are known by their places.
type lunes interface {
	// add adds an edge and makes its lune the current one. It returns a point of the
	// lune, −1 if that is empty.
	add(a, b int32) int32
	// removeComponent removes the connected component of v from the current lune, and
	// returns a point that is left, −1 if there is none.
	removeComponent(v int32) int32
}

// A graph finds lunes from the neighbors that points have so far.
type graph interface {
	lunes
	metric.Neighbors
	// begin starts with n points and no edge.
	begin(n int)
}

// maxBitPoints is the number of points up to which neighborhoods are bitsets. They take
// a bit for each pair of points, twice.
const maxBitPoints = 1 << 14

func has(set []uint64, v int32) bool { return set[v>>6]>>(v&63)&1 != 0 }

// resize returns s with length n; its contents are unspecified.
func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
