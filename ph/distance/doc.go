// Package distance compares persistence diagrams.
//
// A distance between two diagrams is that of an optimal matching. A matching pairs
// some bars of one diagram with bars of the other, and moves the remaining bars to the
// diagonal, where bars have length 0. A bar (b, d) moves to a bar (b′, d′) by
// ‖(b−b′, d−d′)‖, and to the diagonal by ‖((d−b)/2, (d−b)/2)‖, in an inner norm.
//
//   - The bottleneck distance minimizes the longest move (Cohen-Steiner, Edelsbrunner
//     and Harer, Stability of persistence diagrams, 2007).
//   - The Wasserstein distance of order p minimizes (Σ moveᵖ)^(1/p) (Cohen-Steiner,
//     Edelsbrunner, Harer and Mileyko, Lipschitz functions have Lp-stable
//     persistence, 2010).
//   - The sliced Wasserstein distance averages Wasserstein distances of order 1 between
//     projections to lines (Carrière, Cuturi and Oudot, Sliced Wasserstein kernel for
//     persistence diagrams, 2017).
//
// A [Matcher] computes them:
//
//	var m distance.Matcher
//	d, witness, err := m.Bottleneck(ctx, a, b)
//	…
//	pairs := m.Matching(nil) // an optimal matching
//
// # Bars
//
// A birth is finite. A death is a number or +Inf, and not less than the birth. Any
// other bar is an error that names the diagram and the index of the bar. The diagram
// of a superlevel filtration is compared by the negatives of its births and deaths.
//
// Essential bars, whose death is +Inf, are matched among themselves, in the order of
// their births. That order is optimal for every distance here. The distance is +Inf
// if one diagram has more essential bars than the other.
//
// # Accuracy
//
// The bottleneck distance is exact: it is one of the rounded lengths of moves.
// Wasserstein distances of every order have the relative error of rounding, however
// much the lengths of moves differ. A distance beyond the largest float64 is +Inf.
package distance
