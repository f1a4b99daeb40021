package distance

import (
	"context"
	"math"
	"sort"

	"github.com/topogen/topogen/internal/reuse"
)

// This file decides whether a matching exists whose moves have length at most t.
//
// Problem: a bar is far if its move to the diagonal is longer than t. The matching must give
// each far bar of both sides a partner to which it moves by at most t. Other bars may stay
// unmatched.
//
// Idea: by a theorem of Mendelsohn and Dulmage (Some generalizations of the problem of
// distinct representatives, 1958), a matching that covers the far bars of one side and
// a matching that covers the far bars of the other side combine into a matching that
// covers both. So the far bars of the first side get partners, and then those of the second.
// A bar gets a partner along an alternating path, which leaves no matched far bar unmatched.
//
// Invariant: the moves of the partial matching are at most t. While the second side is
// covered, each far bar of the first side keeps a partner.
//
// Cost: a phase is one pass over the far bars of a side. Its searches together visit each
// bar of the other side at most once (Pothen and Fan, Computing the block triangular form of
// a sparse matrix, 1990). The bars whose births are within t of a given one are a range,
// since births ascend.

// match extends the matching of the sides, whose moves are at most t, to a matching that
// covers all far bars. If this is impossible, it returns false and leaves a partial matching.
func match(ctx context.Context, p, q *side, t float64) (bool, error) {
	if ok, err := p.place(ctx, q, t); err != nil || !ok {
		return false, err
	}
	return q.place(ctx, p, t)
}

// place finds partners for all far bars of s. It returns false if some far bar can have none.
func (s *side) place(ctx context.Context, to *side, t float64) (bool, error) {
	for {
		to.forgetVisits()
		missing, found := 0, 0
		for i, h := range s.toDiagonal {
			if i%barsBetweenChecks == 0 && ctx.Err() != nil {
				return false, ctx.Err()
			}
			if h <= t || s.partner[i] != Diagonal {
				continue
			}
			if s.augment(to, int32(i), t) {
				found++
			} else if missing++; found == 0 {
				return false, nil // no alternating path remains from this bar
			}
		}
		if missing == 0 {
			return true, nil
		}
		if found == 0 {
			return false, nil
		}
	}
}

// augment finds a partner for bar i along an alternating path. It reports whether there is
// one among the bars of the other side that the phase has not visited.
func (s *side) augment(to *side, i int32, t float64) bool {
	b, d := s.birth[i], s.death[i]
	// The rounding of b±t must not exclude a bar whose birth is exactly t away.
	margin := (math.Abs(b) + t) * 1e-15
	for j := to.unvisited(to.firstFrom(b - t - margin)); int(j) < len(to.birth) && to.birth[j] <= b+t+margin; j = to.unvisited(j + 1) {
		x, y := math.Abs(b-to.birth[j]), math.Abs(d-to.death[j])
		if y > t || x > t || !s.sup && s.norm.length(x, y) > t {
			continue
		}
		to.next[j] = j + 1
		other := to.partner[j]
		if other != Diagonal && s.toDiagonal[other] > t && !s.augment(to, other, t) {
			continue
		}
		if other != Diagonal && s.partner[other] == j {
			s.partner[other] = Diagonal
		}
		s.partner[i], to.partner[j] = j, i
		return true
	}
	return false
}

// lowerBound returns a lower bound of the bottleneck distance. A bar of s moves at least by
// its distance to the diagonal or to the nearest bar of the other side, whichever is less.
// The distance between bars is that in the sup-norm, which is the least of all norms. The
// result is the maximum over all bars of s.
func (s *side) lowerBound(to *side) float64 {
	bound := 0.0
	for i, h := range s.toDiagonal {
		if h <= bound {
			continue
		}
		// Visit the bars of the other side in both directions, the nearest birth first.
		up := sort.SearchFloat64s(to.birth, s.birth[i])
		down := up - 1
		for h > bound {
			u, d := math.Inf(1), math.Inf(1)
			if up < len(to.birth) {
				u = to.birth[up] - s.birth[i]
			}
			if down >= 0 {
				d = s.birth[i] - to.birth[down]
			}
			if min(u, d) >= h {
				break
			}
			if u < d {
				h = min(h, s.supMove(i, to, up))
				up++
			} else {
				h = min(h, s.supMove(i, to, down))
				down--
			}
		}
		bound = max(bound, h)
	}
	return bound
}

// firstFrom returns the first bar born at x or later.
func (s *side) firstFrom(x float64) int32 { return int32(sort.SearchFloat64s(s.birth, x)) }

// forgetVisits makes every bar unvisited.
func (s *side) forgetVisits() {
	s.next = reuse.Slice(s.next, len(s.birth)+2)
	for i := range s.next {
		s.next[i] = int32(i)
	}
}

// unvisited returns the first bar from j on that the phase has not visited. next is
// a union-find forest with path halving: a visited bar points at a later one.
func (s *side) unvisited(j int32) int32 {
	for s.next[j] != j {
		s.next[j] = s.next[s.next[j]]
		j = s.next[j]
	}
	return j
}
