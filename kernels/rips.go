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
// Both methods append, in the order of the filtration, and wait, as Read does.
// A point with a coordinate that is NaN or infinite shows, as all its distances are:
// so is the length of an edge of the tree, whose edges are all among the lunes.
type RipsDevice interface {
	Device

	// SpanningTree appends the n−1 edges of the minimum spanning tree. Their
	// lengths are the deaths of degree 0, and all there is to know of it.
	SpanningTree(edges []Edge, dist Buffer, n int) ([]Edge, error)
	// Lunes appends all there is to know of degrees 0 and 1:
	//
	//   - once each edge whose lune is empty. They are the relative neighborhood
	//     graph: the spanning tree and the births of degree 1;
	//   - each edge whose lune is in pieces, once for each of them that the apex is not
	//     in, ascending by Other. These are the columns of triangles that may end a
	//     loop: each begins with the edges that join the ends to Apex and to Other;
	//   - once each further edge that joins an end of a listed edge to its apex or to
	//     Other: these are what a column can have while it is reduced, as the triangle
	//     over its apex takes an edge from a column.
	//
	// By no other edge is a loop born or ended.
	Lunes(lunes []Lune, dist Buffer, n int) ([]Lune, error)
}
