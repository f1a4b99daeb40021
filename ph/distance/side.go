package distance

import (
	"cmp"
	"math"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/radix"
)

// A side holds the finite bars of a diagram, by ascending birth: the nodes on one side
// of the bipartite graph of bars. Bars of length 0 are left out, since they move to
// the diagonal at no cost.
type side struct {
	norm         norm
	sup          bool // norm is the sup-norm
	birth, death []float64
	half         []float64 // (death−birth)/2
	toDiagonal   []float64 // length of the move to the diagonal: half in the sup-norm, else scaled
	scaled       []float64 // the norm of (half, half)
	index        []int     // index among all bars of the diagram
	partner      []int32   // index on the other side, or Diagonal

	finite []int   // indices among all bars, in the diagram's order
	order  []int32 // a permutation of the bars, by birth or by death
	next   []int32 // a forest of the bars that a search has visited; see unvisited
	radix  radix.Sorter
}

// begin sorts the finite bars by birth. It appends the indices of the essential bars,
// also sorted by birth, to essential.
func (s *side) begin(bars []ph.Bar, n norm, essential []int) []int {
	s.norm, s.sup = n, n == supNorm
	s.finite, s.birth = s.finite[:0], s.birth[:0]
	for i := range bars {
		switch b := &bars[i]; {
		case math.IsInf(b.Death, 1):
			essential = append(essential, i)
		case b.Birth != b.Death:
			s.finite = append(s.finite, i)
			s.birth = append(s.birth, b.Birth)
		}
	}
	slices.SortFunc(essential, func(i, j int) int {
		return cmp.Or(cmp.Compare(bars[i].Birth, bars[j].Birth), cmp.Compare(i, j))
	})
	count := len(s.finite)
	s.order = reuse.Slice(s.order, count)
	s.radix.Order(s.order, s.birth)
	s.index, s.partner = reuse.Slice(s.index, count), reuse.Slice(s.partner, count)
	s.death, s.half = reuse.Slice(s.death, count), reuse.Slice(s.half, count)
	for k, place := range s.order {
		i := s.finite[place]
		b := &bars[i]
		s.index[k], s.partner[k] = i, Diagonal
		s.birth[k], s.death[k], s.half[k] = b.Birth, b.Death, half(b)
	}
	if s.toDiagonal = s.half; !s.sup {
		s.scaled = reuse.Slice(s.scaled, count)
		for k, h := range s.half {
			s.scaled[k] = n.diagonal(h)
		}
		s.toDiagonal = s.scaled
	}
	return essential
}

// move returns the length of the move from bar i of s to bar j of the other side.
func (s *side) move(i int, to *side, j int) float64 {
	if s.sup {
		return s.supMove(i, to, j)
	}
	return s.norm.length(math.Abs(s.birth[i]-to.birth[j]), math.Abs(s.death[i]-to.death[j]))
}

// supMove returns the length of this move in the sup-norm. In no other norm is it less.
func (s *side) supMove(i int, to *side, j int) float64 {
	return max(math.Abs(s.birth[i]-to.birth[j]), math.Abs(s.death[i]-to.death[j]))
}

// unmatchAll moves every bar to the diagonal.
func (s *side) unmatchAll() {
	for i := range s.partner {
		s.partner[i] = Diagonal
	}
}

// sortByDeath sets order to the bars by descending death, then by index.
func (s *side) sortByDeath() {
	n := len(s.death)
	s.order = reuse.Slice(s.order, n)
	for k := range s.order {
		s.order[k] = int32(n - 1 - k) // diagrams ascend by death, so this order is nearly sorted
	}
	slices.SortFunc(s.order, func(i, j int32) int {
		return cmp.Or(cmp.Compare(s.death[j], s.death[i]), cmp.Compare(i, j))
	})
}

// sameBirth reports whether all finite bars of two sides have the same birth.
func sameBirth(p, q *side) bool {
	var first float64
	if len(p.birth) > 0 {
		first = p.birth[0]
	} else if len(q.birth) > 0 {
		first = q.birth[0]
	}
	for _, s := range [...]*side{p, q} {
		if n := len(s.birth); n > 0 && (s.birth[0] != first || s.birth[n-1] != first) {
			return false // births ascend
		}
	}
	return true
}

// half returns (d−b)/2 of a finite bar [b, d). It does not overflow, even if d−b does.
func half(b *ph.Bar) float64 {
	if h := (b.Death - b.Birth) / 2; h <= math.MaxFloat64 {
		return h
	}
	return b.Death/2 - b.Birth/2
}
