package distance

import (
	"context"
	"math"
	"sort"
)

// This file is about one question: is there a matching whose moves are all at
// most t? Bars within t of the diagonal need no partner, the others do. By a
// theorem of Mendelsohn and Dulmage (1958) it is enough to look at the two
// diagrams in turn: a matching of all needy bars of one can be changed to also
// match all needy bars of the other, along alternating paths, whenever there is
// one of these.

func (s *side) move(i int, to *side, j int) float64 {
	return max(math.Abs(s.birth[i]-to.birth[j]), math.Abs(s.death[i]-to.death[j]))
}

// least returns a lower bound of the distance: the farthest that a bar has to the
// diagonal and to any bar of the other side.
func (s *side) least(to *side) float64 {
	bound := 0.0
	for i, h := range s.half {
		if h <= bound {
			continue
		}
		// Nearer births first, on both sides.
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
				h = min(h, s.move(i, to, up))
				up++
			} else {
				h = min(h, s.move(i, to, down))
				down--
			}
		}
		bound = max(bound, h)
	}
	return bound
}

// match extends the matching of two sides, whose moves are at most t, to one
// of all bars. Without one, it leaves a matching that has as many needy bars as
// it found partners for.
func match(ctx context.Context, p, q *side, t float64) (bool, error) {
	if ok, err := p.place(ctx, q, t); err != nil || !ok {
		return false, err
	}
	return q.place(ctx, p, t)
}

// place finds partners for all needy bars. In each phase a bar of the other
// side is looked at once, whatever the number of searches (Pothen and Fan 1990).
func (s *side) place(ctx context.Context, to *side, t float64) (bool, error) {
	for {
		to.unseeAll()
		missing, found := 0, 0
		for i, h := range s.half {
			if h <= t || s.partner[i] != Diagonal {
				continue
			}
			if i%rowsBetweenChecks == 0 && ctx.Err() != nil {
				return false, ctx.Err()
			}
			if s.augment(to, int32(i), t) {
				found++
			} else if missing++; found == 0 {
				return false, nil // all alternating paths were tried
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

// augment finds a partner for bar i, changing those of others if need be.
func (s *side) augment(to *side, i int32, t float64) bool {
	b, d := s.birth[i], s.death[i]
	// Rounding must not lose a bar whose birth is just within t.
	margin := (math.Abs(b) + t) * 1e-15
	for j := to.unseen(to.firstFrom(b - t - margin)); int(j) < len(to.birth) && to.birth[j] <= b+t+margin; j = to.unseen(j + 1) {
		if math.Abs(d-to.death[j]) > t || math.Abs(b-to.birth[j]) > t {
			continue
		}
		to.next[j] = j + 1
		other := to.partner[j]
		if other != Diagonal && s.half[other] > t && !s.augment(to, other, t) {
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

// firstFrom returns the first bar born at x or later.
func (s *side) firstFrom(x float64) int32 { return int32(sort.SearchFloat64s(s.birth, x)) }

func (s *side) unseeAll() {
	s.next = resize(s.next, len(s.birth)+2)
	for i := range s.next {
		s.next[i] = int32(i)
	}
}

// unseen returns the first bar from j on that has not been seen.
func (s *side) unseen(j int32) int32 {
	for s.next[j] != j {
		s.next[j] = s.next[s.next[j]]
		j = s.next[j]
	}
	return j
}
