package trial

import (
	"context"
	"fmt"
	"io"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/metrics"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

// sampleStream is the stream of random numbers that samples for measurements are
// drawn from, far from all streams of training.
const sampleStream = 5 << 40

// fewValues is the number of values of an example up to which topology in degree 1 is
// measured between clouds of hundreds of points.
const fewValues = 16

// A measurer measures a model that is trained.
type measurer struct {
	Config
	dev     kernels.Device
	model   models.Model
	part    train.Part
	metrics map[string]float64

	real, samples ph.Points[float32]
}

// measure compares samples with examples, and latents with what they stand for.
func (m *measurer) measure(ctx context.Context) error {
	n := min(m.Measure.Points, len(m.part.Indices))
	if n <= 3*m.Measure.Neighbors+1 {
		return fmt.Errorf("there are %d examples to measure with, too few for %d neighbors", n, m.Measure.Neighbors)
	}
	size := data.Size(m.part.Set)
	m.real = ph.Points[float32]{Dim: size, Coords: make([]float32, n*size)}
	m.part.Set.Decode(m.real.Coords, m.part.Indices[:n])
	latents, err := m.forward(n)
	if err != nil {
		return err
	}
	p, err := metrics.Pool(m.dev, m.real, m.samples)
	if err != nil {
		return fmt.Errorf("samples: %w", err)
	}
	q := p.PRDC(m.Measure.Neighbors)
	m.metrics["precision"], m.metrics["recall"] = q.Precision, q.Recall
	m.metrics["density"], m.metrics["coverage"] = q.Density, q.Coverage
	m.metrics["energy"], m.metrics["one_nn"] = p.Energy(), p.NearestNeighbor().Accuracy
	if bandwidth := p.MedianDistance(); bandwidth > 0 {
		m.metrics["mmd"] = p.MMD(bandwidth)
	}
	if size <= fewValues {
		m.metrics["far"] = p.Far(m.Measure.Radius)
		uncovered, unfounded, err := p.MTopDiv(ctx)
		if err != nil {
			return err
		}
		m.metrics["mtopdiv"] = (uncovered + unfounded) / 2
	}
	if latents.Len() == 0 { // the model has no encoder
		return nil
	}
	e, err := metrics.Embed(m.dev, m.real, latents)
	if err != nil {
		return fmt.Errorf("latents: %w", err)
	}
	h := e.Neighborhoods(m.Measure.Neighbors)
	m.metrics["trustworthiness"], m.metrics["continuity"] = h.Trustworthiness, h.Continuity
	m.metrics["mrre"] = (h.MRREzx + h.MRRExz) / 2
	m.metrics["kl_0.01"], m.metrics["kl_0.1"] = e.KL(0.01), e.KL(0.1)
	m.metrics["rmse"], m.metrics["distance_correlation"] = e.RMSE(), e.DistanceCorrelation()
	return nil
}

// forward draws n samples from the prior and encodes the n examples, a batch at a
// time. A model without an encoder leaves latents empty.
func (m *measurer) forward(n int) (latents ph.Points[float32], err error) {
	size := m.real.Dim
	m.samples = ph.Points[float32]{Dim: size}
	latents.Dim = m.model.Latent()
	tape := autograd.NewTape(m.dev)
	defer tape.Free()
	for from := 0; from < n && err == nil; from += m.BatchSize {
		count := min(m.BatchSize, n-from)
		tape.NoGrad(func() {
			var values []float32
			drawn := models.Sample(m.model, tape, count, m.Seed, sampleStream+uint64(from))
			if values, err = drawn.Values(); err != nil {
				return
			}
			m.samples.Coords = append(m.samples.Coords, values...)
			shape := append([]int{count}, m.part.Set.Shape()...)
			batch := tape.Constant(m.real.Coords[from*size:(from+count)*size], shape...)
			latent := m.model.Encode(batch)
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

// draw draws the samples: pictures as pictures, points of the plane over the data.
// Others are not drawn.
func (m *measurer) draw(path string) error {
	shape := m.part.Set.Shape()
	switch {
	case len(shape) == 3:
		const rows, columns = 4, 16
		size := m.real.Dim
		count := min(rows*columns, m.samples.Len()) / columns * columns
		if count == 0 {
			return nil
		}
		grid := viz.GridRow{Caption: "samples", Images: m.samples.Coords[:count*size]}
		return atomicfile.Write(path, func(w io.Writer) error { return viz.ImageGrid(w, "", shape, columns, grid) })
	case m.real.Dim == 2:
		return atomicfile.Write(path, func(w io.Writer) error { return m.scatter(w) })
	}
	return nil
}

// scatter draws samples over data.
func (m *measurer) scatter(w io.Writer) error {
	return viz.Cloud(w, viz.Scene{Title: "Samples over data", Cloud: &m.samples, True: &m.real})
}
