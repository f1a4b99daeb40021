//go:build unix

package run_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
)

// Reading a pipe that nobody writes would wait for ever.
func TestPipesAreRefused(t *testing.T) {
	for _, name := range []string{run.ConfigFile, "checkpoint.safetensors", "metrics.csv"} {
		dir := t.TempDir()
		pipe := filepath.Join(dir, name)
		require.NoError(t, syscall.Mkfifo(pipe, 0o600))
		_, err := run.Open(dir, new(struct{}))
		require.EqualError(t, err, pipe+" is not a file but a pipe, socket or device: remove it")
	}
}
