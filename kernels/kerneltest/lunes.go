package kerneltest

import (
	"cmp"
	"slices"

	"github.com/topogen/topogen/kernels/rips"
)

// Lunes returns what [rips.Device] says of a cloud's n×n distances, by its
// words alone: it takes O(n⁴) operations at the worst.
func Lunes(dist []float32, n int) []rips.Lune {
	lunes := LunesInPieces(dist, n, n)
	listed := map[rips.Edge]bool{}
	for _, l := range lunes {
		listed[l.Edge] = true
	}
	for i := 0; i < len(lunes); i++ { // which grow
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

// LunesInPieces returns those among them that are empty or in pieces, of the edges
// between the first so many points.
func LunesInPieces(dist []float32, n, first int) []rips.Lune {
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
			for _, piece := range pieces(lune, joined) {
				if !slices.Contains(piece, apex) {
					lunes = append(lunes, rips.Lune{Edge: e, Apex: int32(apex), Other: int32(slices.Min(piece))})
				}
			}
		}
	}
	sortLunes(lunes)
	return lunes
}

// luneOf returns the points that are joined to both ends of an edge before they are.
func luneOf(dist []float32, n int, e rips.Edge) (lune []int) {
	for w := range n {
		if w != int(e.U) && w != int(e.V) && CompareEdges(latestTo(dist, n, e, w), e) < 0 {
			lune = append(lune, w)
		}
	}
	return lune
}

// apexOf returns the point of a lune that is first joined to both ends.
func apexOf(dist []float32, n int, e rips.Edge, lune []int) int {
	if len(lune) == 0 {
		return -1
	}
	return slices.MinFunc(lune, func(v, w int) int { return CompareEdges(latestTo(dist, n, e, v), latestTo(dist, n, e, w)) })
}

// latestTo returns the later of the edges from the ends of e to w.
func latestTo(dist []float32, n int, e rips.Edge, w int) rips.Edge {
	return slices.MaxFunc([]rips.Edge{edgeOf(dist, n, int(e.U), w), edgeOf(dist, n, int(e.V), w)}, CompareEdges)
}

func edgeOf(dist []float32, n, i, j int) rips.Edge {
	i, j = max(i, j), min(i, j)
	return rips.Edge{Length: dist[i*n+j], U: int32(i), V: int32(j)}
}

// pieces returns the connected components of a graph.
func pieces(points []int, joined func(i, j int) bool) (all [][]int) {
	rest := slices.Clone(points)
	for len(rest) > 0 {
		piece := []int{rest[0]}
		rest = rest[1:]
		for i := 0; i < len(piece); i++ { // which grows
			rest = slices.DeleteFunc(rest, func(w int) bool {
				if !joined(piece[i], w) {
					return false
				}
				piece = append(piece, w)
				return true
			})
		}
		all = append(all, piece)
	}
	return all
}

func sortLunes(lunes []rips.Lune) {
	slices.SortFunc(lunes, func(k, l rips.Lune) int {
		return cmp.Or(CompareEdges(k.Edge, l.Edge), cmp.Compare(k.Other, l.Other))
	})
}

// CompareEdges orders edges as the filtration does.
func CompareEdges(e, f rips.Edge) int {
	return cmp.Or(cmp.Compare(e.Length, f.Length), cmp.Compare(e.U, f.U), cmp.Compare(e.V, f.V))
}
