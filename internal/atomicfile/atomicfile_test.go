package atomicfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// requireOnly checks that dir holds one file with the given content.
func requireOnly(t *testing.T, dir, name, want string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing temporary is left behind")
	require.Equal(t, name, entries[0].Name())
	got, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	require.NoError(t, atomicfile.Write(path, text("first and long")))
	requireOnly(t, dir, "file", "first and long")
	require.NoError(t, atomicfile.Write(path, text("second")))
	requireOnly(t, dir, "file", "second")
}

func TestWriteHasTheUsualPermissions(t *testing.T) {
	dir := t.TempDir()
	usual, err := os.Create(filepath.Join(dir, "usual"))
	require.NoError(t, err)
	require.NoError(t, usual.Close())
	require.NoError(t, atomicfile.Write(filepath.Join(dir, "ours"), text("")))
	a, err := os.Stat(filepath.Join(dir, "usual"))
	require.NoError(t, err)
	b, err := os.Stat(filepath.Join(dir, "ours"))
	require.NoError(t, err)
	require.Equal(t, a.Mode(), b.Mode())
}

func TestFailureKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	require.NoError(t, atomicfile.Write(path, text("old")))
	broken := errors.New("broken")
	err := atomicfile.Write(path, func(w io.Writer) error {
		old, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "old", string(old), "the old file stands while the new one is written")
		return errors.Join(text("half of the n")(w), broken)
	})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, path)
	requireOnly(t, dir, "file", "old")
}

func TestErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "absent", "file")
	err := atomicfile.Write(path, text(""))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "writing "+path)

	folder := filepath.Join(dir, "folder")
	require.NoError(t, os.Mkdir(folder, 0o777))
	require.Error(t, atomicfile.Write(folder, text("")), "a folder is not replaced")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}
