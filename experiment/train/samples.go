package train

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"sync"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/internal/noise"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/viz"
)

const (
	cloudSamples  = 1000 // most samples in a picture of points
	interpolated  = 8    // pairs of examples in the picture of interpolations
	interpolation = 16   // pictures for each pair
	mixtureParts  = 10   // Gaussians of the sampler "mixture"
	mixturePoints = 5000 // most latent vectors to which the mixture is fitted
)

// Samplers are the distributions from which latent vectors of new examples are drawn.
const (
	SamplerPrior   = "prior"   // the standard Gaussian
	SamplerMixture = "mixture" // a mixture of Gaussians fitted to the latent vectors of the training set
)

// drawSamples draws new examples of each model: images above the nearest training images,
// points over the test set.
func (r *Run) drawSamples(ctx context.Context) error {
	draw, n := r.drawImages, gridImages
	switch {
	case r.arePoints():
		draw, n = r.drawPoints, min(cloudSamples, r.sets.Test.Len())
	case !r.areImages():
		return nil
	}
	for _, m := range r.models {
		values, err := r.sample(m, n)
		if err == nil {
			err = draw(ctx, m, values)
		}
		if err != nil {
			return fmt.Errorf("samples of the %s: %w", m.name, err)
		}
	}
	return nil
}

// drawImages draws samples of a model above the nearest training images.
func (r *Run) drawImages(ctx context.Context, m *model, samples []float32) error {
	nearest, err := r.nearest(ctx, samples)
	if err != nil {
		return err
	}
	title := "Samples of the " + m.name
	return r.picture("samples-"+m.prefix()+".png", title+" above the nearest training images", func(w io.Writer) error {
		return viz.ImageGrid(w, title, r.sets.Train.Shape(), gridColumns,
			viz.GridRow{Caption: "sample", Images: samples}, viz.GridRow{Caption: "nearest", Images: nearest})
	})
}

// drawPoints draws samples of a model over as many points of the test set. It also draws the
// loops of both that stand out, unless the points have one dimension.
func (r *Run) drawPoints(ctx context.Context, m *model, samples []float32) error {
	n := len(samples) / data.ExampleSize(r.sets.Test)
	test := make([]float32, len(samples))
	r.sets.Test.Decode(test, data.AllIndices(n))
	title := "Samples of the " + m.name + " over the test set"
	scene := viz.Scene{Title: title, Cloud: r.points(samples), True: r.points(test), Axes: r.axes()}
	if scene.Cloud.Dim > 1 {
		if len(r.loops) == 0 {
			found, err := loops(ctx, scene.True, densest(scene.True, 1), 0)
			if err != nil {
				return fmt.Errorf("loops of the test set: %w", err)
			}
			r.loops = append(r.loops, loopRow{"test set", found})
		}
		longest := 0.0
		if of := r.loops[0].loops; len(of) > 0 {
			longest = of[0].Persistence()
		}
		found, err := loops(ctx, scene.Cloud, densest(scene.Cloud, dense), longest)
		if err != nil {
			return fmt.Errorf("loops: %w", err)
		}
		r.loops = append(r.loops, loopRow{"samples of the " + m.name, found})
		scene.TrueEdges, scene.Edges = cyclesOf(r.loops[0].loops), cyclesOf(found)
	}
	return r.picture("samples-"+m.prefix()+".png", title, func(w io.Writer) error { return viz.Cloud(w, viz.PNG, scene) })
}

// nearest returns for each of some examples the nearest of the training set, by
// Euclidean distance.
func (r *Run) nearest(ctx context.Context, examples []float32) ([]float32, error) {
	set := r.sets.Train
	size := data.ExampleSize(set)
	n := len(examples) / size
	workers := runtime.GOMAXPROCS(0)
	type found struct {
		distance float64
		index    int
	}
	best := make([][]found, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			best[w] = make([]found, n)
			for k := range best[w] {
				best[w][k].distance = math.Inf(1)
			}
			x := make([]float32, size)
			for i := w; i < set.Len() && ctx.Err() == nil; i += workers {
				set.Decode(x, []int{i})
				for k := range best[w] {
					if d := squareBelow(x, examples[k*size:(k+1)*size], best[w][k].distance); d < best[w][k].distance {
						best[w][k] = found{d, i}
					}
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	indices := make([]int, n)
	for k := range indices {
		first := best[0][k]
		for _, b := range best[1:] {
			if b[k].distance < first.distance || b[k].distance == first.distance && b[k].index < first.index {
				first = b[k]
			}
		}
		indices[k] = first.index
	}
	out := make([]float32, n*size)
	set.Decode(out, indices)
	return out, nil
}

// squareBelow returns the squared distance of two examples if it is below limit. Otherwise it
// may stop early and returns a number of at least limit.
func squareBelow(x, y []float32, limit float64) float64 {
	const stretch = 64
	var sum float64
	for i := 0; i < len(x); i += stretch {
		end := min(i+stretch, len(x))
		for k := i; k < end; k++ {
			d := float64(x[k]) - float64(y[k])
			sum += float64(d * d)
		}
		if sum >= limit {
			return sum
		}
	}
	return sum
}

// drawInterpolation draws, for several pairs of latent vectors, the images decoded from points
// of the line segment between them. The latent vectors are those of test images or, for a model
// without an encoder, draws from the prior.
func (r *Run) drawInterpolation() error {
	pairs := min(interpolated, r.sets.Test.Len()/2)
	if !r.areImages() || pairs == 0 {
		return nil
	}
	for _, m := range r.models {
		ends, err := r.ends(m, 2*pairs)
		if err != nil {
			return fmt.Errorf("interpolation of the %s: %w", m.name, err)
		}
		latent := m.net.Latent()
		z := make([]float32, 0, pairs*interpolation*latent)
		for p := range pairs {
			from, to := ends[2*p*latent:(2*p+1)*latent], ends[(2*p+1)*latent:(2*p+2)*latent]
			for step := range interpolation {
				t := float32(step) / (interpolation - 1)
				for d := range latent {
					z = append(z, (1-t)*from[d]+t*to[d])
				}
			}
		}
		images, err := r.compute(m, func() *autograd.Var {
			return m.net.Decode(m.begin().Constant(z, pairs*interpolation, latent))
		})
		if err != nil {
			return fmt.Errorf("interpolation of the %s: %w", m.name, err)
		}
		size := data.ExampleSize(r.sets.Test)
		var rows []viz.GridRow
		for p := range pairs {
			rows = append(rows, viz.GridRow{Images: images[p*interpolation*size : (p+1)*interpolation*size]})
		}
		title := "Between pairs of test images, " + m.name
		if m.critic != nil {
			title = "Between pairs of draws, " + m.name
		}
		err = r.picture("interpolation-"+m.prefix()+".png", title, func(w io.Writer) error {
			return viz.ImageGrid(w, title, r.sets.Test.Shape(), interpolation, rows...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ends returns the latent vectors of the first n test examples, or n draws from the
// prior of a model without an encoder.
func (r *Run) ends(m *model, n int) ([]float32, error) {
	if m.critic == nil {
		return r.encode(m, r.sets.Test, data.AllIndices(n))
	}
	return r.compute(m, func() *autograd.Var {
		return m.begin().Normal(r.config.Seed, noise.Pictures+1, n, m.net.Latent())
	})
}

// pick returns the pictures whose files begin with a prefix.
func (r *Run) pick(prefix string) []run.Picture {
	var some []run.Picture
	for _, p := range r.pictures {
		if strings.HasPrefix(p.File, prefix) {
			some = append(some, p)
		}
	}
	return some
}
