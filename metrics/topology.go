package metrics

import (
	"context"
	"fmt"
	"sync"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// MTopDiv returns the manifold topology divergences of degree 1 (Barannikov et al.
// 2021, arXiv:2106.04024): the total lengths of the loops of the two cross-barcodes, see
// [topoloss.Cross]. uncovered has the distances among generated points set to 0: its loops
// are parts of the real points that generated ones do not cover. unfounded has the
// distances among real points set to 0: its loops are generated points without real ones
// nearby. It takes the time of [ph.Engine.Rips] for all points.
func (p *Pooled) MTopDiv(ctx context.Context) (uncovered, unfounded float64, err error) {
	sides := [2]struct {
		cross topoloss.Cross
		value float64
		err   error
	}{
		// The real points are the learnable ones here. So Fidelity measures real points that
		// are far from the generated ones.
		{cross: topoloss.Cross{Degree: 1, Fidelity: true}},
		{cross: topoloss.Cross{Degree: 1, Coverage: true}},
	}
	var sidesDone sync.WaitGroup
	for k := range sides {
		s := &sides[k]
		sidesDone.Go(func() {
			clouds := topoloss.Clouds{N: p.real, M: p.fake, Joint: p.d}
			s.value, _, s.err = s.cross.Compare(ctx, &clouds)
		})
	}
	sidesDone.Wait()
	for k := range sides {
		if err := sides[k].err; err != nil {
			return 0, 0, fmt.Errorf("metrics: MTopDiv: %w", err)
		}
	}
	return sides[0].value, sides[1].value, nil
}

// Far returns the share of generated points that are farther from every real point
// than a distance.
func (p *Pooled) Far(distance float64) float64 {
	return sumRows(p.fake, func(j int) float64 {
		for _, d := range p.row(p.real + j)[:p.real] {
			if float64(d) <= distance {
				return 0
			}
		}
		return 1
	}) / float64(p.fake)
}

// MTopDiv registers "mtopdiv", the mean of both divergences.
func (sampleScores) MTopDiv() []sampleFamily {
	return []sampleFamily{{[]Score{{"mtopdiv", "lower", fewDims}}, func(ctx context.Context, p *Pooled, _ ScoreOptions) ([]float64, error) {
		uncovered, unfounded, err := p.MTopDiv(ctx)
		return []float64{(uncovered + unfounded) / 2}, err
	}}}
}

func (sampleScores) Far() []sampleFamily {
	return []sampleFamily{{[]Score{{"far", "lower", fewDims}}, func(_ context.Context, p *Pooled, o ScoreOptions) ([]float64, error) {
		return []float64{p.Far(o.Radius)}, nil
	}}}
}

// RTD returns the representation topology divergence of points x and their images z
// (Barannikov et al. 2022, arXiv:2201.00058), the mean of both directions, for
// distances divided by their 0.9-quantiles. It takes the time of [ph.Engine.Rips] for
// 2n points; published values are means over samples of some hundred points.
func RTD(ctx context.Context, dev kernels.Device, x, z ph.Points[float32]) (float64, error) {
	return divergence(ctx, dev, "rtd", x, z)
}

// RTDLite returns RTD-Lite of points x and their images z (Tulchinskii et al. 2025,
// arXiv:2503.11910), for distances divided by their 0.9-quantiles: the mean length of
// the minimum spanning trees of x and of z, less that of the graph in which each edge
// has the lesser of its two lengths. It takes O(n²) time.
func RTDLite(ctx context.Context, dev kernels.Device, x, z ph.Points[float32]) (float64, error) {
	return divergence(ctx, dev, "rtdlite", x, z)
}

// divergence returns the value of a topological term between latents and points.
func divergence(ctx context.Context, dev kernels.Device, term string, x, z ph.Points[float32]) (float64, error) {
	if x.Len() != z.Len() || x.Len() < 1 {
		return 0, fmt.Errorf("metrics: %s: %d points have %d images: want equal numbers, at least 1", term, x.Len(), z.Len())
	}
	objective, err := topoloss.New(topoloss.Specs{{Name: term, Where: topoloss.Latent, Weight: 1}}, topoloss.Options{})
	if err != nil {
		return 0, fmt.Errorf("metrics: %w", err)
	}
	tape := autograd.NewTape(dev)
	defer tape.Free()
	batch := tape.Constant(x.Coords, x.Len(), x.Dim)
	target, err := objective.Target(ctx, batch)
	if err != nil {
		return 0, fmt.Errorf("metrics: %s: %w", term, err)
	}
	outcome, err := objective.Apply(ctx, topoloss.Step{Batch: batch, Latent: tape.Constant(z.Coords, z.Len(), z.Dim)}, target)
	if err != nil {
		return 0, fmt.Errorf("metrics: %s: %w", term, err)
	}
	return outcome.Terms[0].Value, nil
}
