package metrics

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

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

// NewPooled computes the distances among real and generated points of one dimension,
// in time O((n+m)²·Dim) on the device and memory for (n+m)² numbers. It is an
// error if a cloud is empty, if dimensions differ, or if a coordinate is not
// finite.
func NewPooled(dev kernels.Device, real, fake ph.Points[float32]) (*Pooled, error) {
	switch {
	case real.Len() == 0 || fake.Len() == 0:
		return nil, fmt.Errorf("metrics: %d real and %d generated points: both clouds need at least one", real.Len(), fake.Len())
	case real.Dim != fake.Dim:
		return nil, fmt.Errorf("metrics: real points have dimension %d, generated ones %d", real.Dim, fake.Dim)
	}
	m, err := newMatrix(dev, "pooled (real, then generated)", real, fake)
	if err != nil {
		return nil, err
	}
	return &Pooled{real.Len(), fake.Len(), [2]ph.Points[float32]{real, fake}, m}, nil
}

// Free gives the memory of the distances back to the device, for the next that need some.
// Without it the garbage collector finds the memory. p must not be used afterwards.
func (p *Pooled) Free() { p.release() }

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
	eachRowWith(p.n, func() (func(i int), func()) {
		var nearest selection
		return func(i int) {
			own, self := p.row(i)[:p.real], i
			if i >= p.real {
				own, self = p.row(i)[p.real:], i-p.real
			}
			nearest.others(own, self, k)
			radii[i] = nearest.limit
		}, func() {}
	})
	realRadii, fakeRadii := radii[:p.real], radii[p.real:]
	n, m := float64(p.real), float64(p.fake)
	inside := make([]int, p.fake) // the real points whose ball holds the generated one
	eachRow(p.fake, func(j int) {
		balls := 0
		for i, d := range p.row(p.real + j)[:len(realRadii)] {
			if d < realRadii[i] {
				balls++
			}
		}
		inside[j] = balls
	})
	pairs, some := 0, 0
	for _, balls := range inside {
		pairs += balls
		some += min(balls, 1)
	}
	var recalled, covered atomic.Int64 // the real points in some ball, and with some generated point in theirs
	eachRow(p.real, func(i int) {
		cross := p.row(i)[p.real:][:len(fakeRadii)]
		for j, d := range cross {
			if d < fakeRadii[j] {
				recalled.Add(1)
				break
			}
		}
		radius := realRadii[i]
		if slices.ContainsFunc(cross, func(d float32) bool { return d < radius }) {
			covered.Add(1)
		}
	})
	return PRDC{
		Precision: float64(some) / m,
		Recall:    float64(recalled.Load()) / n,
		Density:   float64(pairs) / (float64(k) * m),
		Coverage:  float64(covered.Load()) / n,
	}
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
	if pairs == 0 {
		return 0
	}
	low, high := p.twoOf((pairs-1)/2, pairs/2)
	return (low + high) / 2
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
	return p.blockSums(func(row []float32) float64 { return fastexp.Gaussians(row, math.Sqrt2*bandwidth) })
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
		if (firstNearest(p.row(i), i) < p.real) == (i < p.real) {
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
