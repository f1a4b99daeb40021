package metrics

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/internal/fastexp"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// A Pooled holds the distances among the points of two clouds, real ones first.
type Pooled struct {
	real, fake int
	points     [2]ph.Points[float32]
	*matrix
}

// Pool computes the distances among real and generated points of one dimension,
// in time O((n+m)²·Dim) on the device and memory for (n+m)² numbers. It is an
// error if a cloud is empty, if dimensions differ, or if a coordinate is not
// finite.
func Pool(dev kernels.Device, real, fake ph.Points[float32]) (*Pooled, error) {
	switch {
	case real.Len() == 0 || fake.Len() == 0:
		return nil, fmt.Errorf("metrics: %d real and %d generated points: both clouds need at least one", real.Len(), fake.Len())
	case real.Dim != fake.Dim:
		return nil, fmt.Errorf("metrics: real points have dimension %d, generated ones %d", real.Dim, fake.Dim)
	}
	m, err := newMatrix(dev, "pooled (real, then generated)", ph.Points[float32]{Dim: real.Dim, Coords: slices.Concat(real.Coords, fake.Coords)})
	if err != nil {
		return nil, err
	}
	return &Pooled{real.Len(), fake.Len(), [2]ph.Points[float32]{real, fake}, m}, nil
}

// A PRDC compares two clouds by balls around their points. The ball of a point is
// open. Its radius is the distance to the k-th nearest other point of the same cloud.
type PRDC struct {
	Precision float64 // share of generated points in the ball of some real point
	Recall    float64 // share of real points in the ball of some generated point
	Density   float64 // mean number of real points whose ball holds a generated point, divided by k; may exceed 1
	Coverage  float64 // share of real points whose ball holds some generated point
}

// PRDC returns precision, recall, density and coverage for balls to the k-th
// neighbor. It panics unless 1 ≤ k and both clouds have more than k points.
func (p *Pooled) PRDC(k int) PRDC {
	if k < 1 || k >= p.real || k >= p.fake {
		panic(fmt.Sprintf("metrics: PRDC: k is %d for %d real and %d generated points", k, p.real, p.fake))
	}
	radii := make([]float32, p.n) // of the balls, each within its own cloud
	eachRow(p.n, func(i int) {
		own := p.row(i)[:p.real]
		if i >= p.real {
			own, i = p.row(i)[p.real:], i-p.real
			radii[p.real+i] = kthOther(own, i, k)
			return
		}
		radii[i] = kthOther(own, i, k)
	})
	var q PRDC
	n, m := float64(p.real), float64(p.fake)
	inside := make([]int, p.fake) // the real points whose ball holds the generated one
	eachRow(p.fake, func(j int) {
		balls := 0
		for i, d := range p.row(p.real + j)[:p.real] {
			balls += less(d, radii[i])
		}
		inside[j] = balls
	})
	pairs, some := 0, 0
	for _, balls := range inside {
		pairs += balls
		some += min(balls, 1)
	}
	q.Density, q.Precision = float64(pairs)/(float64(k)*m), float64(some)/m
	q.Recall = sumRows(p.real, func(i int) float64 {
		for j, d := range p.row(i)[p.real:] {
			if d < radii[p.real+j] {
				return 1
			}
		}
		return 0
	}) / n
	q.Coverage = sumRows(p.real, func(i int) float64 {
		for _, d := range p.row(i)[p.real:] {
			if d < radii[i] {
				return 1
			}
		}
		return 0
	}) / n
	return q
}

func (sampleScores) PRDC() []sampleFamily {
	return []sampleFamily{{
		[]Score{{"precision", "higher", 0}, {"recall", "higher", 0}, {"density", "higher", 0}, {"coverage", "higher", 0}},
		func(_ context.Context, p *Pooled, o ScoreOptions) ([]float64, error) {
			q := p.PRDC(o.Neighbors)
			return []float64{q.Precision, q.Recall, q.Density, q.Coverage}, nil
		},
	}}
}

// kthOther returns the k-th smallest distance in the row of point self, without that
// point's own 0.
func kthOther(row []float32, self, k int) float32 {
	keys := nearest(make([]uint64, 0, k), row, k, func(j int) bool { return j == self })
	return math.Float32frombits(uint32(keys[k-1] >> 32))
}

// blockSums adds what sum returns for the distances from real to real points, for those from
// generated to generated ones, and for those from real to generated ones, row by row. The first
// two sums have each pair in both orders, and leave out the distance of a point to itself.
func (p *Pooled) blockSums(sum func(row []float32) float64) (real, fake, cross float64) {
	real = 2 * sumRows(p.real, func(i int) float64 { return sum(p.row(i)[i+1 : p.real]) })
	fake = 2 * sumRows(p.fake, func(i int) float64 { return sum(p.row(p.real + i)[p.real+i+1:]) })
	cross = sumRows(p.real, func(i int) float64 { return sum(p.row(i)[p.real:]) })
	return real, fake, cross
}

