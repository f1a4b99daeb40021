package flagcomplex

import (
	"math/bits"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
	"github.com/topogen/topogen/ph/internal/metric"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// Ends are the points of an edge, U > V.
type Ends struct{ U, V int32 }

// A skeleton is the graph of a filtration with its edges in order, which determines the
// complex. The rank of an edge is the number of edges before it. The rank of a simplex is
// the rank of its youngest edge.
type skeleton struct {
	n       int       // the number of points
	ends    []Ends    // the ends of the edge of each rank
	lengths []float64 // the length of the edge of each rank
	stop    parallel.Stop

	// If the graph is not dense, links[starts[v]:starts[v+1]] are the edges at v, by
	// ascending neighbor.
	links  []link
	starts []int32

	// If the graph is dense, near has a bitset of neighbors for each point, one after
	// another. Each bit that is set has a rank in ranks, in the order of the bits. The
	// ranks for word w of near begin at ranks[before[w]].
	dense  bool
	words  int // the number of words of the bitset of one point
	near   []uint64
	before []uint32
	ranks  []uint32

	// apex has the apex of each edge, −1 if the lune of the edge is empty. dominated is the
	// set of the dominated edges, by rank: their apex is joined to all other points of the
	// lune.
	apex      []int32
	dominated []uint64
}

// A link is an edge from a point to a neighbor.
type link struct {
	to   int32
	rank uint32
}

// noEdge takes the place of a rank for two points that are not joined. It is greater than
// all ranks.
const noEdge = ^uint32(0)

// beginSkeleton sets s to the graph of n points and the edges of all runs, which follow one
// another in the order of the filtration.
func beginSkeleton[T metric.Float](s *skeleton, n int, runs [][]metric.Edge[T]) {
	count := 0
	for _, r := range runs {
		count += len(r)
	}
	s.n, s.words = n, bitset.Words(n)
	s.ends, s.lengths = reuse.Slice(s.ends, count), reuse.Slice(s.lengths, count)
	rank := 0
	for _, r := range runs {
		for _, e := range r {
			s.ends[rank], s.lengths[rank] = Ends{e.A, e.B}, float64(e.Length)
			rank++
		}
	}
	// Bitsets are faster. They take twice the memory of links if one pair of points in 64
	// is an edge, and less than links if more than one pair in about 20 is.
	s.dense = n <= 1024 || count >= n*n/128
	if s.dense {
		s.fillSets()
	} else {
		s.fillLinks()
	}
}

// fillSets sets near, before and ranks from the edges.
func (s *skeleton) fillSets() {
	s.near, s.before = reuse.Slice(s.near, s.n*s.words), reuse.Slice(s.before, s.n*s.words)
	clear(s.near)
	for _, e := range s.ends {
		bitset.Add(s.neighbors(e.U), e.V)
		bitset.Add(s.neighbors(e.V), e.U)
	}
	count := uint32(0)
	for w, x := range s.near {
		s.before[w] = count
		count += uint32(bits.OnesCount64(x))
	}
	s.ranks = reuse.Slice(s.ranks, int(count))
	for i, e := range s.ends {
		*s.place(e.U, e.V), *s.place(e.V, e.U) = uint32(i), uint32(i)
	}
}

// place returns a pointer to the rank of the edge between a and b in the bitset of a.
func (s *skeleton) place(a, b int32) *uint32 {
	w := int(a)*s.words + int(b>>6)
	return &s.ranks[s.before[w]+countBefore(s.near[w], b)]
}

// countBefore returns the number of points less than v in the word that has the bit of v.
func countBefore(word uint64, v int32) uint32 {
	return uint32(bits.OnesCount64(word & (1<<(v&63) - 1)))
}

// fillLinks sets links and starts from the edges.
func (s *skeleton) fillLinks() {
	s.starts, s.links = reuse.Slice(s.starts, s.n+2), reuse.Slice(s.links, 2*len(s.ends))
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

// useLinks stores the graph as links, even if it is dense.
func (s *skeleton) useLinks() {
	if s.dense {
		s.dense = false
		s.fillLinks()
	}
}

// widestLune returns the largest number of points of a lune. A simplex has at most two
// points more: those of its youngest edge.
func (s *skeleton) widestLune() int {
	var g edgeLink
	g.begin(s)
	most := 0
	for g.edge > 0 && !s.stop.Requested() {
		g.step()
		most = max(most, g.size)
	}
	return most
}

// isDominated reports whether the edge of the given rank is dominated: whether one point of its
// lune is joined to all other points of the lune. Such an edge changes no homology.
func (s *skeleton) isDominated(rank uint32) bool { return bitset.Has(s.dominated, rank) }

func (s *skeleton) linksOf(v int32) []link { return s.links[s.starts[v]:s.starts[v+1]] }

func (s *skeleton) neighbors(v int32) []uint64 { return s.near[int(v)*s.words:][:s.words] }

// rank returns the rank of the edge between two points, noEdge if they are not joined.
func (s *skeleton) rank(a, b int32) uint32 {
	if s.dense {
		if !bitset.Has(s.neighbors(a), b) {
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

// A cone over a simplex is a point that is joined to all points of the simplex. The
// youngest of the edges that join them has the given rank, and goes to point number at of
// the simplex.
type cone struct {
	point int32
	at    int32
	rank  uint32
}

// appendCones appends the cones over the simplex of the given points whose point is less
// than limit, by ascending point. set is room for a bitset.
func (s *skeleton) appendCones(cones []cone, points []int32, limit int32, set []uint64) []cone {
	if !s.dense {
		return s.appendConesOfLinks(cones, points, limit)
	}
	set = set[:bitset.Words(int(limit))]
	copy(set, s.neighbors(points[0]))
	for _, p := range points[1:] {
		for w, x := range s.neighbors(p)[:len(set)] {
			set[w] &= x
		}
	}
	if limit&63 != 0 {
		set[limit>>6] &= 1<<(limit&63) - 1
	}
	// For each point of the simplex: a word of the bitset of its neighbors, and the ranks for
	// this word.
	var words [maxPoints]uint64
	var ranks [maxPoints][]uint32
	for w, x := range set {
		if x == 0 {
			continue
		}
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

// appendConesOfLinks does what appendCones does, in a graph that is not dense. The links of
// each point ascend, so one pass over the links of all points of the simplex finds the
// neighbors that they have in common.
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
