package ph

// lunes are told of the edges of a filtration, one after another, and know the lune of
// each: the set of the points joined to both its ends before. Points are known by
// their places.
type lunes interface {
	// add adds an edge. It makes the set of the common neighbors of its ends the
	// lune at hand, and returns a point of it, −1 if there is none.
	add(a, b int32) int32
	// removeComponent takes away the points that v is connected to within the
	// lune at hand, and returns a point that is left, −1 if there is none.
	removeComponent(v int32) int32
}

// A graph finds lunes by the neighbors that points have had so far.
type graph interface {
	lunes
	// begin starts with n points and no edge.
	begin(n int)
	// meet reports whether a and b have a neighbor in common.
	meet(a, b int32) bool
	// neighbors appends the neighbors of a point.
	neighbors(list []int32, a int32) []int32
}

// mostBitPoints is up to how many points sets are kept as bits: it takes a bit
// for each two points.
const mostBitPoints = 1 << 14
