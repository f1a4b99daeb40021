//go:build linux

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNamesWithoutUTF8: JSON would replace bytes of such a name, and a resumed run would not
// find its data.
func TestNamesWithoutUTF8(t *testing.T) {
	file := filepath.Join(t.TempDir(), "b\xffd.csv")
	require.NoError(t, os.WriteFile(file, []byte("1,2\n3,4\n5,7\n6,9\n1,8\n2,2\n3,9\n4,4\n8,1\n0,5\n7,7\n6,6\n"), 0o600))
	out := filepath.Join(t.TempDir(), "run")
	code, _, stderr := trainvae(t, context.Background(), "-data", file, "-output", out)
	require.Equal(t, 2, code, stderr)
	require.Contains(t, stderr, "the name is no UTF-8, which the configuration cannot hold: rename it")
	require.NoFileExists(t, out)
}
