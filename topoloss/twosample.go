package topoloss

import (
	"context"
)

// Energy is the energy distance of the learnable points X and the true points Y
// (Székely and Rizzo 2013),
//
//	2·E|x−y| − E|x−x′| − E|y−y′|,
//
// where E is the mean over points x, x′ of X and y, y′ of Y. It is a control, without
// topology, for topological terms.
type Energy struct {
	// Biased makes the means over pairs x, x′ and y, y′ include each point with itself.
	// Then the value is at least 0. If Biased is false, they run over pairs of different
	// points, and the value may be negative.
	Biased bool
}

// Joint returns true: distances between learnable and true points take part.
func (Energy) Joint() bool { return true }

// Compare takes O((n+m)²).
func (r Energy) Compare(_ context.Context, c *Clouds) (float64, bool, error) {
	value, ok := twoSample(c, r.Biased, func(d float64) (float64, float64) { return -d, -1 })
	return value, ok, nil
}

// MMD is the square of the maximum mean discrepancy of the learnable points X and the
// true points Y (Gretton et al. 2012),
//
//	E k(x, x′) + E k(y, y′) − 2·E k(x, y),  k(x, y) = exp(−|x−y|²/(2·Bandwidth²)),
//
// where E is the mean over points x, x′ of X and y, y′ of Y. It is a control, without
// topology, for topological terms.
type MMD struct {
	// Bandwidth is a length. 0 stands for the median of the distances of all pairs of
	// points of both clouds. The derivative treats this median as constant.
	Bandwidth float64
	Biased    bool // as in Energy

	distances []float32 // of all pairs, each once
}

// Joint returns true: distances between learnable and true points take part.
func (*MMD) Joint() bool { return true }

// Compare takes O((n+m)²).
func (r *MMD) Compare(_ context.Context, c *Clouds) (float64, bool, error) {
	bandwidth := r.Bandwidth
	if bandwidth == 0 {
		n := c.N + c.M
		r.distances = r.distances[:0]
		for i := range n {
			r.distances = append(r.distances, c.Joint[i*n:i*n+i]...)
		}
		bandwidth = orOne(quantile(r.distances, 0.5))
	}
	value, ok := twoSample(c, r.Biased, func(d float64) (float64, float64) {
		z := d / bandwidth
		k := expNegative(z * z / 2)
		return k, -k * z / bandwidth
	})
	return value, ok, nil
}

// twoSample returns E k(x, x′) + E k(y, y′) − 2·E k(x, y), where E is the mean over points
// x, x′ of the learnable cloud and y, y′ of the true cloud. The kernel k is a function of
// the distance d. If a cloud has one point and biased is false, its mean is 0.
func twoSample(c *Clouds, biased bool, k func(d float64) (value, derivative float64)) (value float64, ok bool) {
	n := c.N + c.M
	// within returns the weight of a pair j < i within a cloud. It has a factor 2, since
	// the mean counts the pair in both orders.
	within := func(size int) float64 {
		if biased {
			return 2 / float64(size*size)
		}
		if size < 2 {
			return 0
		}
		return 2 / float64(size*(size-1))
	}
	x, y, between := within(c.N), within(c.M), -2/(float64(c.N)*float64(c.M))
	for i := range n {
		for j := range i {
			weight := between
			switch {
			case i < c.N:
				weight = x
			case j >= c.N:
				weight = y
			}
			v, derivative := k(float64(c.Joint[i*n+j]))
			value += weight * v
			if j < c.N {
				c.Add(i, j, weight*derivative)
			}
		}
	}
	if biased {
		v, _ := k(0)
		value += v/float64(c.N) + v/float64(c.M)
	}
	return value, true
}

func twoSampleOptions(own ...Option) []Option {
	return append(own,
		choice("estimate", "biased means count pairs of a point with itself", "unbiased", "biased"),
		count(0, "k", 0, "points drawn of each cloud in each step, 0 for all"),
	)
}

func (families) TwoSample() []Kind { return []Kind{energyKind(), mmdKind()} }

func energyKind() Kind {
	return Kind{
		Name: "energy", Degrees: "–",
		Doc:     "energy distance to true points: a control without topology",
		Options: twoSampleOptions(),
		term: func(s settings) Term {
			return Term{Degree: -1, Sample: s.count("k"), Comparison: Energy{Biased: s.is("estimate", "biased")}}
		},
	}
}

func mmdKind() Kind {
	return Kind{
		Name: "mmd", Degrees: "–",
		Doc:     "squared maximum mean discrepancy to true points: a control without topology",
		Options: twoSampleOptions(atLeast(0, "bandwidth", 0, "width of the Gaussian kernel, a length, 0 for the median distance")),
		term: func(s settings) Term {
			return Term{Degree: -1, Sample: s.count("k"), Comparison: &MMD{
				Bandwidth: s.number("bandwidth"), Biased: s.is("estimate", "biased"),
			}}
		},
	}
}
