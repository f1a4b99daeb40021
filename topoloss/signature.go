package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/ph"
)

// Signature is the loss of the topological autoencoder, TopoAE, of Moor, Horn, Rieck and
// Borgwardt (2020, arXiv:1906.00722). A learnable point corresponds to the true point of
// the same number. The value is
//
//	Σ (A_e − B_e)²  over the edges e of the minimum spanning trees of both clouds,
//
// where A_e is the distance of the ends of e in the true cloud and B_e in the learnable
// one. An edge of both trees counts twice. Lengths of the edges of the spanning trees are
// the deaths of degree 0. TopoAE divides A by its maximum (DivideByMax), B by a learnable
// scale ([Term.Scale]), and the sum by the number of points, which Signature does not.
type Signature struct {
	// DivideByMax divides the true distances by the largest true distance.
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

func (families) Signature() []Kind { return []Kind{signatureKind()} }

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
