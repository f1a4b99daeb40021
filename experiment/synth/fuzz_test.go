package synth_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/synth"
	"github.com/topogen/topogen/ph"
)

// FuzzConfig checks that a configuration from a file, with its clouds and diagrams, is refused,
// or does not change when it is written and read again.
func FuzzConfig(f *testing.F) {
	c := synth.Between(&ph.Points[float32]{Dim: 2, Coords: []float32{0, 1, 2, 3}}, &ph.Points[float32]{Dim: 1, Coords: []float32{5}})
	good, err := json.Marshal(c)
	require.NoError(f, err)
	f.Add(good)
	c.Truth, c.TrueDiagrams = nil, []ph.Diagram{{Bars: []ph.Bar{{Birth: 0, Death: 1}}}}
	good, err = json.Marshal(c)
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"steps":1,"start":[[1,2],[3]],"true_diagrams":[{"degree":-1}]}`))
	f.Add([]byte(`{"start":[[1e39]],"window":{"XMin":1e400}}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, run.ConfigFile), data, 0o600))
		var c synth.Config
		if run.ReadConfig(dir, &c) != nil || c.Validate() != nil {
			return
		}
		text, err := json.Marshal(c)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, run.ConfigFile), text, 0o600))
		var again synth.Config
		require.NoError(t, run.ReadConfig(dir, &again))
		require.NoError(t, again.Validate())
	})
}
