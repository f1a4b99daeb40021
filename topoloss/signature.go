package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/ph"
)

// Signature compares each learnable point with the true point of the same number:
//
//	Σ (A_e − B_e)²  over the edges e of both minimum spanning trees,
//
// where A_e is the distance of two true points and B_e that of the two learnable
// ones. An edge of both trees counts twice. These are the distances at which
// components merge in either cloud: the topological autoencoder of Moor, Horn,
// Rieck and Borgwardt (2020, arXiv:1906.00722), which divides A by its maximum, B
// by a learnable scale, and the sum by the number of points.
type Signature struct {
	// DivideByMax divides true distances by the largest of them.
	DivideByMax bool

	engine ph.Engine
	tree   []ph.Cell
}

// Joint returns false: no distance between a learnable and a true point takes part.
func (*Signature) Joint() bool { return false }

// Compare takes O(n²). It is an error if the clouds differ in size.
func (r *Signature) Compare(ctx context.Context, c *Clouds) (value float64, ok bool, err error) {
	if err := c.checkPaired(); err != nil {
		return 0, false, err
	}
	if c.N < 2 {
		return 0, false, nil
	}
	if r.tree, err = spanningTree(ctx, &r.engine, r.tree[:0], c.N, c.X); err != nil {
		return 0, false, err
	}
	unit := 1.0
	if r.DivideByMax && c.Truth.farthest > 0 {
		unit = c.Truth.farthest
	}
	for _, tree := range [...][]ph.Cell{c.Truth.tree, r.tree} {
		for _, e := range tree {
			u, v := int(e.U), int(e.V)
			gap := float64(c.X[u*c.N+v]) - float64(c.Y[u*c.N+v])/unit
			value += gap * gap
			c.Add(u, v, 2*gap)
		}
	}
	return value, true, nil
}

// checkPaired returns an error if the clouds differ in size.
func (c *Clouds) checkPaired() error {
	if c.N != c.M {
		return fmt.Errorf("it compares each point with its true point, but there are %d points and %d true ones", c.N, c.M)
	}
	return nil
}

func signatureKind() Kind {
	return Kind{
		Name: "signature", Degrees: "0", paired: true,
		Doc: "squared differences of distances along the spanning trees of points and true points (TopoAE)",
		Options: []Option{
			choice("normalize", "divide true distances by the largest", "max", "plain"),
			positive("scale", 1, "number that distances among points are divided by, at the start"),
			choice("learn", "whether the scale is learnt", "yes", "no"),
		},
		term: func(s settings) Term {
			return Term{
				Degree: -1, Comparison: &Signature{DivideByMax: s.is("normalize", "max")},
				initialScale: s.number("scale"), learnScale: s.is("learn", "yes"),
			}
		},
	}
}
