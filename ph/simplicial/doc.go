// Package simplicial builds filtered simplicial complexes, for [ph.Compute].
//
// A [Complex] is a list of simplices with the values at which they enter. [New] takes any
// such list. Two functions compute the list:
//
//   - [LowerStar] takes values on vertices: a simplex enters with the last of its vertices
//     (Edelsbrunner and Harer, Computational topology, 2010, section VI.3).
//   - [WeightedRips] takes distances and a weight for each point: a point enters late if its
//     weight is large. With the weights of [DistanceToMeasure], outliers enter late (Anai,
//     Chazal, Glisse, Ike, Inakoshi, Tinarrage and Umeda, DTM-based filtrations, 2019).
//
// For example, the peaks of a signal are the components of its superlevel sets, which are
// the sublevel sets of the negated signal:
//
//	path := []ph.Simplex{{0, 1}, {1, 2}, {2, 3}}
//	complex, err := simplicial.LowerStar([]float64{-1, -3, -2, -5}, path)
//	…
//	result, err := ph.Compute(ctx, complex, ph.Options{})
package simplicial
