package topoloss

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// Big steps in degree 0.
//
// Problem: the gradient of a death moves one edge τ of the spanning tree. When τ has
// passed the next edge, another edge takes its place, and the bar stays behind.
//
// Idea (Nigmetov and Morozov 2024, Topological optimization with big steps,
// arXiv:2203.16748): prescribe a target for the death, and move all edges in the way.
// Let D be the boundary matrix of the edges, ordered by length, R = DV its reduction and
// U = V⁻¹. To lower the death to t, move the edges of column τ of V that are longer than
// t. To raise it to t, move the edges of row τ of U that are shorter. These are the
// critical set of the singleton loss (d − t)², in which each edge e of the set receives
// the derivative 2(ℓ(e) − t).
//
// Conflicts: an edge in several critical sets follows the one with the largest
// displacement |ℓ(e) − t|, the strategy "max" of the authors' program Oineus.
//
// Targets: a term gives derivatives g of its value by deaths. The target of a death d is
// d − g/2, where a quadratic function with that derivative has its minimum. That of
// SortedDeaths or of a Wasserstein cost of order 2 is the death of the partner.
//
// Cost: O(n² log n) to sort the edges, and for each edge the length of its reduction.

// bigStep computes critical sets: a workspace.
type bigStep struct {
	edges   []treeEdge
	pivot   []int   // by vertex: number of the tree edge whose reduced column ends in it; −1 for none
	other   []int32 // by vertex: the other end of that column
	tree    []int   // edges of the tree, ascending
	number  []int   // by edge: its place in tree, −1 if it closes a cycle
	targets map[ph.Cell][]aim
	loops   []loopAim
	columns [][]int // by place: the other edges of its column of V, by place, ascending
	used    []int
	moves   []assignment // by edge
}

// A treeEdge is an edge of the complete graph.
type treeEdge struct {
	length float32
	u, v   int32 // u > v
}

// An aim is where a birth or death is to go, and how much that weighs.
type aim struct{ at, weight float64 }

// An assignment is the singleton loss that an edge follows.
type assignment struct {
	aim
	displacement float64
}

// reduce reduces the boundary matrix of the edges among n points and calls visit, for
// each edge in order, with the places of the tree edges whose reduced columns were added
// to it: the column of U but for its own entry.
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
	w.pivot, w.other, w.number = resize(w.pivot, n), resize(w.other, n), resize(w.number, len(w.edges))
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

// addDeaths notes the targets of a term for the deaths of bars, given the derivatives of its
// value and its weight.
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

// pairs appends the edges that move, with the derivatives of the singleton losses that
// they follow, given the n×n distances. It is an error if the death of a bar is not the
// length of an edge of the spanning tree.
func (w *bigStep) pairs(ctx context.Context, dst []kernels.Pair, n int, distances []float32) ([]kernels.Pair, error) {
	w.moves = w.moves[:0]
	byPlace := make([][]aim, 0, n)
	found := 0
	w.columns = w.columns[:0]
	w.reduce(n, distances, func(edge int, used []int) {
		e := w.edges[edge]
		length := float64(e.length)
		w.moves = append(w.moves, assignment{})
		for _, place := range used {
			for _, t := range byPlace[place] {
				if t.at > length { // row of U: raise
					w.propose(edge, t)
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
			w.propose(edge, t)
			for _, place := range column {
				if at := w.tree[place]; t.at < float64(w.edges[at].length) { // column of V: lower
					w.propose(at, t)
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
		c := float32(m.weight * 2 * (float64(e.length) - m.at))
		if !isFinite(c) {
			return dst, fmt.Errorf("topoloss: the derivative with respect to the distance %v of points %d and %d is too large for a float32", e.length, e.u, e.v)
		}
		if c != 0 && float64(e.length) >= shortest {
			dst = append(dst, kernels.Pair{U: e.u, V: e.v, Coef: c})
		}
	}
	return dst, nil
}

// propose makes an edge follow a target, unless the edge already follows a target that is at
// least as far from its length.
func (w *bigStep) propose(edge int, t aim) {
	displacement := math.Abs(float64(w.edges[edge].length) - t.at)
	if displacement > w.moves[edge].displacement {
		w.moves[edge] = assignment{t, displacement}
	}
}

// symmetricSum returns the places that are in an odd number of the columns of used, each
// with its own place, ascending.
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

// takeBigStep leaves in p the edges that the bars of degrees 0 and 1 move.
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
	p.pairs, err = l.bigStep.pairs(ctx, p.pairs, n, l.rips.distances)
	return err
}
