package topoloss

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// Big steps in degree 0.
//
// Problem: the gradient of a death moves one edge τ of the minimum spanning tree. When τ
// becomes longer than another edge that joins the same two components, that edge takes its
// place in the tree, and the bar dies there, short of its target.
//
// Idea (Nigmetov and Morozov 2024, Topological optimization with big steps,
// arXiv:2203.16748): prescribe a target t for the death d of τ, and move all edges in the
// way. Let D be the boundary matrix of the edges, ordered by length, R = DV its reduction
// and U = V⁻¹. To lower d to t, move the edges of column τ of V that are longer than t. To
// raise d to t, move the edges of row τ of U that are shorter than t. The edges that move
// are the critical set of the singleton loss (d − t)². Each edge e of the set, of length
// ℓ(e), receives the derivative 2(ℓ(e) − t).
//
// Conflicts: see [Conflict] for an edge in several critical sets.
//
// The authors' program Oineus also asks that the pivot of the column of R of an edge is not
// before that of τ (to lower d), or not after it (to raise d). That holds for all edges here: the
// reduction adds to a column only columns with its own pivot, from left to right.
//
// Targets: a term gives derivatives g of its value by deaths. The target of a death d is
// d − g/2: the function (d − t)² has the derivative g at d and its minimum t there. For
// SortedDeaths, and for a Wasserstein cost of order 2, the target is the death of the true
// bar that is matched with the learnable one.
//
// Cost: O(n² log n) to sort the edges of n points, and for each edge the number of columns
// that its reduction adds.

// bigStep computes critical sets: a workspace.
type bigStep struct {
	edges []treeEdge
	// A reduced column of the boundary matrix has two entries, both vertices. Its pivot is
	// the larger one. The place of a tree edge is its index in tree.
	pivot   []int             // by vertex: place of the tree edge whose reduced column has this pivot, −1 for none
	other   []int32           // by vertex: the smaller vertex of that reduced column
	tree    []int             // edges of the spanning tree, as ascending indices into edges
	number  []int             // by edge: its place in tree, −1 if the edge closes a cycle
	targets map[ph.Cell][]aim // of deaths of degree 0, by the edge of the death
	loops   []loopAim         // targets of bars of degree 1
	columns [][]int           // by place: column of V without its own entry, as ascending places
	used    []int             // places of the columns that the reduction of an edge adds
	moves   []movement        // by edge
}

// A treeEdge is an edge of the complete graph. The spanning tree consists of some of them.
type treeEdge struct {
	length float32
	u, v   int32 // u > v
}

// An aim is the target of a birth or death, the length at, and the weight of the term that
// set the target.
type aim struct{ at, weight float64 }

// reduce reduces the boundary matrix of the edges among n points. It calls visit for each
// edge, by ascending length. The argument used has the places of the tree edges whose
// reduced columns were added to the column of the edge. It is the column of U without its
// own entry.
func (w *bigStep) reduce(n int, distances []float32, visit func(edge int, used []int)) {
	w.edges = w.edges[:0]
	for u := range n {
		for v := range u {
			w.edges = append(w.edges, treeEdge{distances[u*n+v], int32(u), int32(v)})
		}
	}
	slices.SortFunc(w.edges, func(a, b treeEdge) int {
		return cmp.Or(cmp.Compare(a.length, b.length), cmp.Compare(a.u, b.u), cmp.Compare(a.v, b.v))
	})
	w.pivot, w.other, w.number = reuse.Slice(w.pivot, n), reuse.Slice(w.other, n), reuse.Slice(w.number, len(w.edges))
	for v := range w.pivot {
		w.pivot[v] = -1
	}
	w.tree = w.tree[:0]
	for i, e := range w.edges {
		low, high := e.v, e.u
		w.used = w.used[:0]
		for low != high && w.pivot[high] >= 0 {
			w.used = append(w.used, w.pivot[high])
			high = w.other[high]
			low, high = min(low, high), max(low, high)
		}
		w.number[i] = -1
		if low != high {
			w.number[i] = len(w.tree)
			w.pivot[high], w.other[high] = len(w.tree), low
			w.tree = append(w.tree, i)
		}
		visit(i, w.used)
	}
}

