package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/ph"
)

// Cross is the length of the cross-barcodes of learnable points Q and true points P
// (Barannikov et al. 2021, Manifold topology divergence, arXiv:2106.04024). A
// cross-barcode is the diagram of P ∪ Q in which all distances within one of the two
// clouds are set to 0. If those are the distances within P, long bars show points of Q
// that are far from P: a lack of fidelity. If those are the distances within Q, long bars
// show points of P that Q does not cover. Cross is the sum of the lengths of the bars of
// one degree, over one cross-barcode or both.
type Cross struct {
	Degree             int  // 0 or 1
	Fidelity, Coverage bool // sum the bars with distances within P, or within Q, set to 0

	engine ph.Engine
	matrix []float32
}

// Joint returns true: distances between learnable and true points take part.
func (*Cross) Joint() bool { return true }

// Compare takes the time of [ph.Engine.Rips] for the points of both clouds.
func (r *Cross) Compare(ctx context.Context, c *Clouds) (value float64, ok bool, err error) {
	for side, wanted := range [...]bool{r.Fidelity, r.Coverage} {
		if !wanted {
			continue
		}
		from, to := c.N, c.N+c.M // set the distances among true points to 0
		if side == 1 {
			from, to = 0, c.N
		}
		length, err := r.side(ctx, c, from, to)
		if err != nil {
			return 0, false, err
		}
		value += length
	}
	return value, true, nil
}

// side returns the sum of the lengths of the bars of r.Degree of the cross-barcode in which
// all distances among the points from ≤ i < to are 0. It adds the derivatives to c.
func (r *Cross) side(ctx context.Context, c *Clouds, from, to int) (length float64, err error) {
	n := c.N + c.M
	r.matrix = append(r.matrix[:0], c.Joint...)
	for i := from; i < to; i++ {
		clear(r.matrix[i*n+from : i*n+to])
	}
	diagrams, err := r.engine.Rips(ctx, ph.Matrix32{N: n, Data: r.matrix}, r.Degree)
	if err != nil {
		return 0, err
	}
	within := func(v int32) bool { return from <= int(v) && int(v) < to }
	add := func(e ph.Cell, derivative float64) {
		if !within(e.U) || !within(e.V) {
			c.Add(int(e.U), int(e.V), derivative)
		}
	}
	for _, b := range diagrams[r.Degree].Bars {
		if b.Essential() || b.Death <= b.Birth {
			continue
		}
		length += b.Persistence()
		add(b.DeathCell, 1)
		if r.Degree > 0 {
			add(b.BirthCell, -1)
		}
	}
	return length, nil
}

func (families) Cross() []Kind { return []Kind{crossKind(0), crossKind(1)} }

func crossKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("cross", degree), Degrees: fmt.Sprint(degree),
		Doc: fmt.Sprintf("length of the cross-barcodes with true points in degree %d (MTopDiv)", degree),
		Options: []Option{
			count(0, "k", 64, "points drawn of each cloud in each step, 0 for all"),
			choice("side", "fidelity counts what is far from true points, coverage the reverse", "both", "fidelity", "coverage"),
		},
		term: func(s settings) Term {
			return Term{Degree: -1, Sample: s.count("k"), Comparison: &Cross{
				Degree: degree, Fidelity: !s.is("side", "coverage"), Coverage: !s.is("side", "fidelity"),
			}}
		},
	}
}
