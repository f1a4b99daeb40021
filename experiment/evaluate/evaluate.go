// Package evaluate measures generative models on examples that they were not trained
// on, with the metrics of package metrics:
//
//	result, err := evaluate.Measure(ctx, subject, evaluate.Default())
//	fmt.Println(result.Metrics["recall"])
//
// # What is measured
//
//	precision, recall, …      samples from the prior against examples: all scores of
//	                          [metrics.SampleScores]
//	feature_precision, …      the same, between the features of a classifier: see [Features]
//	feature_accuracy          accuracy of that classifier on the examples
//	elbo, iwae                bounds of the log-likelihood of examples, in nats, means over
//	                          the examples, for a variational autoencoder: see [models.Bound]
//	trustworthiness, …        latent vectors of examples against the examples, for models
//	                          with an encoder: all scores of [metrics.EmbeddingScores]
//
// Distances are Euclidean between the values of examples: between pixels, for pictures.
// The bandwidth of mmd is the median of the pooled distances.
package evaluate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/internal/noise"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/metrics"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

// fewValues is the largest number of values of an example for which distances between values
// say enough, and features are not needed.
const fewValues = 16

// A Subject is a model, and examples that it was not trained on.
type Subject struct {
	Device    kernels.Device
	Model     models.Model
	Set       data.Dataset
	Indices   []int  // the examples, as indices of Set
	BatchSize int    // the number of examples that the model computes at once
	Seed      uint64 // decides the samples, and the draws for bounds
	// Features, if set, are those of a classifier of the training set.
	Features *Features
}

// Options say how to measure.
type Options struct {
	// Points is the number of samples, and of examples with which they are compared. If
	// there are fewer examples, both numbers are that of the examples.
	Points int `json:"points"`
	// Neighbors is the k of precision, recall, density, coverage, trustworthiness,
	// continuity and mrre.
	Neighbors int `json:"neighbors"`
	// Radius is the distance beyond which a sample is far from the data.
	Radius float64 `json:"radius"`
	// Draws is the number of draws of the posterior of each example for elbo and iwae; 0
	// leaves them out. It costs as much as decoding Points examples Draws times.
	Draws int `json:"draws"`
}

// Default returns the options that programs use by default.
func Default() Options { return Options{Points: 512, Neighbors: 5, Radius: 0.15, Draws: 16} }

// Validate returns an error that names the first field that makes no sense.
func (o Options) Validate() error {
	switch {
	case o.Points < 8 || o.Points > 1<<14:
		return fmt.Errorf("points is %d, must be from 8 to %d", o.Points, 1<<14)
	case o.Neighbors < 1 || 3*o.Neighbors+1 >= o.Points:
		return fmt.Errorf("neighbors is %d, must be from 1 to less than a third of the points", o.Neighbors)
	case !(o.Radius > 0):
		return fmt.Errorf("radius is %v, must be positive", o.Radius)
	case o.Draws < 0 || o.Draws > 1<<16:
		return fmt.Errorf("draws is %d, must be from 0 to %d", o.Draws, 1<<16)
	}
	return nil
}

// A Metric is the name of a metric in [Result.Metrics]. Better says which values are better:
// "lower", "higher", "½" for values near ½, or "–" if the metric says nothing about the model.
type Metric struct{ Name, Better string }

// Metrics returns all metrics, in the order in which tables show them.
func Metrics() (all []Metric) {
	for _, s := range slices.Concat(metrics.SampleScores(), metrics.EmbeddingScores()) {
		all = append(all, Metric{s.Name, s.Better})
	}
	for _, s := range metrics.SampleScores() {
		if s.MaxDim == 0 {
			all = append(all, Metric{featurePrefix + s.Name, s.Better})
		}
	}
	return append(all, Metric{"feature_accuracy", "–"}, Metric{"elbo", "higher"}, Metric{"iwae", "higher"})
}

// featurePrefix begins the names of metrics between features.
const featurePrefix = "feature_"

// Enough reports whether the given number of examples suffices for Neighbors.
func (o Options) Enough(examples int) bool { return min(o.Points, examples) > 3*o.Neighbors+1 }

// A Result holds the measurements of a model.
type Result struct {
	// Metrics has the value of each metric by name. See the package's comment.
	Metrics map[string]float64
	// Examples and Samples are the clouds that were compared.
	Examples, Samples ph.Points[float32]

	shape []int // of an example
}

// Measure compares samples of the model with examples. Where the model has an encoder, it
// also compares the latent vectors of examples with the examples.
func Measure(ctx context.Context, s Subject, o Options) (*Result, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if s.Device == nil || s.Model == nil || s.Set == nil {
		return nil, errors.New("a subject to measure needs a device, a model and a data set")
	}
	if s.BatchSize < 1 {
		return nil, fmt.Errorf("the batch size is %d, must be positive", s.BatchSize)
	}
	if !o.Enough(len(s.Indices)) {
		return nil, fmt.Errorf("there are %d examples to measure with, too few for %d neighbors", len(s.Indices), o.Neighbors)
	}
	r := &Result{Metrics: make(map[string]float64), shape: s.Set.Shape()}
	indices := s.Indices[:min(o.Points, len(s.Indices))]
	r.Examples = ph.Points[float32]{Dim: data.ExampleSize(s.Set), Coords: make([]float32, len(indices)*data.ExampleSize(s.Set))}
	s.Set.Decode(r.Examples.Coords, indices)
	latents, err := r.forward(s)
	if err != nil {
		return nil, err
	}
	scores := metrics.ScoreOptions{Neighbors: o.Neighbors, Radius: o.Radius}
	if err := r.compare(ctx, s.Device, "", r.Examples, r.Samples, scores); err != nil {
		return nil, fmt.Errorf("samples: %w", err)
	}
	if s.Features != nil {
		if err := r.compareFeatures(ctx, s, indices, scores); err != nil {
			return nil, fmt.Errorf("features: %w", err)
		}
	}
	if vae, ok := s.Model.(*models.VAE); ok && o.Draws > 0 {
		if err := r.bound(ctx, s, vae, o.Draws); err != nil {
			return nil, fmt.Errorf("bounds: %w", err)
		}
	}
	if latents.Len() > 0 {
		if err := r.embed(s.Device, latents, scores); err != nil {
			return nil, fmt.Errorf("latents: %w", err)
		}
	}
	return r, nil
}