// total returns the sum of distances.
func total(row []float32) float64 {
	s := 0.0
	for _, d := range row {
		s += float64(d)
	}
	return s
}

// Energy returns the energy distance 2·E|x−y| − E|x−x′| − E|y−y′| of the two
// empirical distributions: means over all pairs, a point with itself included. It
// is never negative but for rounding, and 0 for equal clouds.
func (p *Pooled) Energy() float64 {
	real, fake, cross := p.blockSums(total)
	n, m := float64(p.real), float64(p.fake)
	return 2*cross/(n*m) - real/(n*n) - fake/(m*m)
}

func (sampleScores) Energy() []sampleFamily {
	return []sampleFamily{{[]Score{{"energy", "lower", 0}}, func(_ context.Context, p *Pooled, _ ScoreOptions) ([]float64, error) {
		return []float64{p.Energy()}, nil
	}}}
}

// EnergyUnbiased returns [Pooled.Energy] with means over pairs of distinct points:
// its expectation is the energy distance of the distributions sampled. It is NaN
// if a cloud has one point.
func (p *Pooled) EnergyUnbiased() float64 {
	real, fake, cross := p.blockSums(total)
	n, m := float64(p.real), float64(p.fake)
	return 2*cross/(n*m) - real/(n*(n-1)) - fake/(m*(m-1))
}

// MedianDistance returns the median of the distances of all pairs of pooled
// points, the usual bandwidth of [Pooled.MMD]. It is 0 if there are fewer than two.
func (p *Pooled) MedianDistance() float64 {
	pairs := p.n * (p.n - 1) / 2
	switch {
	case pairs == 0:
		return 0
	case pairs%2 == 1:
		return p.kth(pairs / 2)
	}
	return (p.kth(pairs/2-1) + p.kth(pairs/2)) / 2
}

// MMD returns the squared maximum mean discrepancy E k(x,x′) + E k(y,y′) −
// 2·E k(x,y) for k = exp(−|x−y|²/(2·bandwidth²)), with means over all pairs, a
// point with itself included. It panics unless bandwidth is positive.
func (p *Pooled) MMD(bandwidth float64) float64 {
	real, fake, cross := p.kernelSums(bandwidth)
	n, m := float64(p.real), float64(p.fake)
	return (real+n)/(n*n) + (fake+m)/(m*m) - 2*cross/(n*m)
}

// MMD registers "mmd", for the median distance as bandwidth.
func (sampleScores) MMD() []sampleFamily {
	return []sampleFamily{{[]Score{{"mmd", "lower", 0}}, func(_ context.Context, p *Pooled, _ ScoreOptions) ([]float64, error) {
		if bandwidth := p.MedianDistance(); bandwidth > 0 {
			return []float64{p.MMD(bandwidth)}, nil
		}
		return nil, nil
	}}}
}

// MMDUnbiased returns [Pooled.MMD] with means over pairs of distinct points. It
// may be negative, and is NaN if a cloud has one point.
func (p *Pooled) MMDUnbiased(bandwidth float64) float64 {
	real, fake, cross := p.kernelSums(bandwidth)
	n, m := float64(p.real), float64(p.fake)
	return real/(n*(n-1)) + fake/(m*(m-1)) - 2*cross/(n*m)
}

func (p *Pooled) kernelSums(bandwidth float64) (real, fake, cross float64) {
	if !(bandwidth > 0) {
		panic(fmt.Sprintf("metrics: MMD: bandwidth %v, want a positive length", bandwidth))
	}
	return p.blockSums(func(row []float32) float64 {
		s := 0.0
		for _, d := range row {
			r := float64(d) / bandwidth
			s += fastexp.Negative(r * r / 2)
		}
		return s
	})
}

// A TwoSample is the accuracy of telling generated from real points.
type TwoSample struct {
	Accuracy   float64 // over all points; ½ where the clouds cannot be told apart
	Real, Fake float64 // over the points of one cloud
}

// NearestNeighbor returns the leave-one-out accuracy of labelling each pooled
// point as its nearest other point is. It panics unless there are two points.
func (p *Pooled) NearestNeighbor() TwoSample {
	if p.n < 2 {
		panic("metrics: NearestNeighbor: one point has no neighbor")
	}
	right := func(i int) float64 {
		nearest := -1
		row := p.row(i)
		for j, d := range row {
			if j != i && (nearest < 0 || d < row[nearest]) {
				nearest = j
			}
		}
		if (nearest < p.real) == (i < p.real) {
			return 1
		}
		return 0
	}
	real := sumRows(p.real, right)
	fake := sumRows(p.fake, func(j int) float64 { return right(p.real + j) })
	return TwoSample{(real + fake) / float64(p.n), real / float64(p.real), fake / float64(p.fake)}
}

func (sampleScores) NearestNeighbor() []sampleFamily {
	return []sampleFamily{{[]Score{{"one_nn", "½", 0}}, func(_ context.Context, p *Pooled, _ ScoreOptions) ([]float64, error) {
		return []float64{p.NearestNeighbor().Accuracy}, nil
	}}}
}
