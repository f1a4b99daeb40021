package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
)

// A Comparison is a function of two clouds, a learnable and a true one. It sees
// distances between points and nothing else: neither coordinates nor the device
// that holds them.
type Comparison interface {
	// Joint reports whether the comparison uses distances between learnable and true
	// points. If so, both clouds must lie in one space.
	Joint() bool
	// Compare returns the value for two clouds. It reports in ok whether the value
	// depends on the learnable cloud. If ok is true, Compare has passed the derivative
	// by each distance that the value depends on to [Clouds.Add]. If ok is false, the
	// value does not count.
	//
	// Compare must not keep its argument. It may use a workspace of the
	// comparison: one comparison serves one goroutine at a time.
	Compare(ctx context.Context, c *Clouds) (value float64, ok bool, err error)
}

// Clouds hold the distances that a [Comparison] compares, as full symmetric matrices, row
// by row.
type Clouds struct {
	// N and M are the numbers of learnable and of true points, at least 1.
	N, M int
	// X holds the N×N distances among learnable points, divided by [Term.Scale]. It is
	// nil for a joint comparison.
	X []float32
	// Y holds the M×M distances among true points. It is nil for a joint comparison.
	Y []float32
	// Truth is the target, which holds quantities of the true cloud that are computed
	// once, such as a spanning tree. It is nil for a joint comparison.
	Truth *Target
	// Joint holds the (N+M)×(N+M) distances among all points, learnable points first.
	// It is nil unless the comparison is joint.
	Joint []float32

	weight     float64        // Add multiplies derivatives by it
	scale      float64        // the number by which X was divided, 1 for none
	scaleSlope float64        // derivative of the weighted value by scale
	pairs      []kernels.Pair // weighted derivatives by the distances before the division
	bad        error          // the first error of Add
}

// Add adds derivative to the derivative of the value by the distance of the points u and
// v. This distance is an entry of Joint in a joint comparison and of X in another. In a
// joint comparison, u or v must be a learnable point. Points that coincide give each other
// no gradient.
func (c *Clouds) Add(u, v int, derivative float64) {
	g := c.weight * derivative
	var length float64
	if c.Joint != nil {
		length = float64(c.Joint[u*(c.N+c.M)+v])
	} else {
		length = float64(c.X[u*c.N+v])
		c.scaleSlope -= g * length / c.scale
		g /= c.scale
		length *= c.scale
	}
	var ok bool
	if c.pairs, ok = appendPair(c.pairs, int32(u), int32(v), length, g); !ok && c.bad == nil {
		c.bad = fmt.Errorf("the derivative with respect to the distance %v of points %d and %d is %v: too large for a float32", length, u, v, g)
	}
}

// compare evaluates the comparison of a term and stores its derivatives, times the weight,
// in p. It also returns the weight that it used. If the term is balanced, this is the given
// weight divided by the norm of the unweighted gradient.
func (l *Loss) compare(ctx context.Context, t *Term, weight float64, in input, p *pullback) (Value, float64, error) {
	if in.x == nil {
		return Value{}, 0, fmt.Errorf("it compares clouds, of which only diagrams are given")
	}
	c := &l.clouds
	*c = Clouds{weight: weight, scale: 1}
	if t.Balance {
		c.weight = 1
	}
	points := in.x
	var scale *autograd.Var
	pairs := &p.pairs
	if t.Comparison.Joint() {
		j, err := p.joint(in, t.Sample)
		if err != nil {
			return Value{}, 0, err
		}
		c.N, c.M, c.Joint = j.n, j.m, j.distances
		pairs, points = &j.pairs, j.points
	} else {
		if in.target == nil || in.target.distances == nil {
			return Value{}, 0, fmt.Errorf("the target does not hold the distances of the true points: have Objective.Target or Loss.Target compute it")
		}
		if !l.rips.measured {
			if err := l.rips.measure(in.x); err != nil {
				return Value{}, 0, err
			}
		}
		c.N, c.M, c.X, c.Y, c.Truth = l.rips.n, in.target.n, l.rips.distances, in.target.distances, in.target
		var err error
		if scale, err = l.rescale(t, in, c); err != nil {
			return Value{}, 0, err
		}
	}
	if err := checkDistances(c, in); err != nil {
		return Value{}, 0, err
	}
	c.pairs = *pairs
	value, ok, err := t.Comparison.Compare(ctx, c)
	switch {
	case err != nil:
		return Value{}, 0, err
	case !ok:
		return Value{}, 0, nil
	case !isFinite(value):
		return Value{}, 0, fmt.Errorf("its value is %v", value)
	case c.bad != nil:
		return Value{}, 0, c.bad
	}
	if t.Balance {
		own := c.pairs[len(*pairs):]
		norm, err := pairsNorm(points, c.N, own)
		if err == nil {
			weight, err = balanced(weight, norm)
		}
		if err != nil {
			return Value{}, 0, err
		}
		for i := range own {
			own[i].Coef = float32(weight * float64(own[i].Coef))
		}
		c.scaleSlope *= weight
	}
	*pairs = c.pairs
	if scale != nil {
		s := scaleSlope{scale, float32(c.scaleSlope)}
		if !isFinite(s.slope) {
			return Value{}, 0, fmt.Errorf("the derivative with respect to its scale is %v: too large for a float32", c.scaleSlope)
		}
		p.scales = append(p.scales, s)
	}
	return Value{value, true}, weight, nil
}

// rescale divides the learnable distances of c by the term's scale. It returns the scale
// as a variable, or nil if the scale is constant.
func (l *Loss) rescale(t *Term, in input, c *Clouds) (*autograd.Var, error) {
	value := float32(t.initialScale)
	var scale *autograd.Var
	switch {
	case t.Scale != nil:
		scale = in.x.Tape().Param(t.Scale)
		var err error
		if value, err = scale.Item(); err != nil {
			return nil, fmt.Errorf("reading its scale: %w", err)
		}
	case t.learnScale:
		return nil, fmt.Errorf("its scale is learnable: give Objective.Parameters to the optimizer, or say learn=no")
	case value == 0 || value == 1:
		return nil, nil
	}
	if !(value > 0) || !isFinite(value) {
		return nil, fmt.Errorf("its scale is %v, must be positive: try a lower learning rate", value)
	}
	l.scaled = reuse.Slice(l.scaled, len(c.X))
	for i, d := range c.X {
		l.scaled[i] = d / value
	}
	c.X, c.scale = l.scaled, float64(value)
	return scale, nil
}

// checkDistances returns an error if a distance of c is NaN or infinite. The error names
// the first coordinate that is NaN or infinite. If there is none, the distance overflowed.
func checkDistances(c *Clouds, in input) error {
	for _, matrix := range [...][]float32{c.X, c.Joint} {
		for _, d := range matrix {
			if isFinite(d) {
				continue
			}
			if err := checkRows(in.x); err != nil {
				return err
			}
			if in.batch != nil {
				if err := checkRows(in.batch); err != nil {
					return fmt.Errorf("the true points: %w", err)
				}
			}
			return fmt.Errorf("points are too far apart for a float32 to say how far")
		}
	}
	return nil
}
