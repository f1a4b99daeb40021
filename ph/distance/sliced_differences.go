package distance

import (
	"context"
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/radix"
)

// This file computes sliced Wasserstein distances, and their gradients, from the
// differences of bars.
//
// Problem: a difference of two projections loses the digits in which they agree, and a
// sorted list of projections does not tell which bar each of them belongs to.
//
// Idea: sort the indices of bars by projection. Subtract each two points that have the same
// position in the sorted lists of the two diagrams, and project the difference.
//
// Cost: O(n log n) time for each direction, about twice that of a slicer.

// slicedByDifferences returns the sliced Wasserstein distance of the finite bars in the
// slicer's unit. Unless grad is nil, it adds the gradient of the distance to grad.
func (m *Matcher) slicedByDifferences(ctx context.Context, directions int, grad []ph.Gradient) (float64, error) {
	s := &m.slicer
	p, q := &s.byDifference[0], &s.byDifference[1]
	p.begin(s, m.a)
	q.begin(s, m.b)
	sum, weight := 0.0, 1/float64(directions)
	for k := range directions {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		sin, cos := direction(k, directions)
		p.project(sin, cos)
		q.project(sin, cos)
		p.merge(q, sin+cos)
		q.merge(p, sin+cos)
		for r, u := range p.merged {
			v := q.merged[r]
			x := (u.birth-v.birth)*cos + (u.death-v.death)*sin
			sum += math.Abs(x)
			if x == 0 || grad == nil {
				continue
			}
			w := math.Copysign(weight, x)
			if u.own {
				g := &grad[p.index[u.bar]]
				g.Birth += w * cos
				g.Death += w * sin
			}
			if !v.own { // v is the middle of a bar of p
				g := &grad[p.index[v.bar]]
				g.Birth -= w * (sin + cos) / 2
				g.Death -= w * (sin + cos) / 2
			}
		}
	}
	return sum * weight, nil
}

// slicedBars are the finite bars of positive length of a diagram in the current direction.
type slicedBars struct {
	birth, death []float64 // relative coordinates
	middle       []float64 // (birth+death)/2
	index        []int     // index among all bars of the diagram
	byMiddle     []int32   // bars by ascending middle
	projection   []float64
	order        []int32       // bars by ascending projection
	merged       []slicedPoint // by ascending projection
	radix        radix.Sorter
}

// A slicedPoint is a bar of a diagram, or the middle of a bar of the other diagram: the
// point of the diagonal nearest to that bar.
type slicedPoint struct {
	birth, death float64
	bar          int32 // the index of the bar in its slicedBars
	own          bool  // whether the point is a bar of this diagram
}

// begin copies the finite bars of positive length. A bar of length 0 is equal to its middle,
// so that it adds the same number to u and to v and nothing to the distance.
func (s *slicedBars) begin(relative *slicer, bars []ph.Bar) {
	s.birth, s.death, s.middle, s.index = s.birth[:0], s.death[:0], s.middle[:0], s.index[:0]
	for i, b := range bars {
		if !b.Essential() && b.Birth != b.Death {
			birth, death := relative.relative(b.Birth), relative.relative(b.Death)
			s.birth, s.death = append(s.birth, birth), append(s.death, death)
			s.middle, s.index = append(s.middle, (birth+death)/2), append(s.index, i)
		}
	}
	n := len(s.birth)
	s.byMiddle, s.order, s.projection = reuse.Slice(s.byMiddle, n), reuse.Slice(s.order, n), reuse.Slice(s.projection, n)
	s.radix.Order(s.byMiddle, s.middle)
}

// project sorts the bars by their projections.
func (s *slicedBars) project(sin, cos float64) {
	for i, b := range s.birth {
		s.projection[i] = b*cos + s.death[i]*sin
	}
	s.radix.Order(s.order, s.projection)
}

// merge sets s.merged to the bars of s and the middles of the other diagram, sorted by
// projection. scale is sin+cos.
func (s *slicedBars) merge(other *slicedBars, scale float64) {
	s.merged = s.merged[:0]
	next := 0
	for k := range other.byMiddle {
		if scale < 0 {
			k = len(other.byMiddle) - 1 - k
		}
		j := other.byMiddle[k]
		x := other.middle[j]
		for next < len(s.order) && s.projection[s.order[next]] <= x*scale {
			s.addBar(s.order[next])
			next++
		}
		s.merged = append(s.merged, slicedPoint{x, x, j, false})
	}
	for _, i := range s.order[next:] {
		s.addBar(i)
	}
}

func (s *slicedBars) addBar(i int32) {
	s.merged = append(s.merged, slicedPoint{s.birth[i], s.death[i], i, true})
}
