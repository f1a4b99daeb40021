package kernels

// An Edge joins two points of a cloud, U > V, that lie Length apart.
//
// The Vietoris–Rips filtration adds edges by length, those of equal length by
// U, then V. As this order is total, what follows is unique even where
// distances are equal.
type Edge struct {
	Length float32
	U, V   int32
}

// A Lune is what there is to know of the lune of an edge: the points that are joined
// to both its ends before they are joined themselves. Two points of the lune that are
// joined before the edge, too, are in one piece of it, and so on.
//
// The apex is the point w of the lune for which the later of the edges from w to the
// ends comes first, −1 if the lune is empty. Other is the least point of another
// piece, −1 if none is meant.
type Lune struct {
	Edge
	Apex, Other int32
}

// A RipsDevice finds, among the n(n−1)/2 edges of a cloud, the few that shape
// its Vietoris–Rips filtration in low degrees, so that the matrix of distances
// need not leave it. dist is an n×n matrix as [Device.Distances] makes it.
//
// Both methods append to edges, in the order of the filtration, and wait, as
// Read does. Where distances are NaN or infinite so are the lengths of some
// edges of the tree.
type RipsDevice interface {
	Device

	// SpanningTree appends the n−1 edges of the minimum spanning tree. Their
	// lengths are the deaths of degree 0, and all there is to know of it.
	SpanningTree(edges []Edge, dist Buffer, n int) ([]Edge, error)
	// EmptyLunes appends the edges between points such that no third is joined to
	// both before they are: the relative neighborhood graph. These are the
	// spanning tree and the births of degree 1.
	//
	// For the deaths of degree 1 the host needs more: the columns of triangles
	// that it reduces can have any edge. It must then read the matrix, but not look
	// at the edges after the last loop.
	EmptyLunes(edges []Edge, dist Buffer, n int) ([]Edge, error)
}
