package metric

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// adjacency is a graph as a matrix: adjacency[a][b] tells whether a and b are joined.
type adjacency [][]bool

func (g adjacency) Meet(a, b int32) bool {
	for c := range g {
		if g[a][c] && g[b][c] {
			return true
		}
	}
	return false
}

func (g adjacency) AppendNeighbors(list []int32, a int32) []int32 {
	for c, joined := range g[a] {
		if joined {
			list = append(list, int32(c))
		}
	}
	return list
}

// Every space finds the edges with empty lunes that a search of all points finds, also where many
// distances are equal or 0.
func TestEmptyLunes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	searched := 0
	for round := range 200 {
		n, dim := 2+random.IntN(50), 1+random.IntN(4)
		coords := make([]float32, n*dim)
		for i := range coords {
			coords[i] = float32(random.NormFloat64())
			if round%3 > 0 {
				coords[i] = float32(random.IntN(2 + round%3*3)) // ties, and points that coincide
			}
		}
		data := make([]float32, n*n)
		for a := range n {
			for b := range n {
				data[a*n+b] = Distance(coords[a*dim:(a+1)*dim], coords[b*dim:(b+1)*dim])
			}
		}
		euclidean := new(Euclidean[float32])
		require.NoError(t, euclidean.Begin(dim, coords, 0, random.IntN(2) == 0))
		spaces := []Space[float32]{euclidean}
		if round%2 == 0 {
			spaces = nil // a part of the points at distance 0 of each other, as in cross-barcodes
			from := random.IntN(n)
			to := from + random.IntN(n+1-from)
			for a := from; a < to; a++ {
				clear(data[a*n+from : a*n+to])
			}
		}
		dense, sparse := new(Dense[float32]), new(Sparse[float32])
		require.NoError(t, dense.Begin(n, data, false, 1e9, false))
		dense.limit = 1e9 // beyond the enclosing radius, so that all edges count
		sparse.Begin(n, 0)
		var edges []Edge[float32]
		for a := range n {
			for b := range a {
				edges = append(edges, Edge[float32]{data[a*n+b], int32(a), int32(b)})
				require.NoError(t, sparse.Add(len(edges), a, b, data[a*n+b]))
			}
		}
		sparse.Finish()
		spaces = append(spaces, dense, sparse)
		slices.SortFunc(edges, CompareEdges)
		last := random.IntN(len(edges))
		if round%4 == 0 {
			last /= 8 // the beginning, where some points have no neighbors
		}
		after := edges[last]

		rank := make([]int, n*n)
		for i, e := range edges {
			rank[int(e.A)*n+int(e.B)], rank[int(e.B)*n+int(e.A)] = i, i
		}
		var want []Edge[float32]
		for i, e := range edges[last+1:] {
			i += last + 1
			empty := true
			for c := range int32(n) {
				if c != e.A && c != e.B && rank[int(e.A)*n+int(c)] < i && rank[int(e.B)*n+int(c)] < i {
					empty = false
				}
			}
			if empty {
				want = append(want, e)
			}
		}
		searched += len(want)
		for _, s := range spaces {
			place, _ := s.Layout()
			near := make(adjacency, n)
			for a := range near {
				near[a] = make([]bool, n)
			}
			for _, e := range edges[:last+1] {
				a, b := e.A, e.B
				if place != nil {
					a, b = place[a], place[b]
				}
				near[a][b], near[b][a] = true, true
			}
			for _, workers := range []int{1, 3} {
				found := s.AppendEmptyLunes(nil, after, near, workers)
				slices.SortFunc(found, CompareEdges)
				require.Equal(t, want, found, "round %d, %T, %d points, after %v", round, s, n, after)
			}
		}
	}
	require.Greater(t, searched, 1000)
}
