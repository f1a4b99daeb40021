package ph

import "math/bits"

// rowLunes keep the neighbors of a point as a bitset of few words, which are
// looked through as they are.
type rowLunes struct {
	words int
	rows  []uint64 // n bitsets; each point is its own neighbor

	set, ready []uint64 // the lune at hand: what is left, what may be looked from
}

// mostRowWords is up to how many words a set has here.
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
	p := l.row(a)
	q := l.row(b)[:len(p)]
	set := l.set[:len(p)]
	first := int32(-1)
	for w := len(p) - 1; w >= 0; w-- {
		x := p[w] & q[w]
		set[w] = x
		if x != 0 {
			first = int32(w<<6 + bits.TrailingZeros64(x))
		}
	}
	p[b>>6] |= 1 << (b & 63)
	q[a>>6] |= 1 << (a & 63)
	return first
}

// removeComponent looks from one point after another, first of all from those
// that are joined to the first point that has not been found.
func (l *rowLunes) removeComponent(v int32) int32 {
	near := l.row(v)
	set, ready := l.set[:len(near)], l.ready[:len(near)]
	missing := -1
	for w := len(near) - 1; w >= 0; w-- {
		x := set[w] &^ near[w]
		ready[w] = set[w] & near[w]
		set[w] = x
		if x != 0 {
			missing = w<<6 + bits.TrailingZeros64(x)
		}
	}
	if missing < 0 {
		return -1
	}
	ready[v>>6] &^= 1 << (v & 63)
	for {
		near := l.row(int32(missing))
		next := -1
		for w, x := range ready {
			if x &= near[w]; x != 0 {
				next = w<<6 + bits.TrailingZeros64(x)
				break
			}
		}
		if next < 0 {
			for w, x := range ready {
				if x != 0 {
					next = w<<6 + bits.TrailingZeros64(x)
					break
				}
			}
			if next < 0 {
				return int32(missing)
			}
		}
		near = l.row(int32(next))
		missing = -1
		for w := len(ready) - 1; w >= 0; w-- {
			x := set[w]
			found := x & near[w]
			ready[w] |= found
			x &^= found
			set[w] = x
			if x != 0 {
				missing = w<<6 + bits.TrailingZeros64(x)
			}
		}
		if missing < 0 {
			return -1
		}
		ready[next>>6] &^= 1 << (next & 63)
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
