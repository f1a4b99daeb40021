package train_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/topoloss"
)

// Ten steps of both models have the same losses in half precision as in float32, to a
// percent, but not the same bits. The topological terms are not rounded, but the images are
// that they compare.
func TestPrecisionsAgree(t *testing.T) {
	c := train.Default()
	c.Data = "embedded:64"
	c.BatchSize, c.Epochs, c.MaxSteps = 16, 5, 10
	record := func(p kernels.Precision) [][]string {
		env := environment(t, c, 2)
		dev := cpu.New(cpu.Precision(p))
		t.Cleanup(func() { require.NoError(t, dev.Close()) })
		env.Device = dev
		r, err := train.New(c, open(t, c), env)
		require.NoError(t, err)
		require.NoError(t, r.Train(context.Background()))
		f, err := os.Open(filepath.Join(env.Folder.Path(), "metrics.csv"))
		require.NoError(t, err)
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		return rows
	}
	want, got := record(kernels.Float32), record(kernels.BFloat16)
	require.Len(t, got, len(want))
	same := true
	for i, row := range want[1:] {
		for k, name := range want[0] {
			if !strings.Contains(name, "bce") {
				continue
			}
			x, err := strconv.ParseFloat(row[k], 64)
			require.NoError(t, err)
			y, err := strconv.ParseFloat(got[i+1][k], 64)
			require.NoError(t, err)
			require.InEpsilon(t, x, y, 0.01, "step %d, %s", i+1, name)
			same = same && x == y
		}
	}
	require.False(t, same, "nothing was rounded")
}

// Ten steps of both models with all losses record the same on the processor and on
// the simulated GPU, but for rounding. The simulator's checks are off: the tests
// of package gpu have them.
func TestDevicesAgree(t *testing.T) {
	c := train.Default()
	c.Data = "embedded:64"
	c.BatchSize, c.Epochs, c.MaxSteps = 4, 1, 10
	c.Topo = original(topoloss.Output, [7]float64{10, 10, 10, 10, 1, 1, 1})
	record := func(simulated bool) [][]string {
		env := environment(t, c, 2)
		if simulated {
			dev, err := gpu.New(ptxsim.New(ptxsim.Options{Unchecked: true}))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, dev.Close()) })
			env.Device = dev
		}
		r, err := train.New(c, open(t, c), env)
		require.NoError(t, err)
		require.NoError(t, r.Train(context.Background()))
		f, err := os.Open(filepath.Join(env.Folder.Path(), "metrics.csv"))
		require.NoError(t, err)
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		return rows
	}
	want, got := record(false), record(true)
	require.Len(t, want, 11)
	require.Len(t, got, 11)
	for i, row := range want[1:] {
		for k, text := range row[:len(row)-1] { // without the seconds
			x, err := strconv.ParseFloat(text, 64)
			if text == "" {
				require.Empty(t, got[i+1][k])
				continue
			}
			require.NoError(t, err)
			y, err := strconv.ParseFloat(got[i+1][k], 64)
			require.NoError(t, err)
			require.InDelta(t, x, y, 1e-4*max(x, -x)+1e-12, "step %d, %s", i+1, want[0][k])
		}
	}
}
