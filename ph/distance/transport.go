package distance

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
	"sort"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph/internal/radix"
)

// A transport finds a matching of least cost.
//
// Problem: pairs of bars have costs, and so have bars that move to the diagonal.
//
// Idea: start from the matching that moves every bar to the diagonal. A pair (i, j)
// then gains
//
//	gain(i,j) = diagonal(i) + diagonal(j) − cost(i,j),
//
// and pairs that gain nothing are not needed. What remains is a sparse assignment
// problem of greatest gain, in which rows and columns may stay unmatched. Rows are the bars
// of the first side, columns those of the second. Rows are placed one after another, each
// along the alternating path of greatest gain. Dijkstra's algorithm finds this path by
// reduced gains (Jonker and
// Volgenant, A shortest augmenting path algorithm for dense and sparse linear
// assignment problems, 1987).
//
// Invariant: the dual variables u of rows and v of columns satisfy
//
//	u(i), v(j) ≥ 0 and u(i) + v(j) ≥ gain(i,j), with equality for matched pairs,
//	u(i) = 0 for placed rows that are unmatched, and v(j) = 0 for unmatched columns.
//
// By complementary slackness the matching of the placed rows is then optimal.
//
// Cost: O(n·e·log e) time for n rows and e pairs that gain, and 16 bytes for each of
// these.
type transport struct {
	// Pairs that gain, row by row: row i has pairs[starts[i]:starts[i+1]]. A row has
	// its greatest gains first, so that a scan stops at the first gain that is too
	// small for any price of its column.
	starts []int
	pairs  []gaining
	row    []gaining // the pairs of one row, before they are sorted
	radix  radix.Sorter

	diagonal [2][]float64 // costs of moves to the diagonal, of rows and of columns
	u, v     []float64    // dual variables of rows and of columns

	// The following fields serve the search for a path.
	length  []float64 // length of the shortest known path to each column, +Inf if none is known
	before  []int32   // row before each column on that path
	queue   []hop     // binary heap, the shortest path first
	settled []hop     // columns whose shortest path is known
	done    []bool    // whether a column is settled
	touched []int32   // columns to which a path is known
	bidders []int32   // rows that an auction has not yet placed
}

// A gaining is a column with the gain of its pair with a row.
type gaining struct {
	gain   float64
	column int32
}

// A hop is a column with the length of a path to it.
type hop struct {
	length float64
	column int32
}

// solve leaves a matching of least cost in the sides.
func (t *transport) solve(ctx context.Context, p, q *side, c *cost) error {
	if err := t.begin(ctx, p, q, c); err != nil {
		return err
	}
	return t.placeRows(ctx, p, q)
}

// placeRows finds the matching of greatest gain, starting from an empty one.
func (t *transport) placeRows(ctx context.Context, p, q *side) error {
	for i := range p.partner {
		if ctx.Err() != nil { // each row may scan all pairs
			return ctx.Err()
		}
		t.placeRow(p, q, int32(i))
	}
	return nil
}

// begin lists the pairs that gain, and resets the dual variables.
func (t *transport) begin(ctx context.Context, p, q *side, c *cost) error {
	farthest := 0.0
	for k, s := range [...]*side{p, q} {
		t.diagonal[k] = reuse.Slice(t.diagonal[k], len(s.half))
		for i, h := range s.half {
			t.diagonal[k][i] = c.diagonal(h)
		}
	}
	for _, d := range t.diagonal[1] {
		farthest = max(farthest, d)
	}
	t.starts = append(t.starts[:0], 0)
	t.pairs = t.pairs[:0]
	for i, b := range p.birth {
		if i%barsBetweenChecks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		most := min(t.diagonal[0][i]+farthest, c.most)
		t.row = t.row[:0]
		radius := c.length(most) * (1 + 1e-12) // the greatest difference of births that gains
		for j := sort.SearchFloat64s(q.birth, b-radius); j < len(q.birth) && q.birth[j] <= b+radius; j++ {
			paid := c.move(math.Abs(b-q.birth[j]), math.Abs(p.death[i]-q.death[j]))
			if gain := t.diagonal[0][i] + t.diagonal[1][j] - paid; gain > 0 && paid <= c.most {
				t.row = append(t.row, gaining{gain, int32(j)})
			}
		}
		t.sortRow()
		t.starts = append(t.starts, len(t.pairs))
	}
	t.u, t.v = reuse.Slice(t.u, len(p.half)), reuse.Slice(t.v, len(q.half))
	clear(t.v)
	t.length, t.before, t.done = reuse.Slice(t.length, len(q.half)), reuse.Slice(t.before, len(q.half)), reuse.Slice(t.done, len(q.half))
	for j := range t.length {
		t.length[j], t.done[j] = math.Inf(1), false
	}
	return nil
}

// sortRow appends t.row to the pairs, by descending gain.
func (t *transport) sortRow() {
	items := t.radix.Begin(len(t.row))
	least, most := uint64(math.MaxUint64), uint64(0)
	for _, g := range t.row { // the bits of positive numbers sort as the numbers do
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
		if moves += i - k; moves > 4*len(row) { // a few gains are so great that most others tie
			slices.SortFunc(row, func(g, h gaining) int { return cmp.Compare(h.gain, g.gain) })
			return
		}
	}
}

func (t *transport) rowOf(i int32) []gaining { return t.pairs[t.starts[i]:t.starts[i+1]] }

// placeRow places a row along the shortest alternating path. The path ends at an unmatched
// column, or at a row that becomes unmatched, which may be the row itself.
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
	t.queue, t.settled = t.queue[:0], t.settled[:0]
	best := t.u[start]        // length of the best path so far
	end := int32(Diagonal)    // the unmatched column at its end, if it ends at one
	leaving := start          // otherwise the row that becomes unmatched
	row, length := start, 0.0 // the row to scan and the length of the path to it
	touched := t.touched[:0]
	for {
		reach := length + t.u[row]
		for _, g := range t.rowOf(row) {
			l := reach - g.gain
			if l >= best {
				break
			}
			j := g.column
			if l += t.v[j]; l < length { // a negative step is a rounding error
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
		t.settled = append(t.settled, next)
		t.done[next.column] = true
		row, length = q.partner[next.column], next.length
		if l := length + t.u[row]; l < best {
			best, end, leaving = l, Diagonal, row
		}
	}
	t.touched = touched
	t.u[start] -= best
	for _, s := range t.settled {
		t.v[s.column] += best - s.length
		t.u[q.partner[s.column]] -= best - s.length
	}
	t.flip(p, q, start, end, leaving)
	for _, j := range touched {
		t.length[j], t.done[j] = math.Inf(1), false
	}
}

// flip matches each row of a path with the next column of the path. The path leads from
// start to the column end or, if end is Diagonal, to the row leaving.
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

// push adds a column to the queue.
func (t *transport) push(r hop) {
	t.queue = append(t.queue, r)
	i := len(t.queue) - 1
	for i > 0 && r.length < t.queue[(i-1)/2].length {
		t.queue[i] = t.queue[(i-1)/2]
		i = (i - 1) / 2
	}
	t.queue[i] = r
}

// pop returns the column with the shortest path among those in the queue that are not done, and
// removes it. It returns false if there is none.
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
