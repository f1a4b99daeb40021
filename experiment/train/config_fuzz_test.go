package train_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
)

// FuzzConfig checks that a configuration from a file is refused, or does not change when it is
// written and read again.
func FuzzConfig(f *testing.F) {
	good, err := json.Marshal(train.Default())
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"data":"auto","topo":"deaths0@samples=0.3(every=2)","gradient":"average(bandwidth=1)","model":{"hidden":[1,2]}}`))
	f.Add([]byte(`{"seed":-1}`))
	f.Add([]byte(`{"save_every":1e300,"Seed":1,"seed":2}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, run.ConfigFile), data, 0o600))
		c := train.Default()
		if run.ReadConfig(dir, &c) != nil || c.Validate() != nil {
			return
		}
		text, err := json.Marshal(c)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, run.ConfigFile), text, 0o600))
		var again train.Config
		require.NoError(t, run.ReadConfig(dir, &again))
		textAgain, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(text), string(textAgain))
	})
}
