package kerneltest

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/kernels/rips"
)

// Lunes is the oracle of the method Lunes of [rips.Device], for n×n distances. It follows the
// definition literally, and takes up to O(n⁴) operations.
func Lunes(dist []float32, n int) []rips.Lune {
	lunes := DisconnectedLunes(dist, n, n)
	listed := map[rips.Edge]bool{}
	for _, l := range lunes {
		listed[l.Edge] = true
	}
	for i := 0; i < len(lunes); i++ { // the loop appends to lunes, and visits what it appends
		l := lunes[i]
		for _, w := range []int32{l.Apex, l.Other} {
			for _, end := range []int32{l.U, l.V} {
				if w < 0 {
					continue
				}
				leg := edgeOf(dist, n, int(end), int(w))
				if listed[leg] {
					continue
				}
				listed[leg] = true
				lunes = append(lunes, rips.Lune{Edge: leg, Apex: int32(apexOf(dist, n, leg, luneOf(dist, n, leg))), Other: -1})
			}
		}
	}
	sortLunes(lunes)
	return lunes
}

// DisconnectedLunes returns the entries of [Lunes] for edges whose lune is empty or has
// several components. It considers only the edges between points 0 to first−1. Their lunes
// may hold any of the n points.
func DisconnectedLunes(dist []float32, n, first int) []rips.Lune {
	var lunes []rips.Lune
	for u := range first {
		for v := range u {
			e := edgeOf(dist, n, u, v)
			lune := luneOf(dist, n, e)
			apex := apexOf(dist, n, e, lune)
			if apex < 0 {
				lunes = append(lunes, rips.Lune{Edge: e, Apex: -1, Other: -1})
			}
			joined := func(i, j int) bool { return CompareEdges(edgeOf(dist, n, i, j), e) < 0 }
			for _, component := range components(lune, joined) {
				if !slices.Contains(component, apex) {
					lunes = append(lunes, rips.Lune{Edge: e, Apex: int32(apex), Other: int32(slices.Min(component))})
				}
			}
		}
	}
	sortLunes(lunes)
	return lunes
}

// luneOf returns the points of the lune of an edge, in ascending order.
func luneOf(dist []float32, n int, e rips.Edge) (lune []int) {
	for w := range n {
		if w != int(e.U) && w != int(e.V) && CompareEdges(latestTo(dist, n, e, w), e) < 0 {
			lune = append(lune, w)
		}
	}
	return lune
}

// apexOf returns the apex of the lune of e, or −1 if the lune is empty.
func apexOf(dist []float32, n int, e rips.Edge, lune []int) int {
	if len(lune) == 0 {
		return -1
	}
	return slices.MinFunc(lune, func(v, w int) int { return CompareEdges(latestTo(dist, n, e, v), latestTo(dist, n, e, w)) })
}

// latestTo returns the later of the two edges from w to the ends of e.
func latestTo(dist []float32, n int, e rips.Edge, w int) rips.Edge {
	return slices.MaxFunc([]rips.Edge{edgeOf(dist, n, int(e.U), w), edgeOf(dist, n, int(e.V), w)}, CompareEdges)
}

// edgeOf returns the edge between points i and j.
func edgeOf(dist []float32, n, i, j int) rips.Edge {
	i, j = max(i, j), min(i, j)
	return rips.Edge{Length: dist[i*n+j], U: int32(i), V: int32(j)}
}

// components returns the connected components of the graph on points in which i and j are
// adjacent if joined(i, j).
func components(points []int, joined func(i, j int) bool) (all [][]int) {
	rest := slices.Clone(points)
	for len(rest) > 0 {
		component := []int{rest[0]}
		rest = rest[1:]
		for i := 0; i < len(component); i++ { // the loop appends to component, and visits what it appends
			rest = slices.DeleteFunc(rest, func(w int) bool {
				if !joined(component[i], w) {
					return false
				}
				component = append(component, w)
				return true
			})
		}
		all = append(all, component)
	}
	return all
}

// sortLunes sorts lunes by edge, in the order of the filtration, then by Other.
func sortLunes(lunes []rips.Lune) {
	slices.SortFunc(lunes, func(k, l rips.Lune) int {
		return cmp.Or(CompareEdges(k.Edge, l.Edge), cmp.Compare(k.Other, l.Other))
	})
}

// CompareEdges returns −1, 0 or 1 as edge e comes before f in the filtration, is f, or comes
// after f. The order is by length, then U, then V.
func CompareEdges(e, f rips.Edge) int {
	return cmp.Or(cmp.Compare(e.Length, f.Length), cmp.Compare(e.U, f.U), cmp.Compare(e.V, f.V))
}
