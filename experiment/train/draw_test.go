package train_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/data/source"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/internal/npy"
)

// finish runs a configuration on sets and returns its folder.
func finish(t *testing.T, c train.Config, sets *data.Sets) func(name string) []byte {
	env := environment(t, c, 1)
	r, err := train.New(c, sets, env)
	require.NoError(t, err)
	require.NoError(t, r.Train(t.Context()))
	_, err = r.Finish(t.Context())
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return func(name string) []byte {
		file, err := os.ReadFile(env.Folder.Path(name))
		require.NoError(t, err)
		return file
	}
}

// New rows of a table have its headings and its units.
func TestDrawnRows(t *testing.T) {
	var table strings.Builder
	table.WriteString("time,kind,\"height, cm\"\n")
	for i := range 200 {
		table.WriteString(strconv.Itoa(1_700_000_000+60*i) + ",a," + strconv.Itoa(150+i%50) + "\n")
	}
	path := t.TempDir() + "/table.csv"
	require.NoError(t, os.WriteFile(path, []byte(table.String()), 0o600))
	for _, kind := range []string{"vae", "ae"} {
		c := small()
		c.Data, c.DataOptions.Label, c.Topo, c.Draw = path, "kind", nil, 1200
		c.Model.Kind = kind
		sets, err := source.Open(t.Context(), path, c.DataOptions, fashionmnist.DownloadOptions{})
		require.NoError(t, err)
		file := finish(t, c, sets)
		for _, model := range []string{kind, "topo" + kind} {
			rows, err := csv.NewReader(bytes.NewReader(file("samples-" + model + ".csv"))).ReadAll()
			require.NoError(t, err)
			require.Len(t, rows, 1201)
			require.Equal(t, []string{"time", "height, cm"}, rows[0])
			distinct := make(map[string]bool)
			for _, row := range rows[1:] {
				time, err := strconv.ParseFloat(row[0], 64)
				require.NoError(t, err)
				height, err := strconv.ParseFloat(row[1], 64)
				require.NoError(t, err)
				require.InDelta(t, 1_700_006_000, time, 30_000)
				require.InDelta(t, 175, height, 75)
				distinct[row[0]+row[1]] = true
			}
			require.Greater(t, len(distinct), 1100)
		}
	}
}

// Other examples are an array in their own shape. The first of them do not depend on the number.
func TestDrawnArrays(t *testing.T) {
	var arrays [2]*npy.Array
	for i, n := range []int{3, 1003} {
		c := small()
		c.Topo, c.MaxSteps, c.Draw = nil, 2, n
		a, err := npy.Read(bytes.NewReader(finish(t, c, open(t, c))("samples-vae.npy")))
		require.NoError(t, err)
		require.Equal(t, []int{n, 1, 28, 28}, a.Shape)
		arrays[i] = a
	}
	require.Equal(t, arrays[0].Values, arrays[1].Values[:len(arrays[0].Values)])
}
