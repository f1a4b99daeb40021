package evaluate_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/shapes"
	"github.com/topogen/topogen/experiment/evaluate"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/metrics"
	"github.com/topogen/topogen/ph"
)

// points returns the first n examples of a set.
func points(set data.Dataset, n int) ph.Points[float32] {
	p := ph.Points[float32]{Dim: data.ExampleSize(set), Coords: make([]float32, n*data.ExampleSize(set))}
	set.Decode(p.Coords, data.AllIndices(n))
	return p
}

// In the features of the classifier, pictures of one digit lie together: their silhouette
// is larger than that of pixels, and the nearest other picture has the same label more
// often. Devices with one thread and with two give equal features.
func TestFeaturesTellClassesApart(t *testing.T) {
	dev, other := cpu.New(cpu.Threads(2)), cpu.New(cpu.Threads(1))
	defer dev.Close()
	defer other.Close()
	sets, err := shapes.Open("glyphs,n=1000,test=200", 1)
	require.NoError(t, err)
	f, err := evaluate.TrainFeatures(t.Context(), dev, sets.Train)
	require.NoError(t, err)
	test := points(sets.Test, 200)
	features, err := f.Of(dev, test)
	require.NoError(t, err)
	require.Equal(t, 200, features.Len())
	require.Equal(t, 64, features.Dim)
	e, err := metrics.NewEmbedding(dev, test, features)
	require.NoError(t, err)
	raw, err := metrics.NewEmbedding(dev, test, test)
	require.NoError(t, err)
	labels := sets.Test.Labels().Classes
	t.Logf("silhouette %.3f of features, %.3f of pixels", e.Silhouette(labels), raw.Silhouette(labels))
	require.Greater(t, e.Silhouette(labels), raw.Silhouette(labels)+0.1)
	require.GreaterOrEqual(t, e.KNNAccuracy(labels, 1), raw.KNNAccuracy(labels, 1))

	again, err := evaluate.TrainFeatures(t.Context(), other, sets.Train)
	require.NoError(t, err)
	same, err := again.Of(other, test)
	require.NoError(t, err)
	require.Equal(t, features, same)
}

func TestFeaturesOfRows(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	sets, err := shapes.Open("spheres:3,n=400,test=60", 1)
	require.NoError(t, err)
	f, err := evaluate.TrainFeatures(t.Context(), dev, sets.Train)
	require.NoError(t, err)
	features, err := f.Of(dev, points(sets.Test, 60))
	require.NoError(t, err)
	require.Equal(t, 60, features.Len())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = evaluate.TrainFeatures(ctx, dev, sets.Train)
	require.ErrorIs(t, err, context.Canceled)
}

// There is no classifier of data without labels, with one class, or of few values.
func TestSetsWithoutFeatures(t *testing.T) {
	set := &data.Floats{Dims: []int{20}, Values: make([]float32, 20*200), Class: &data.Labels{Classes: make([]int, 200), Names: []string{"a"}}}
	require.False(t, evaluate.HasFeatures(set))
	set.Class.Classes[7] = 1
	require.True(t, evaluate.HasFeatures(set))
	set.Class = nil
	require.False(t, evaluate.HasFeatures(set))
	sets, err := shapes.Open("circles,n=400", 1)
	require.NoError(t, err)
	require.NotNil(t, sets.Train.Labels())
	require.False(t, evaluate.HasFeatures(sets.Train))
	dev := cpu.New()
	defer dev.Close()
	_, err = evaluate.TrainFeatures(t.Context(), dev, set)
	require.EqualError(t, err, "200 examples with 20 values have too few labels or values for a classifier")
}
