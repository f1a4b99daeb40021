//go:build !cuda

package cuda

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The go command does not notice that a header outside a package's folder has changed: it would
// link the package as compiled before, without the new functions. So the C flags, which it does
// compare, must differ when a header differs.
func TestChangedHeaderChangesFlags(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skipf("SKIPPED: go.sh needs a shell: %v", err)
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "include"), os.DirFS("include")))
	script, err := os.ReadFile("go.sh")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sh"), script, 0o777))
	// In place of the go command, a script that prints its C flags.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\necho \"$CGO_CFLAGS\"\n"), 0o777))
	flags := func() string {
		c := exec.Command(shell, filepath.Join(dir, "go.sh"), "build")
		c.Env = append(os.Environ(), "CC=sh", "CGO_CFLAGS=-Dmine", "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}

	before := flags()
	require.Contains(t, before, "-I"+filepath.Join(dir, "include"))
	require.Contains(t, before, "-Dmine")
	require.Equal(t, before, flags())

	headers, err := filepath.Glob(filepath.Join(dir, "include", "*.h"))
	require.NoError(t, err)
	require.NotEmpty(t, headers)
	for _, header := range headers {
		f, err := os.OpenFile(header, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString("/* changed */\n")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		after := flags()
		require.NotEqual(t, before, after, header)
		before = after
	}
}