// compare measures samples against examples. The names of the metrics begin with prefix.
func (r *Result) compare(ctx context.Context, dev kernels.Device, prefix string, examples, samples ph.Points[float32], o metrics.ScoreOptions) error {
	p, err := metrics.NewPooled(dev, examples, samples)
	if err != nil {
		return err
	}
	defer p.Free()
	scores, err := p.Scores(ctx, o)
	for name, v := range scores {
		r.Metrics[prefix+name] = v
	}
	return err
}

// compareFeatures measures the features of samples against those of examples.
func (r *Result) compareFeatures(ctx context.Context, s Subject, indices []int, o metrics.ScoreOptions) error {
	var features [2]ph.Points[float32]
	for i, points := range []ph.Points[float32]{r.Examples, r.Samples} {
		var err error
		if features[i], err = s.Features.Of(s.Device, points); err != nil {
			return err
		}
	}
	if err := r.compare(ctx, s.Device, featurePrefix, features[0], features[1], o); err != nil {
		return err
	}
	labels := s.Set.Labels()
	if labels == nil {
		return nil
	}
	classes := make([]int, len(indices))
	for k, i := range indices {
		classes[k] = labels.Classes[i]
	}
	accuracy, err := s.Features.accuracy(s.Device, r.Examples, classes)
	r.Metrics["feature_accuracy"] = accuracy
	return err
}

// bound measures the bounds of the log-likelihood of examples.
func (r *Result) bound(ctx context.Context, s Subject, vae *models.VAE, draws int) error {
	tape := autograd.NewTape(s.Device)
	defer tape.Free()
	var elbo, iwae float64
	n, size := r.Examples.Len(), r.Examples.Dim
	for from := 0; from < n; from += s.BatchSize {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		to := min(n, from+s.BatchSize)
		b, err := vae.Bound(tape, r.Examples.Coords[from*size:to*size], draws, s.Seed, noise.Bounds+uint64(from)*uint64(draws))
		if err != nil {
			return err
		}
		for i := range b.ELBO {
			elbo, iwae = elbo+b.ELBO[i]/float64(n), iwae+b.Importance[i]/float64(n)
		}
	}
	r.Metrics["elbo"], r.Metrics["iwae"] = elbo, iwae
	return nil
}

// embed measures latent vectors against the examples that the encoder mapped to them.
func (r *Result) embed(dev kernels.Device, latents ph.Points[float32], o metrics.ScoreOptions) error {
	e, err := metrics.NewEmbedding(dev, r.Examples, latents)
	if err != nil {
		return err
	}
	defer e.Free()
	maps.Copy(r.Metrics, e.Scores(o))
	return nil
}

// forward draws as many samples as there are examples, and encodes the examples, a batch at
// a time. If the model has no encoder, latents are empty.
func (r *Result) forward(s Subject) (latents ph.Points[float32], err error) {
	n, size := r.Examples.Len(), r.Examples.Dim
	r.Samples = ph.Points[float32]{Dim: size}
	latents.Dim = s.Model.Latent()
	tape := autograd.NewTape(s.Device)
	defer tape.Free()
	for from := 0; from < n && err == nil; from += s.BatchSize {
		tape.Eval()
		count := min(s.BatchSize, n-from)
		tape.NoGrad(func() {
			var values []float32
			drawn := models.Sample(s.Model, tape, count, s.Seed, noise.Measured+uint64(from))
			if values, err = drawn.Values(); err != nil {
				return
			}
			r.Samples.Coords = append(r.Samples.Coords, values...)
			batch := tape.Constant(r.Examples.Coords[from*size:(from+count)*size], append([]int{count}, r.shape...)...)
			latent := s.Model.Encode(batch)
			if latent == nil {
				return
			}
			if values, err = latent.Values(); err == nil {
				latents.Coords = append(latents.Coords, values...)
			}
		})
		tape.Reset()
	}
	return latents, err
}

// Drawable reports whether Draw can draw the samples: pictures, and points of the plane.
func (r *Result) Drawable() bool { return len(r.shape) == 3 || r.Examples.Dim == 2 }

// Draw draws samples as a PNG: pictures as a grid, points over the examples.
func (r *Result) Draw(w io.Writer) error {
	if r.Examples.Dim == 2 {
		return viz.Cloud(w, viz.PNG, viz.Scene{Title: "Samples over data", Cloud: &r.Samples, True: &r.Examples})
	}
	const rows, columns = 4, 16
	count := min(rows*columns, r.Samples.Len())
	return viz.ImageGrid(w, "", r.shape, columns, viz.GridRow{Images: r.Samples.Coords[:count*r.Examples.Dim]})
}
