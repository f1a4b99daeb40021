package ph

import "math/bits"

// rowLunes keep the neighbors of a point as a bitset of few words, which are
// looked through as they are.
type rowLunes struct {
	words int
	rows  []uint64 // n bitsets; each point is its own neighbor

	set, ready []uint64 // the lune at hand: what is left, what may be looked from
}

// mostRowWords is up to how many words sets are looked through whole.
const mostRowWords = 8

func (l *rowLunes) begin(n int) {
	l.words = (n + 63) / 64
	l.rows = resize(l.rows, n*l.words)
	clear(l.rows)
	for a := range n {
		l.rows[a*l.words+a>>6] |= 1 << (a & 63)
	}
	l.set, l.ready = resize(l.set, l.words), resize(l.ready, l.words)
}

func (l *rowLunes) row(a int32) []uint64 { return l.rows[int(a)*l.words:][:l.words] }

func (l *rowLunes) add(a, b int32) int32 {
	set := l.set
	p, q := l.row(a)[:len(set)], l.row(b)[:len(set)]
	for w, x := range p {
		set[w] = x & q[w]
	}
	p[b>>6] |= 1 << (b & 63)
	q[a>>6] |= 1 << (a & 63)
	return firstPoint(set)
}

// removeComponent looks from one point after another, from one that is joined to
// the first that has not been found wherever there is one.
func (l *rowLunes) removeComponent(v int32) int32 {
	set := l.set
	near := l.row(v)[:len(set)]
	for w, x := range set {
		if x&^near[w] != 0 {
			return l.searchComponent(v)
		}
	}
	return -1 // as for most
}

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
		ready[v>>6] &^= 1 << (v & 63)
		missing := firstPoint(set)
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
			if v = firstPoint(ready); v < 0 {
				return missing
			}
		}
	}
}

func (l *rowLunes) meet(a, b int32) bool {
	q := l.row(b)
	for w, x := range l.row(a) {
		if x&q[w] != 0 {
			return true
		}
	}
	return false
}

func (l *rowLunes) neighbors(list []int32, a int32) []int32 {
	for w, set := range l.row(a) {
		for ; set != 0; set &= set - 1 {
			if v := int32(w<<6 + bits.TrailingZeros64(set)); v != a {
				list = append(list, v)
			}
		}
	}
	return list
}
