package reduced

import (
	"math/bits"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
)

// rowLunes is the graph of few points. The neighbors of a point are a bitset of few words,
// its row. Each operation reads all words of a row. Points are given by their places.
type rowLunes struct {
	words int      // the number of words of a row
	rows  []uint64 // n bitsets; each point counts as its own neighbor

	set []uint64 // the points of the current lune that are not yet removed
	// ready has the points of the component that is being removed whose neighbors are not
	// yet removed.
	ready []uint64
}

// maxRowWords is the largest number of words of a row for which rowLunes is the fastest
// graph.
const maxRowWords = 8

func (l *rowLunes) begin(n int) {
	l.words = bitset.Words(n)
	l.rows = reuse.Slice(l.rows, n*l.words)
	clear(l.rows)
	for a := range int32(n) {
		bitset.Add(l.row(a), a)
	}
	l.set, l.ready = reuse.Slice(l.set, l.words), reuse.Slice(l.ready, l.words)
}

func (l *rowLunes) row(a int32) []uint64 { return l.rows[int(a)*l.words:][:l.words] }

func (l *rowLunes) add(a, b int32) int32 {
	set := l.set
	p, q := l.row(a)[:len(set)], l.row(b)[:len(set)]
	for w, x := range p {
		set[w] = x & q[w]
	}
	bitset.Add(p, b)
	bitset.Add(q, a)
	return bitset.Min(set)
}

// removeComponent removes the component of v from the current lune and returns the least
// point that is left, −1 if none is. If v is joined to all points, as in most lunes, it
// returns −1 at once, without clearing the set.
func (l *rowLunes) removeComponent(v int32) int32 {
	set := l.set
	near := l.row(v)[:len(set)]
	for w, x := range set {
		if x&^near[w] != 0 {
			return l.searchComponent(v)
		}
	}
	return -1
}

// searchComponent removes the component of v from the current lune: the neighbors of v,
// then those of further points of the component, until none is ready. It prefers a ready
// point that is joined to the least point left in the lune, which a connected lune then loses
// soonest. It returns what removeComponent returns.
func (l *rowLunes) searchComponent(v int32) int32 {
	set, ready := l.set, l.ready[:len(l.set)]
	clear(ready)
	for {
		near := l.row(v)[:len(set)]
		for w, x := range set {
			found := x & near[w]
			ready[w] |= found
			set[w] = x &^ found
		}
		bitset.Remove(ready, v)
		missing := bitset.Min(set)
		if missing < 0 {
			return -1
		}
		near = l.row(missing)[:len(set)]
		v = -1
		for w, x := range ready {
			if x &= near[w]; x != 0 {
				v = int32(w<<6 + bits.TrailingZeros64(x))
				break
			}
		}
		if v < 0 {
			if v = bitset.Min(ready); v < 0 {
				return missing
			}
		}
	}
}

func (l *rowLunes) Meet(a, b int32) bool {
	q := l.row(b)
	for w, x := range l.row(a) {
		if x&q[w] != 0 {
			return true
		}
	}
	return false
}

func (l *rowLunes) AppendNeighbors(list []int32, a int32) []int32 {
	for w, set := range l.row(a) {
		for ; set != 0; set &= set - 1 {
			if v := int32(w<<6 + bits.TrailingZeros64(set)); v != a {
				list = append(list, v)
			}
		}
	}
	return list
}
