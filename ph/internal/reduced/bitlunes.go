package reduced

import (
	"math/bits"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/bitset"
)

// bitLunes is the graph of many points. The neighbors of a point are a bitset of many
// words, its row. The summary of a row is a bitset that tells which words of the row are not
// zero. So the intersection of two rows takes few operations whether the rows have many
// points or few. Points are given by their places.
type bitLunes struct {
	words, marks int      // the number of words of a row, and of a summary
	rows         []uint64 // n bitsets
	summaries    []uint64 // n bitsets

	// The points of the current lune that are not yet removed: set[i] is word where[i] of
	// their bitset. Words that are zero from the start are left out.
	where []int32
	set   []uint64
	// frontier has the points of the component that is being removed whose neighbors are
	// not yet removed. frontier[i], too, is word where[i] of the bitset.
	frontier []uint64
}

func (l *bitLunes) begin(n int) {
	l.words = bitset.Words(n)
	l.marks = bitset.Words(l.words)
	l.rows, l.summaries = reuse.Slice(l.rows, n*l.words), reuse.Slice(l.summaries, n*l.marks)
	clear(l.rows)
	clear(l.summaries)
	l.where, l.set, l.frontier = reuse.Slice(l.where, l.words), reuse.Slice(l.set, l.words), reuse.Slice(l.frontier, l.words)
}

func (l *bitLunes) row(a int32) []uint64 { return l.rows[int(a)*l.words:][:l.words] }

func (l *bitLunes) summary(a int32) []uint64 { return l.summaries[int(a)*l.marks:][:l.marks] }

func (l *bitLunes) add(a, b int32) int32 {
	v := l.lune(a, b)
	l.join(a, b)
	return v
}

// join adds an edge, without a lune.
func (l *bitLunes) join(a, b int32) {
	bitset.Add(l.row(a), b)
	bitset.Add(l.row(b), a)
	bitset.Add(l.summary(a), b>>6)
	bitset.Add(l.summary(b), a>>6)
}

func (l *bitLunes) Meet(a, b int32) bool {
	p, q := l.row(a), l.row(b)
	t := l.summary(b)
	for m, x := range l.summary(a) {
		for x &= t[m]; x != 0; x &= x - 1 {
			if w := m<<6 + bits.TrailingZeros64(x); p[w]&q[w] != 0 {
				return true
			}
		}
	}
	return false
}

// lune makes the points that are joined to both a and b the current lune. It returns the
// least of them, −1 if there is none.
func (l *bitLunes) lune(a, b int32) int32 {
	p, q := l.row(a), l.row(b)
	where, set := l.where[:l.words], l.set[:l.words]
	k := 0
	t := l.summary(b)
	for m, x := range l.summary(a) {
		for x &= t[m]; x != 0; x &= x - 1 {
			w := m<<6 + bits.TrailingZeros64(x)
			if y := p[w] & q[w]; y != 0 {
				where[k], set[k] = int32(w), y
				k++
			}
		}
	}
	l.where, l.set = where[:k], set[:k]
	if k == 0 {
		return -1
	}
	return where[0]<<6 + int32(bits.TrailingZeros64(set[0]))
}

// removeComponent removes the component of v from the current lune: the neighbors of v, then
// those of further points of the component, until none is left on the frontier. It prefers a
// point that is joined to the least point left in the lune, which a connected lune then loses
// soonest. It returns the least point that is left, −1 if none is.
func (l *bitLunes) removeComponent(v int32) int32 {
	where := l.where
	set, frontier := l.set[:len(where)], l.frontier[:len(where)]
	clear(frontier)
	remove(where, set, v)
	for {
		near := l.row(v)
		missing := -1
		for i, w := range where {
			left := set[i]
			found := left & near[w]
			frontier[i] |= found
			set[i] = left &^ found
			if missing < 0 && left != found {
				missing = i
			}
		}
		if missing < 0 { // most lunes are empty after the neighbors of one point or two
			return -1
		}
		left := where[missing]<<6 + int32(bits.TrailingZeros64(set[missing]))
		near = l.row(left)
		v = -1
		for i, w := range where {
			if x := frontier[i] & near[w]; x != 0 {
				v = w<<6 + int32(bits.TrailingZeros64(x))
				break
			}
		}
		if v < 0 {
			if v = first(where, frontier); v < 0 {
				return left
			}
		}
		remove(where, frontier, v)
	}
}

// first returns the least point of a set, −1 if the set is empty. set[i] is word where[i] of
// the bitset.
func first(where []int32, set []uint64) int32 {
	for i, w := range where {
		if set[i] != 0 {
			return w<<6 + int32(bits.TrailingZeros64(set[i]))
		}
	}
	return -1
}

// remove removes v from a set. set[i] is word where[i] of the bitset.
func remove(where []int32, set []uint64, v int32) {
	for i, w := range where {
		if w == v>>6 {
			set[i] &^= 1 << (v & 63)
			return
		}
	}
}

func (l *bitLunes) AppendNeighbors(list []int32, a int32) []int32 {
	for w, set := range l.row(a) {
		for ; set != 0; set &= set - 1 {
			list = append(list, int32(w<<6+bits.TrailingZeros64(set)))
		}
	}
	return list
}
