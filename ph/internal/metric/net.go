package metric

import (
	"math"

	"github.com/topogen/topogen/internal/reuse"
)

// A Net is a part of the points of a space, its members, such that each point has a member near
// it. Used again, it keeps its memory.
type Net[T Float] struct {
	Members []int32
	// Nearest has for each point the number in Members of a member near it; for a member that
	// is itself.
	Nearest []int32
	// Stretch says how far apart the members near two points are: at most the distance of the
	// points and Stretch.
	Stretch float64

	between []T // the distances of one member from all
}

// choose makes a net of at most a number of members, with one within the radius of each
// point. It reports false if that takes more members.
func choose[T Float](t *Net[T], s Space[T], stopped func(int) bool, radius T, most int) bool {
	n := int32(s.Len())
	t.Members, t.Nearest = t.Members[:0], reuse.Slice(t.Nearest, int(n))
	for i := range t.Nearest {
		t.Nearest[i] = -1
	}
	for a := range n {
		if t.Nearest[a] >= 0 {
			continue
		}
		k := int32(len(t.Members))
		if int(k) == most || stopped(int(k)) {
			return false
		}
		t.Members, t.Nearest[a] = append(t.Members, a), k
		for b := a + 1; b < n; b++ {
			if t.Nearest[b] < 0 && s.Distance(a, b) <= radius {
				t.Nearest[b] = k
			}
		}
	}
	return true
}

// Choose makes a net of at most a number of members, with one within the radius of each
// point. It reports false if that takes more members. The distances need not obey the triangle
// inequality: all of them are compared with those of the net.
func (d *Dense[T]) Choose(t *Net[T], radius T, most int) bool {
	if !choose(t, d, d.stopped, radius, most) {
		return false
	}
	t.Stretch, t.between = 0, reuse.Slice(t.between, len(t.Members))
	for k, a := range t.Members {
		for l, b := range t.Members {
			if t.between[l] = 0; k != l {
				t.between[l] = d.Distance(a, b)
			}
		}
		for a, nearest := range t.Nearest {
			if nearest != int32(k) {
				continue
			}
			if d.stopped(a) {
				return false
			}
			most := 0.0
			for b, v := range d.row(a) {
				most = max(most, float64(t.between[t.Nearest[b]])-float64(v))
			}
			if !(most <= math.MaxFloat64) {
				return false
			}
			t.Stretch = max(t.Stretch, most)
		}
	}
	return true
}

// Choose makes a net of at most a number of members, with one within the radius of each
// point. It reports false if that takes more members.
func (s *Euclidean[T]) Choose(t *Net[T], radius T, most int) bool {
	t.Stretch = 2 * float64(radius) * (1 + slack)
	return choose(t, s, func(int) bool { return s.stop.Requested() }, radius, most)
}

// Choose reports false: points that no edge joins have no distance.
func (s *Sparse[T]) Choose(*Net[T], T, int) bool { return false }
