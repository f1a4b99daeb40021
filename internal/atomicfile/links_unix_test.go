//go:build unix

package atomicfile_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/atomicfile"
)

// TestLinksStay checks that a write to a link leaves the link and writes the file that it
// names, whether that file exists or not.
func TestLinksStay(t *testing.T) {
	dir := t.TempDir()
	far := filepath.Join(dir, "a", "b")
	require.NoError(t, os.MkdirAll(far, 0o777))
	require.NoError(t, os.Symlink(far, filepath.Join(dir, "short")))
	for _, c := range []struct{ link, target string }{
		{"absolute", filepath.Join(far, "absolute")},
		{"relative", "a/b/relative"},
		{"short/up", "../up"}, // relative to a/b, not to short
		{"chain", "relative"}, // the link above
		{"short/relation", "../../a/b/./relation-file"},
	} {
		link, target := c.link, c.target
		path := filepath.Join(dir, link)
		require.NoError(t, os.Symlink(target, path))
		for _, content := range []string{"new", "and again"} {
			require.NoError(t, atomicfile.Write(path, text(content)), link)
			info, err := os.Lstat(path)
			require.NoError(t, err)
			require.NotZero(t, info.Mode()&os.ModeSymlink, link)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, content, string(got))
		}
	}
	require.FileExists(t, filepath.Join(dir, "a", "up"))

	loop := filepath.Join(dir, "loop")
	require.NoError(t, os.Symlink("loop", loop))
	require.EqualError(t, atomicfile.Write(loop, text("")), "writing "+loop+": too many symbolic links")
}

// TestPipesAndDevicesStay: a program that wrote to /dev/null would otherwise replace it by
// a file, if it may.
func TestPipesAndDevicesStay(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink(pipe, filepath.Join(dir, "link")))
	for _, name := range []string{"pipe", "link"} {
		got := make(chan string)
		go func() {
			data, _ := os.ReadFile(pipe)
			got <- string(data)
		}()
		require.NoError(t, atomicfile.Write(filepath.Join(dir, name), text("through the pipe")))
		require.Equal(t, "through the pipe", <-got)
		info, err := os.Stat(pipe)
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&os.ModeNamedPipe)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2)

	// A link to the device, so that a failure of this test harms no device.
	null := filepath.Join(dir, "null")
	require.NoError(t, os.Symlink(os.DevNull, null))
	require.NoError(t, atomicfile.Write(null, text("nothing")))
	info, err := os.Stat(null)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeDevice)
}
