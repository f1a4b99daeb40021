package topoloss

import "context"

// Chamfer is the Chamfer distance of the learnable points X and the true points Y (Fan, Su
// and Guibas, arXiv:1612.00603, section 4.1, without squares),
//
//	mean over x in X of min |x−y|  +  mean over y in Y of min |x−y|.
//
// The first mean is large where learnable points are far from the data, the second where
// data are not covered. It is a control, without topology, for [Cross], which tells the
// same two faults apart.
type Chamfer struct{}

// Joint returns true: distances between learnable and true points take part.
func (Chamfer) Joint() bool { return true }

// Compare takes O(nm). Of several nearest points, the first gets the derivative.
func (Chamfer) Compare(_ context.Context, c *Clouds) (value float64, ok bool, err error) {
	n := c.N + c.M
	// toward adds the mean distance of the points from low to high to the nearest point
	// from first to last.
	toward := func(low, high, first, last int) {
		weight := 1 / float64(high-low)
		for i := low; i < high; i++ {
			nearest := first
			for j := first + 1; j < last; j++ {
				if c.Joint[i*n+j] < c.Joint[i*n+nearest] {
					nearest = j
				}
			}
			value += weight * float64(c.Joint[i*n+nearest])
			c.Add(i, nearest, weight)
		}
	}
	toward(0, c.N, c.N, n)
	toward(c.N, n, 0, c.N)
	return value, true, nil
}

func (families) Chamfer() []Kind {
	return []Kind{{
		Name: "chamfer", Degrees: "–",
		Doc:     "mean distances to the nearest point of the other cloud: a control without topology",
		Options: []Option{count(0, "k", 0, "points drawn of each cloud in each step, 0 for all")},
		term: func(s settings) Term {
			return Term{Degree: -1, Sample: s.count("k"), Comparison: Chamfer{}}
		},
	}}
}
