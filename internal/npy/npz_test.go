package npy_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/npy"
)

// FuzzReadArchive: an archive is refused, or has arrays with a value for each element.
func FuzzReadArchive(f *testing.F) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"x.npy", "notes.txt"} {
		w, err := z.Create(name)
		require.NoError(f, err)
		_, err = w.Write(file(1, dict("'<f4'", "False", "(2,)"), make([]byte, 8)...))
		require.NoError(f, err)
	}
	require.NoError(f, z.Close())
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:60])
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18))))
	path := filepath.Join(f.TempDir(), "a.npz")
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		arrays, err := npy.ReadArchive(path)
		if err != nil {
			return
		}
		for name, a := range arrays {
			n := 1
			for _, d := range a.Shape {
				n *= d
			}
			require.Len(t, a.Values, n, name)
		}
	})
}
