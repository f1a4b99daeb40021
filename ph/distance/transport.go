package distance

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
	"sort"

	"github.com/topogen/topogen/ph/internal/radix"
)

// transport finds matchings of least cost.
//
// Count from the matching that sends all bars to the diagonal: a pair (i, j) then
// gains gain(i,j) = diagonal(i) + diagonal(j) − cost(i,j), and pairs that gain nothing
// need not be looked at. What is left is a sparse assignment of greatest gain in
// which nobody needs a partner. Rows, the bars of one side, are placed one after
// another along the best alternating path, which Dijkstra's algorithm finds by
// reduced gains (the successive shortest paths of Jewell, Busacker and Gowen, and
// of Jonker and Volgenant 1987).
//
// Prices of rows u and of columns v are kept so that always
//
//	u(i), v(j) ≥ 0 and u(i) + v(j) ≥ gain(i,j), with equality for pairs that are matched,
//	u(i) = 0 for rows placed without a partner, and v(j) = 0 for columns without one,
//
// which proves the matching of the rows placed so far optimal.
type transport struct {
	// The pairs that gain, by rows, those of row i from starts[i] on: the greatest
	// gains first, since a row is looked through until none that is left can
	// matter, whatever its column's price.
	starts []int32
	pairs  []gaining
	row    []gaining
	radix  radix.Sorter

	diagonal [2][]float64 // costs
	u, v     []float64

	// The search at hand.
	length  []float64 // of the shortest path to a column
	before  []int32   // the row before a column on that path
	queue   []hop
	seen    []hop  // columns in the order of their distances
	done    []bool // whether a column is among them
	touched []int32
}

// A gaining is a column with what the pair of it and a row gains.
type gaining struct {
	gain   float64
	column int32
}

// A hop is a column with the length of a path to it.
type hop struct {
	length float64
	column int32
}

// solve leaves a matching of least cost.
func (t *transport) solve(ctx context.Context, p, q *side, c cost) error {
	if err := t.begin(ctx, p, q, c); err != nil {
		return err
	}
	return t.placeRows(ctx, p, q)
}

// placeRows finds the matching of greatest gain, from none.
func (t *transport) placeRows(ctx context.Context, p, q *side) error {
	for i := range p.partner {
		if i%rowsBetweenChecks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t.placeRow(p, q, int32(i))
	}
	return nil
}

// begin lists the pairs that gain.
func (t *transport) begin(ctx context.Context, p, q *side, c cost) error {
	farthest := 0.0
	for k, s := range [...]*side{p, q} {
		t.diagonal[k] = resize(t.diagonal[k], len(s.half))
		for i, h := range s.half {
			t.diagonal[k][i] = c.move(h, h)
		}
	}
	for _, d := range t.diagonal[1] {
		farthest = max(farthest, d)
	}
	t.starts = append(t.starts[:0], 0)
	t.pairs = t.pairs[:0]
	for i, b := range p.birth {
		if i%rowsBetweenChecks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		most := t.diagonal[0][i] + farthest
		t.row = t.row[:0]
		radius := c.root(most) * (1 + 1e-12) // births may differ by no more
		for j := sort.SearchFloat64s(q.birth, b-radius); j < len(q.birth) && q.birth[j] <= b+radius; j++ {
			paid := t.diagonal[0][i] + t.diagonal[1][j]
			if gain := paid - c.move(math.Abs(b-q.birth[j]), math.Abs(p.death[i]-q.death[j])); gain > 0 {
				t.row = append(t.row, gaining{gain, int32(j)})
			}
		}
		t.sortRow()
		t.starts = append(t.starts, int32(len(t.pairs)))
	}
	t.u, t.v = resize(t.u, len(p.half)), resize(t.v, len(q.half))
	clear(t.v)
	t.length, t.before, t.done = resize(t.length, len(q.half)), resize(t.before, len(q.half)), resize(t.done, len(q.half))
	for j := range t.length {
		t.length[j], t.done[j] = math.Inf(1), false
	}
	return nil
}

