package train_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	dataset "github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
)

// What a run cannot do without is an error that names it.
func TestNilArguments(t *testing.T) {
	c := train.Default()
	require.ErrorContains(t, c.CheckData(nil), "the data lack a training set or a test set")
	require.ErrorContains(t, c.CheckData(&dataset.Sets{}), "the data lack a training set or a test set")
	_, err := train.New(c, nil, run.Environment{})
	require.ErrorContains(t, err, "a run needs a device and a folder")
	require.ErrorContains(t, err, "the data lack a training set")
}

// A batch of one example has no variance: it would end the run in the middle of an epoch.
func TestNormalizedBatchesHaveTwoExamples(t *testing.T) {
	points := func(n int) *dataset.Sets {
		f := &dataset.Floats{Dims: []int{2}, Values: make([]float32, 2*n)}
		return &dataset.Sets{Train: f, Test: f}
	}
	c := train.Default()
	c.BatchSize, c.Model.Normalize = 4, true
	require.NoError(t, c.CheckData(points(10)), "8 examples to train on")
	require.ErrorContains(t, c.CheckData(points(11)), "the last of the batches of 4 has one example")
	c.Model.Normalize = false
	require.NoError(t, c.CheckData(points(11)))
}
