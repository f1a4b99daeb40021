package flagcomplex

import (
	"math/bits"
	"slices"

	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// Ends are the points of an edge, U > V.
type Ends struct{ U, V int32 }

// A skeleton is the graph of a filtration with its edges in order, which determines the
// complex. The rank of an edge is its position in the order. The rank of a simplex is that
// of its youngest edge.
type skeleton struct {
	n       int
	ends    []Ends    // of the edge of each rank
	lengths []float64 // of the edge of each rank
	stop    parallel.Stop

	// links[starts[v]:starts[v+1]] are the edges at v, by ascending neighbor, if the
	// graph is not dense.
	links  []link
	starts []int32

	// A dense graph has a bitset of neighbors for each point. ranks has the ranks of the
	// edges to them, point by point and by ascending neighbor. The ranks for word w of
	// near begin at before[w].
	dense  bool
	words  int // of a bitset
	near   []uint64
	before []uint32
	ranks  []uint32

	// apex is, for each edge, the point of its lune that comes first in the order of
	// points of the edge, −1 if the lune is empty. dominated is the set of the edges
	// whose apex is joined to all other points of the lune.
	apex      []int32
	dominated []uint64
}

// A link is an edge to a neighbor.
type link struct {
	to   int32
	rank uint32
}

// noEdge is the rank of a pair of points that are not joined. It is greater than all ranks.
const noEdge = ^uint32(0)

// beginSkeleton sets s to the graph of edges, which are in order in several runs.
func beginSkeleton[T metric.Float](s *skeleton, n int, runs [][]metric.Edge[T]) {
	count := 0
	for _, r := range runs {
		count += len(r)
	}
	s.n, s.words = n, (n+63)/64
	s.ends, s.lengths = resize(s.ends, count), resize(s.lengths, count)
	rank := 0
	for _, r := range runs {
		for _, e := range r {
			s.ends[rank], s.lengths[rank] = Ends{e.A, e.B}, float64(e.Length)
			rank++
		}
	}
	// Bitsets are faster. They take less memory than links if more than one pair of points
	// of 80 is an edge.
	s.dense = n <= 1024 || count >= n*n/128
	if s.dense {
		s.fillSets()
	} else {
		s.fillLinks()
	}
}

func (s *skeleton) fillSets() {
	s.near, s.before = resize(s.near, s.n*s.words), resize(s.before, s.n*s.words)
	clear(s.near)
	for _, e := range s.ends {
		a, b := int(e.U), int(e.V)
		s.near[a*s.words+b>>6] |= 1 << (b & 63)
		s.near[b*s.words+a>>6] |= 1 << (a & 63)
	}
	count := uint32(0)
	for w, x := range s.near {
		s.before[w] = count
		count += uint32(bits.OnesCount64(x))
	}
	s.ranks = resize(s.ranks, int(count))
	for i, e := range s.ends {
		*s.place(e.U, e.V), *s.place(e.V, e.U) = uint32(i), uint32(i)
	}
}

// place returns the place of the rank of an edge in a dense graph.
func (s *skeleton) place(a, b int32) *uint32 {
	w := int(a)*s.words + int(b>>6)
	return &s.ranks[s.before[w]+countBefore(s.near[w], b)]
}

// countBefore returns the number of points before v in the word that has v.
func countBefore(word uint64, v int32) uint32 {
	return uint32(bits.OnesCount64(word & (1<<(v&63) - 1)))
}

func (s *skeleton) fillLinks() {
	s.starts, s.links = resize(s.starts, s.n+2), resize(s.links, 2*len(s.ends))
	clear(s.starts)
	ends := s.starts[1:]
	for _, e := range s.ends {
		ends[e.U+1]++
		ends[e.V+1]++
	}
	for v := 1; v < len(ends); v++ {
		ends[v] += ends[v-1]
	}
	for i, e := range s.ends {
		s.links[ends[e.U]] = link{e.V, uint32(i)}
		s.links[ends[e.V]] = link{e.U, uint32(i)}
		ends[e.U]++
		ends[e.V]++
	}
	for v := range int32(s.n) {
		slices.SortFunc(s.linksOf(v), func(p, q link) int { return int(p.to - q.to) })
	}
}

// isDominated reports whether an edge is dominated, so that it changes no homology.
func (s *skeleton) isDominated(rank uint32) bool { return s.dominated[rank>>6]>>(rank&63)&1 != 0 }

func (s *skeleton) linksOf(v int32) []link { return s.links[s.starts[v]:s.starts[v+1]] }

func (s *skeleton) neighbors(v int32) []uint64 { return s.near[int(v)*s.words:][:s.words] }

// rank returns the rank of the edge between two points, noEdge if they are not joined.
func (s *skeleton) rank(a, b int32) uint32 {
	if s.dense {
		if !has(s.neighbors(a), b) {
			return noEdge
		}
		return *s.place(a, b)
	}
	links := s.linksOf(a)
	i, ok := slices.BinarySearchFunc(links, b, func(l link, b int32) int { return int(l.to - b) })
	if !ok {
		return noEdge
	}
	return links[i].rank
}

// A cone is a point that is joined to all points of a simplex, and the youngest edge
// between it and the simplex: the edge to point number at, of a rank.
type cone struct {
	point int32
	at    int32
	rank  uint32
}

// appendCones appends the cones over a simplex with a point below limit, by ascending
// point. set is room for a bitset.
func (s *skeleton) appendCones(cones []cone, points []int32, limit int32, set []uint64) []cone {
	if !s.dense {
		return s.appendConesOfLinks(cones, points, limit)
	}
	set = set[:(limit+63)/64]
	copy(set, s.neighbors(points[0]))
	for _, p := range points[1:] {
		for w, x := range s.neighbors(p)[:len(set)] {
			set[w] &= x
		}
	}
	if limit&63 != 0 {
		set[limit>>6] &= 1<<(limit&63) - 1
	}
	for w, x := range set {
		if x == 0 {
			continue
		}
		// For each point of the simplex: its neighbors in the word, and their ranks.
		var words [maxPoints]uint64
		var ranks [maxPoints][]uint32
		for i, p := range points {
			at := int(p)*s.words + w
			words[i], ranks[i] = s.near[at], s.ranks[s.before[at]:]
		}
		for ; x != 0; x &= x - 1 {
			v := int32(w<<6 + bits.TrailingZeros64(x))
			youngest, at := ranks[0][countBefore(words[0], v)], 0
			for i := 1; i < len(points); i++ {
				if r := ranks[i][countBefore(words[i], v)]; r > youngest {
					youngest, at = r, i
				}
			}
			cones = append(cones, cone{v, int32(at), youngest})
		}
	}
	return cones
}

// appendConesOfLinks does the same in a graph that is not dense. It walks along the links
// of all points of the simplex at once.
func (s *skeleton) appendConesOfLinks(cones []cone, points []int32, limit int32) []cone {
	var room [maxPoints][]link
	lists := room[:len(points)]
	for i, p := range points {
		lists[i] = s.linksOf(p)
	}
	for _, l := range lists[0] {
		if l.to >= limit {
			break
		}
		c := cone{l.to, 0, l.rank}
		for i := 1; i < len(lists); i++ {
			rest := lists[i]
			for len(rest) > 0 && rest[0].to < c.point {
				rest = rest[1:]
			}
			lists[i] = rest
			if len(rest) == 0 {
				return cones
			}
			if rest[0].to != c.point {
				c.at = -1
				break
			}
			if rest[0].rank > c.rank {
				c.at, c.rank = int32(i), rest[0].rank
			}
		}
		if c.at >= 0 {
			cones = append(cones, c)
		}
	}
	return cones
}

func has(set []uint64, v int32) bool { return set[v>>6]>>(v&63)&1 != 0 }

// resize returns s with length n; its contents are unspecified.
func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
