package train

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/viz"
)

// TestCurvesLeaveOutSmallBatches: the last batch of an epoch has fewer examples here.
func TestCurvesLeaveOutSmallBatches(t *testing.T) {
	folder, err := run.Create(filepath.Join(t.TempDir(), "run"), Default())
	require.NoError(t, err)
	defer folder.Close()
	table, err := folder.CreateMetrics("metrics.csv", []string{"step", "vae_nll"})
	require.NoError(t, err)
	defer table.Close()
	for step := range 7 {
		require.NoError(t, table.Append([]float64{float64(step + 1), 10 * float64(step+1)}))
	}
	r := &Run{loop: &run.Loop{Metrics: table}, train: [][]int{{0, 1, 2}, {3, 4, 5}, {6}}}
	require.Equal(t, viz.Series{Name: "VAE", X: []float64{1, 2, 4, 5, 7}, Y: []float64{10, 20, 40, 50, 70}}, r.curve("VAE", "vae_nll"))
	r.train = [][]int{{0, 1}}
	require.Len(t, r.curve("VAE", "vae_nll").X, 7)
}