// begin forgets all targets.
func (w *bigStep) begin() {
	clear(w.targets)
	w.loops = w.loops[:0]
}

// addDeaths notes the targets of a term for the deaths of bars of degree 0. The derivatives
// of the term's value by the bars are gradients.
func (w *bigStep) addDeaths(bars []ph.Bar, gradients []BarGradient, weight float64) {
	if w.targets == nil {
		w.targets = make(map[ph.Cell][]aim)
	}
	for i, b := range bars {
		if g := gradients[i].Death; g != 0 {
			w.targets[b.DeathCell] = append(w.targets[b.DeathCell], aim{b.Death - g/2, weight})
		}
	}
}

// pairs appends to dst the edges that move, each with the derivative of the singleton losses
// of its targets. The matrix distances is n×n. It is an error if the
// DeathCell of a bar with a target is not an edge of the spanning tree.
func (w *bigStep) pairs(ctx context.Context, dst []kernels.Pair, n int, distances []float32, conflict Conflict) ([]kernels.Pair, error) {
	w.moves = w.moves[:0]
	byPlace := make([][]aim, 0, n)
	found := 0
	w.columns = w.columns[:0]
	w.reduce(n, distances, func(edge int, used []int) {
		e := w.edges[edge]
		length := float64(e.length)
		w.moves = append(w.moves, movement{})
		for _, place := range used {
			for _, t := range byPlace[place] {
				if t.at > length { // row of U: raise
					w.moves[edge].follow(length, t, false)
				}
			}
		}
		if w.number[edge] < 0 {
			return
		}
		own := w.targets[ph.Cell{U: e.u, V: e.v}]
		if own != nil {
			found++
		}
		byPlace = append(byPlace, own)
		column := symmetricSum(w.columns, used)
		w.columns = append(w.columns, column)
		for _, t := range own {
			w.moves[edge].follow(length, t, true)
			for _, place := range column {
				at := w.tree[place]
				if length := float64(w.edges[at].length); t.at < length { // column of V: lower
					w.moves[at].follow(length, t, false)
				}
			}
		}
	})
	if found != len(w.targets) {
		return dst, fmt.Errorf("topoloss: %d bars of degree 0 do not die at edges of the spanning tree: the diagram is of other points", len(w.targets)-found)
	}
	if err := w.moveLoops(ctx, n); err != nil {
		return dst, err
	}
	for i, m := range w.moves {
		e := w.edges[i]
		var ok bool
		if dst, ok = appendPair(dst, e.u, e.v, float64(e.length), m.derivative(conflict)); !ok {
			return dst, fmt.Errorf("topoloss: the derivative with respect to the distance %v of points %d and %d is too large for a float32", e.length, e.u, e.v)
		}
	}
	return dst, nil
}

// symmetricSum returns the sum over Z/2 of the columns of V at the places used, as
// ascending places. An element of columns lacks the column's own place, which the sum
// includes.
func symmetricSum(columns [][]int, used []int) []int {
	odd := make(map[int]bool)
	for _, place := range used {
		odd[place] = !odd[place]
		for _, other := range columns[place] {
			odd[other] = !odd[other]
		}
	}
	var sum []int
	for place, in := range odd {
		if in {
			sum = append(sum, place)
		}
	}
	slices.Sort(sum)
	return sum
}

// takeBigStep stores in p.pairs the edges that move for the bars of degrees 0 and 1.
func (l *Loss) takeBigStep(ctx context.Context, in input, p *pullback) (err error) {
	if len(l.bigStep.targets) == 0 && len(l.bigStep.loops) == 0 {
		return nil
	}
	n, _, err := cloudSize(in.x.Shape())
	if err != nil {
		return err
	}
	if !l.rips.measured {
		if err := l.rips.measure(in.x); err != nil {
			return err
		}
	}
	p.pairs, err = l.bigStep.pairs(ctx, p.pairs, n, l.rips.distances, l.Gradient.Conflict)
	return err
}
