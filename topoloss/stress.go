package topoloss

import "context"

// Stress is the raw stress of multidimensional scaling (Kruskal 1964), as a mean over
// pairs of points. A learnable point corresponds to the true point of the same number. The
// value is
//
//	2/(n(n−1)) Σ (A_ij − B_ij)²  over all pairs i < j,
//
// where A_ij is the distance of two true points and B_ij that of the learnable ones. It
// is the control without topology for [Signature], which sums over the edges of spanning
// trees alone.
type Stress struct{}

// Joint returns false: no distance between a learnable and a true point takes part.
func (Stress) Joint() bool { return false }

// Compare takes O(n²). It is an error if the clouds differ in size.
func (Stress) Compare(_ context.Context, c *Clouds) (value float64, ok bool, err error) {
	if err := c.checkPaired(); err != nil {
		return 0, false, err
	}
	if c.N < 2 {
		return 0, false, nil
	}
	pairs := float64(c.N) * float64(c.N-1) / 2
	for i := range c.N {
		for j := range i {
			gap := float64(c.X[i*c.N+j]) - float64(c.Y[i*c.N+j])
			value += gap * gap / pairs
			c.Add(i, j, 2*gap/pairs)
		}
	}
	return value, true, nil
}

func (families) Stress() []Kind { return []Kind{stressKind()} }

func stressKind() Kind {
	return Kind{
		Name: "stress", Degrees: "–", paired: true,
		Doc:  "mean squared difference of the distances of all pairs of points and of true points (a control)",
		term: func(settings) Term { return Term{Degree: -1, Comparison: Stress{}} },
	}
}
