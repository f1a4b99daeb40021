package topoloss

import (
	"context"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// RTD is the representation topology divergence of Barannikov et al. (2022,
// arXiv:2201.00058) between n learnable and n true points, in which a learnable point
// corresponds to the true point of the same number. Let A and B be the n×n distances of
// the two clouds. RTD is the mean of R(A, B) and R(B, A). Here R(A, B) is the sum of the
// lengths of the bars of degree 1 of the Vietoris–Rips filtration of 2n points, two copies
// of each, with the distances
//
//	0   A
//	A   min(A, B).
//
// These bars are the differences in homology, at each scale, between the graph with the
// lengths A and the joint graph with the lengths min(A, B).
//
// The gradient is the derivative of this value. The published code of the autoencoder
// RTD-AE (2023, arXiv:2302.00136) differs: for a death at an edge of the block min(A, B) it
// always uses the distance in one cloud, even where the other cloud has the smaller one.
// So it minimises another loss.
type RTD struct {
	// DivideByQuantile divides the distances of each cloud by the 0.9-quantile of all n²
	// of them. The derivative treats this quantile as constant.
	DivideByQuantile bool

	normal normalizer
	engine ph.Engine
	matrix []float32
}

// Joint returns false: no distance between a learnable and a true point takes part.
func (*RTD) Joint() bool { return false }

// Compare takes the time of [ph.Engine.Rips] for 2n points in degree 1. It is an
// error if the clouds differ in size.
func (r *RTD) Compare(ctx context.Context, c *Clouds) (value float64, ok bool, err error) {
	if err := c.checkPaired(); err != nil {
		return 0, false, err
	}
	if c.N < 2 {
		return 0, false, nil
	}
	pair, err := r.normal.divide(c, r.DivideByQuantile)
	if err != nil {
		return 0, false, err
	}
	for _, learnableFirst := range [...]bool{true, false} {
		length, err := r.side(ctx, c, pair, learnableFirst)
		if err != nil {
			return 0, false, err
		}
		value += length / 2
	}
	return value, true, nil
}

// side returns R(A, B). A is the learnable cloud if learnableFirst is true, else the true
// one. It adds half of the derivatives by learnable distances to c, since RTD is the mean
// of two sides.
func (r *RTD) side(ctx context.Context, c *Clouds, pair normalPair, learnableFirst bool) (length float64, err error) {
	n := c.N
	first := pair.y
	if learnableFirst {
		first = pair.x
	}
	r.matrix = reuse.Slice(r.matrix, 4*n*n)
	clear(r.matrix)
	for i := range n {
		row := r.matrix[(n+i)*2*n:][:2*n]
		copy(row[:n], first[i*n:(i+1)*n])
		for j := range n {
			row[n+j] = min(pair.x[i*n+j], pair.y[i*n+j])
			r.matrix[j*2*n+n+i] = first[i*n+j]
		}
	}
	diagrams, err := r.engine.Rips(ctx, ph.Matrix32{N: 2 * n, Data: r.matrix}, 1)
	if err != nil {
		return 0, err
	}
	// add passes the derivative by the length of the edge e to c, if this length is a
	// learnable distance.
	add := func(e ph.Cell, derivative float64) {
		u, v := max(int(e.U), int(e.V)), min(int(e.U), int(e.V))
		switch {
		case u < n: // the block 0: a constant
		case v < n:
			if learnableFirst {
				c.Add(u-n, v, derivative)
			}
		default:
			c.Add(u-n, v-n, derivative*pair.share((u-n)*n+v-n))
		}
	}
	for _, b := range diagrams[1].Bars {
		if b.Essential() || b.Death <= b.Birth {
			continue
		}
		length += b.Persistence()
		add(b.DeathCell, 0.5/pair.unit)
		add(b.BirthCell, -0.5/pair.unit)
	}
	return length, nil
}

// RTDLite is the mean of the lengths of the minimum spanning trees of both clouds, less the
// length of the minimum spanning tree for the distances min(A, B) (Tulchinskii et al.
// 2025, arXiv:2503.11910). A and B are the n×n distances of the two clouds. The value is
// the part of [RTD] that comes from components, and so is at most RTD.
type RTDLite struct {
	DivideByQuantile bool // as in RTD

	normal normalizer
	engine ph.Engine
	joined []float32
	tree   []ph.Cell
}

// Joint returns false: no distance between a learnable and a true point takes part.
func (*RTDLite) Joint() bool { return false }

// Compare takes O(n²). It is an error if the clouds differ in size.
func (r *RTDLite) Compare(ctx context.Context, c *Clouds) (value float64, ok bool, err error) {
	if err := c.checkPaired(); err != nil {
		return 0, false, err
	}
	if c.N < 2 {
		return 0, false, nil
	}
	pair, err := r.normal.divide(c, r.DivideByQuantile)
	if err != nil {
		return 0, false, err
	}
	r.joined = reuse.Slice(r.joined, len(pair.x))
	for i, x := range pair.x {
		r.joined[i] = min(x, pair.y[i])
	}
	for _, e := range c.Truth.tree {
		value += float64(pair.y[int(e.U)*c.N+int(e.V)]) / 2
	}
	if r.tree, err = spanningTree(ctx, &r.engine, r.tree[:0], c.N, pair.x); err != nil {
		return 0, false, err
	}
	for _, e := range r.tree {
		value += float64(pair.x[int(e.U)*c.N+int(e.V)]) / 2
		c.Add(int(e.U), int(e.V), 0.5/pair.unit)
	}
	if r.tree, err = spanningTree(ctx, &r.engine, r.tree[:0], c.N, r.joined); err != nil {
		return 0, false, err
	}
	for _, e := range r.tree {
		at := int(e.U)*c.N + int(e.V)
		value -= float64(r.joined[at])
		c.Add(int(e.U), int(e.V), -pair.share(at)/pair.unit)
	}
	return value, true, nil
}

func quantileOption() Option {
	return choice("normalize", "divide the distances of each cloud by their 0.9-quantile", "q90", "plain")
}

func (families) RTD() []Kind { return []Kind{rtdKind(), rtdLiteKind()} }

func rtdKind() Kind {
	return Kind{
		Name: "rtd", Degrees: "1", paired: true,
		Doc:     "representation topology divergence of points and true points",
		Options: []Option{quantileOption()},
		term: func(s settings) Term {
			return Term{Degree: -1, Comparison: &RTD{DivideByQuantile: s.is("normalize", "q90")}}
		},
	}
}

func rtdLiteKind() Kind {
	return Kind{
		Name: "rtdlite", Degrees: "0", paired: true,
		Doc:     "lengths of the spanning trees of points and true points, less that of their common graph (RTD-Lite)",
		Options: []Option{quantileOption()},
		term: func(s settings) Term {
			return Term{Degree: -1, Comparison: &RTDLite{DivideByQuantile: s.is("normalize", "q90")}}
		},
	}
}