// sortRow appends a row to the pairs.
func (t *transport) sortRow() {
	items := t.radix.Begin(len(t.row))
	least, most := uint64(math.MaxUint64), uint64(0)
	for _, g := range t.row { // the bits of positive numbers are in their order
		x := math.Float64bits(g.gain)
		least, most = min(least, x), max(most, x)
	}
	shift := max(0, bits.Len64(most-least)-t.radix.Bits())
	for k, g := range t.row {
		items[k] = (most-math.Float64bits(g.gain))>>shift<<32 | uint64(k)
	}
	from := len(t.pairs)
	for _, item := range t.radix.Sort(32) {
		t.pairs = append(t.pairs, t.row[uint32(item)])
	}
	row := t.pairs[from:]
	moves := 0
	for i, g := range row {
		k := i
		for ; k > 0 && row[k-1].gain < g.gain; k-- {
			row[k] = row[k-1]
		}
		row[k] = g
		if moves += i - k; moves > 4*len(row) { // gains of very different sizes
			slices.SortFunc(row, func(g, h gaining) int { return cmp.Compare(h.gain, g.gain) })
			return
		}
	}
}

func (t *transport) rowOf(i int32) []gaining { return t.pairs[t.starts[i]:t.starts[i+1]] }

// placeRow finds the best path from a row to a column without a partner, or to a
// row that does without its own: that may be the row itself.
func (t *transport) placeRow(p, q *side, start int32) {
	t.u[start] = 0
	for _, g := range t.rowOf(start) {
		if g.gain <= t.u[start] {
			break
		}
		if left := g.gain - t.v[g.column]; left > t.u[start] {
			t.u[start] = left
		}
	}
	t.queue, t.seen = t.queue[:0], t.seen[:0]
	best := t.u[start]        // the length of the best path so far
	end := int32(Diagonal)    // its last column, if that has no partner
	leaving := start          // and else the row that is left without
	row, length := start, 0.0 // the row at hand
	touched := t.touched[:0]  // columns with a length
	for {
		reach := length + t.u[row]
		for _, g := range t.rowOf(row) {
			l := reach - g.gain
			if l >= best {
				break
			}
			j := g.column
			if l += t.v[j]; l < length { // by rounding
				l = length
			}
			if l >= best || l >= t.length[j] {
				continue
			}
			if math.IsInf(t.length[j], 1) {
				touched = append(touched, j)
			}
			t.length[j], t.before[j] = l, row
			if q.partner[j] == Diagonal {
				best, end = l, j
			} else {
				t.push(hop{l, j})
			}
		}
		next, ok := t.pop()
		if !ok || next.length >= best {
			break
		}
		t.seen = append(t.seen, next)
		t.done[next.column] = true
		row, length = q.partner[next.column], next.length
		if l := length + t.u[row]; l < best {
			best, end, leaving = l, Diagonal, row
		}
	}
	t.touched = touched
	t.u[start] -= best
	for _, s := range t.seen {
		t.v[s.column] += best - s.length
		t.u[q.partner[s.column]] -= best - s.length
	}
	t.flip(p, q, start, end, leaving)
	for _, j := range touched {
		t.length[j], t.done[j] = math.Inf(1), false
	}
}

// flip gives each row of a path the column after it.
func (t *transport) flip(p, q *side, start, end, leaving int32) {
	if end == Diagonal {
		if leaving == start {
			p.partner[start] = Diagonal
			return
		}
		end = p.partner[leaving]
		p.partner[leaving] = Diagonal
	}
	for j := end; ; {
		row := t.before[j]
		next := p.partner[row]
		p.partner[row], q.partner[j] = j, row
		if row == start {
			return
		}
		j = next
	}
}

// push adds to the queue, a binary heap.
func (t *transport) push(r hop) {
	t.queue = append(t.queue, r)
	i := len(t.queue) - 1
	for i > 0 && r.length < t.queue[(i-1)/2].length {
		t.queue[i] = t.queue[(i-1)/2]
		i = (i - 1) / 2
	}
	t.queue[i] = r
}

// pop takes the nearest column from the queue that was not taken before.
func (t *transport) pop() (hop, bool) {
	for len(t.queue) > 0 {
		least := t.queue[0]
		last := t.queue[len(t.queue)-1]
		t.queue = t.queue[:len(t.queue)-1]
		i := 0
		for n := len(t.queue); 2*i+1 < n; {
			child := 2*i + 1
			if child+1 < n && t.queue[child+1].length < t.queue[child].length {
				child++
			}
			if last.length <= t.queue[child].length {
				break
			}
			t.queue[i] = t.queue[child]
			i = child
		}
		if len(t.queue) > 0 {
			t.queue[i] = last
		}
		if !t.done[least.column] {
			return least, true
		}
	}
	return hop{}, false
}
