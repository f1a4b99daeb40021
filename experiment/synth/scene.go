package synth

import (
	"context"
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/viz"
)

// DiagramsOf returns the diagrams of a cloud in degrees 0 and 1. They hold the bars of
// positive length, and the essential bar of degree 0.
func DiagramsOf(ctx context.Context, dev kernels.Device, c *ph.Points[float32]) ([]ph.Diagram, error) {
	x := autograd.TensorOf(dev, c.Coords, c.Len(), c.Dim)
	defer x.Free()
	t, err := topoloss.TargetFromPoints(ctx, x, 1)
	if err != nil {
		return nil, err
	}
	return withEssential(t), nil
}

// withEssential returns a target's diagrams with the essential bar of degree 0, which a
// target leaves out.
func withEssential(t *topoloss.Target) []ph.Diagram {
	none := ph.Cell{U: -1, V: -1}
	diagrams := make([]ph.Diagram, 0, 2)
	for _, d := range t.Diagrams() {
		bars := append([]ph.Bar(nil), d.Bars...)
		if d.Degree == 0 {
			bars = append(bars, ph.Bar{Death: math.Inf(1), BirthCell: none, DeathCell: none})
		}
		diagrams = append(diagrams, ph.Diagram{Degree: d.Degree, Bars: bars})
	}
	return diagrams
}

// scene returns the picture of a cloud during the run: the cloud, its diagrams over the true
// diagrams, the witnesses of the bottleneck distances, and the critical edges of their bars.
func (r *Run) scene(ctx context.Context, title string, c *ph.Points[float32]) (viz.Scene, error) {
	diagrams, err := DiagramsOf(ctx, r.Device, c)
	if err != nil {
		return viz.Scene{}, fmt.Errorf("%s: %w", title, err)
	}
	s := viz.Scene{Title: title, Cloud: c, Diagrams: diagrams, Target: r.aim.diagrams, Window: r.config.Window}
	loss := r.aim.bottlenecks()
	if _, err := loss.Evaluate(diagrams, r.aim.target); err != nil {
		return viz.Scene{}, fmt.Errorf("%s: %w", title, err)
	}
	for _, t := range loss.Terms {
		b, ok := t.Regularizer.(*topoloss.Bottleneck)
		if !ok || b.Witness() == (distance.Match{A: distance.Diagonal, B: distance.Diagonal}) {
			continue
		}
		w := b.Witness()
		s.Matches = append(s.Matches, viz.Match{Degree: t.Degree, Match: w})
		if w.A == distance.Diagonal {
			continue
		}
		bar := diagrams[t.Degree].Bars[w.A]
		for _, e := range [...]ph.Cell{bar.BirthCell, bar.DeathCell} {
			if e.U != e.V {
				s.Edges = append(s.Edges, e)
			}
		}
	}
	return s, nil
}
