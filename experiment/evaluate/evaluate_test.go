package evaluate_test

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/shapes"
	"github.com/topogen/topogen/experiment/evaluate"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
)

func subject(t *testing.T, kind string) evaluate.Subject {
	return subjectOf(t, kind, "circle,n=80,test=60")
}

func subjectOf(t *testing.T, kind, shape string) evaluate.Subject {
	dev := cpu.New()
	t.Cleanup(func() { dev.Close() })
	sets, err := shapes.Open(shape, 1)
	require.NoError(t, err)
	m, err := models.New(dev, models.Spec{Kind: kind, Hidden: []int{8}}, sets.Train.Shape(), sets.Unit, 1)
	require.NoError(t, err)
	s := evaluate.Subject{Device: dev, Model: m, Set: sets.Test, Indices: data.AllIndices(60), BatchSize: 32, Seed: 1}
	if evaluate.HasFeatures(sets.Train) {
		s.Features, err = evaluate.TrainFeatures(t.Context(), dev, sets.Train)
		require.NoError(t, err)
	}
	return s
}

var options = evaluate.Options{Points: 50, Neighbors: 3, Radius: 0.2, Draws: 2}

// A variational autoencoder has all metrics and no others: those between features if examples
// have many values, far and mtopdiv if they have few.
func TestMeasure(t *testing.T) {
	found := make(map[string]bool)
	for _, shape := range []string{"circle,n=80,test=60", "glyphs,n=400,test=60"} {
		r, err := evaluate.Measure(t.Context(), subjectOf(t, "vae", shape), options)
		require.NoError(t, err)
		require.Equal(t, 50, r.Samples.Len())
		require.Equal(t, 50, r.Examples.Len())
		for name, v := range r.Metrics {
			require.False(t, math.IsNaN(v), name)
			found[name] = true
		}
	}
	for _, m := range evaluate.Metrics() {
		require.True(t, found[m.Name], m.Name)
		delete(found, m.Name)
	}
	require.Empty(t, found)
}

func TestMeasureAgainAndDraw(t *testing.T) {
	r, err := evaluate.Measure(t.Context(), subject(t, "vae"), options)
	require.NoError(t, err)
	again, err := evaluate.Measure(t.Context(), subject(t, "vae"), options)
	require.NoError(t, err)
	require.Equal(t, r.Metrics, again.Metrics)
	require.True(t, r.Drawable())
	var b bytes.Buffer
	require.NoError(t, r.Draw(&b))
	_, err = png.Decode(&b)
	require.NoError(t, err)
}

func TestModelWithoutEncoder(t *testing.T) {
	r, err := evaluate.Measure(t.Context(), subject(t, "gan"), options)
	require.NoError(t, err)
	require.Contains(t, r.Metrics, "recall")
	require.NotContains(t, r.Metrics, "continuity")
	require.NotContains(t, r.Metrics, "elbo")
}

func TestRefusals(t *testing.T) {
	s := subject(t, "vae")
	s.Indices = s.Indices[:9]
	require.False(t, options.Enough(9))
	_, err := evaluate.Measure(t.Context(), s, options)
	require.EqualError(t, err, "there are 9 examples to measure with, too few for 3 neighbors")
	s = subject(t, "vae")
	s.BatchSize = 0
	_, err = evaluate.Measure(t.Context(), s, options)
	require.EqualError(t, err, "the batch size is 0, must be positive")
	for _, c := range []struct {
		o    evaluate.Options
		want string
	}{
		{evaluate.Options{Points: 3, Neighbors: 1, Radius: 1}, "points is 3, must be from 8 to 16384"},
		{evaluate.Options{Points: 50, Neighbors: 17, Radius: 1}, "neighbors is 17, must be from 1 to less than a third of the points"},
		{evaluate.Options{Points: 50, Neighbors: 3}, "radius is 0, must be positive"},
	} {
		require.EqualError(t, c.o.Validate(), c.want)
	}
}
