package evaluate_test

import (
	"bytes"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/shapes"
	"github.com/topogen/topogen/experiment/evaluate"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
)

func subject(t *testing.T, kind string) evaluate.Subject {
	dev := cpu.New()
	t.Cleanup(func() { dev.Close() })
	sets, err := shapes.Open("circle,n=80,test=60", 1)
	require.NoError(t, err)
	m, err := models.New(dev, models.Spec{Kind: kind, Hidden: []int{8}}, sets.Train.Shape(), sets.Unit, 1)
	require.NoError(t, err)
	return evaluate.Subject{Device: dev, Model: m, Set: sets.Test, Indices: data.All(60), BatchSize: 32, Seed: 1}
}

var options = evaluate.Options{Points: 50, Neighbors: 3, Radius: 0.2}

// Of a model with an encoder all metrics are there, and nothing but those listed.
func TestMeasure(t *testing.T) {
	r, err := evaluate.Measure(t.Context(), subject(t, "vae"), options)
	require.NoError(t, err)
	require.Equal(t, 50, r.Samples.Len())
	require.Equal(t, 50, r.Examples.Len())
	listed := make(map[string]bool)
	for _, m := range evaluate.Metrics() {
		listed[m.Name] = true
		require.Contains(t, r.Metrics, m.Name)
	}
	for name := range r.Metrics {
		require.True(t, listed[name], name)
	}
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
