// Package sparse approximates Vietoris–Rips filtrations by filtrations with few edges.
//
// The Vietoris–Rips filtration of n points has n²/2 edges, and many more simplices. At large
// scales most of them are redundant: points that are close to each other have nearly the same
// edges. [Rips] lists the edges that are needed for a given relative error; in a space of low
// dimension their number grows like n. [ph.Rips] takes the list as it takes any distances:
//
//	edges, err := sparse.Rips(ctx, points, 0.5)
//	…
//	result, err := ph.Rips(ctx, edges, ph.Options{MaxDegree: 2})
//
// # Guarantee
//
// Let the distances obey the triangle inequality. Then the diagrams of the two filtrations
// have a matching in which births differ by a factor of at most 1+ε, and deaths as well,
// where an unmatched bar dies before (1+ε)² times its birth. In other words, on a logarithmic
// scale the bottleneck distance is at most log(1+ε), in every degree and over any field. In
// degree 0 all bars are matched, and no death is less than its match.
//
// # Idea
//
// Points are ordered such that each is as far as possible from those before it; λ is its
// distance from these. Let a ball of radius α grow around each point. The ball of a point stops
// growing at the radius F = λ(1+ε)/ε, and the point dies at the scale T = (1+ε)F. Two points
// have an edge, of length 2α, if their balls meet at a scale α at which both are alive. The
// result has these edges (Cavanna, Jahanseir and Sheehy, A geometric perspective on sparse
// filtrations, 2015). Unlike there, and in GUDHI, it is a flag complex: it also has the
// simplices whose last edge enters after the death of one of their points. So the engine for
// Vietoris–Rips filtrations computes its homology.
//
// # Proof
//
// Let R(α) be the Vietoris–Rips complex of edges up to length 2α, S(α) the flag complex of
// the edges above up to length 2α, and A(α) its part on the points that are alive at α.
//
// For any t, each point has a point with λ ≥ t within the distance t, by the choice of the
// order.
//
// S(α) collapses to A(α). Remove the points dead at α in the order of their deaths. Let i be
// the next one, and k a point within εF(i) of i with λ(k) ≥ εF(i). The ball of k still grows
// at T(i). Each neighbor j of i that has not been removed was alive at T(i), and then
// d(j, k) ≤ r(j) + F(i) + εF(i) = r(j) + r(k). So j and k have an edge, which enters no later.
// As k is joined to i and to all neighbors of i, the removal of i is a collapse.
//
// S(α) is a part of R(α). Conversely, map each point to a point π within εα of it with
// λ ≥ εα, whose ball still grows at (1+ε)α. This maps R(α) to A((1+ε)α), since
// d(πi, πj) ≤ 2α + 2εα. Followed by the inclusion it is contiguous to the inclusion of R(α)
// in R((1+ε)α), as d(i, πj) ≤ 2α + εα. On A(α) it is contiguous to the collapse of
// S((1+ε)α), which maps a point i that dies in between to its k: a point j with
// d(i, j) ≤ F(i) + r(j) has d(k, πj) ≤ εF(i) + F(i) + α + εα = T(i) + (1+ε)α, and the ball of k
// has at least the radius T(i) at the scale (1+ε)α. So the two filtrations are
// (1+ε)-interleaved.
package sparse

import (
	"context"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/parallel"
)

// Rips returns the edges of a sparse filtration of points, with the values at which they
// enter as their lengths. Its diagrams are within a factor of 1+epsilon of those of the
// Vietoris–Rips filtration, as the package comment says, if the distances are finite and obey
// the triangle inequality, which is not checked.
//
// It computes each distance twice, and takes O(n) memory besides the edges. If a distance is
// infinite, negative or not a number, the error names it.
func Rips(ctx context.Context, d ph.Distances, epsilon float64) (ph.Sparse[float64], error) {
	if !(epsilon > 0) || math.IsInf(epsilon, 1) {
		return ph.Sparse[float64]{}, fmt.Errorf("sparse: epsilon %v: want a positive number", epsilon)
	}
	if err := ph.CheckDistances(d); err != nil {
		return ph.Sparse[float64]{}, err
	}
	stop := parallel.StopOf(ctx)
	order, separation, err := farthest(d, stop)
	if err != nil {
		return ph.Sparse[float64]{}, err
	}
	n := d.Len()
	edges := ph.Sparse[float64]{N: n}
	largest := (1 + epsilon) / epsilon // F/λ: the final radius of a ball with λ = 1
	for b, j := range order {
		if stop.Requested() {
			break
		}
		stopped := separation[b] * largest // the final radius of the ball of j, at most that of i, as λ descends
		for a, i := range order[:b] {
			length := d.Distance(int(max(i, j)), int(min(i, j)))
			switch {
			case length <= 2*stopped:
			case length > stopped+separation[a]*largest:
				continue
			default:
				if length = 2 * (length - stopped); length > 2*stopped*(1+epsilon) {
					continue
				}
			}
			edges.Entries = append(edges.Entries, ph.Entry[float64]{I: int(max(i, j)), J: int(min(i, j)), Distance: length})
		}
	}
	return edges, ctx.Err()
}

// farthest returns points in an order in which each is as far as possible from those before
// it, and this distance for each, +Inf for the first. The first point is point 0, and of
// several that are equally far the one with the lowest index comes first.
func farthest(d ph.Distances, stop parallel.Stop) (order []int32, separation []float64, err error) {
	n := d.Len()
	if n == 0 {
		return nil, nil, nil
	}
	nearest := make([]float64, n) // for each point its distance from the points in the order, −1 if it is in the order
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	next := 0
	for range n {
		if stop.Requested() {
			return nil, nil, nil // the caller returns the error of the context
		}
		at := next
		order, separation = append(order, int32(at)), append(separation, nearest[at])
		nearest[at] = -1
		next = -1
		for i := range nearest {
			if nearest[i] < 0 {
				continue
			}
			length := d.Distance(max(i, at), min(i, at))
			if !(length >= 0) || math.IsInf(length, 1) {
				return nil, nil, fmt.Errorf("sparse: the distance of points %d and %d is %v: want finite distances that are not negative", max(i, at), min(i, at), length)
			}
			nearest[i] = min(nearest[i], length)
			if next < 0 || nearest[i] > nearest[next] {
				next = i
			}
		}
	}
	return order, separation, nil
}
