package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The folder ptx holds exactly the files that the generator writes, and no others.
func TestFilesAreUpToDate(t *testing.T) {
	folder := filepath.Join("..", "..", "ptx")
	var names []string
	for _, f := range files() {
		names = append(names, f.Name())
		had, err := os.ReadFile(filepath.Join(folder, f.Name()))
		require.NoError(t, err)
		require.Equal(t, string(f.Bytes()), string(had), "%s: run go generate ./kernels/gpu", f.Name())
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, len(names))
}
