package fashionmnist

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
)

func TestOpen(t *testing.T) {
	ctx := context.Background()
	folder := writeFolder(t, Draw(20, 1), Draw(5, 2))
	cache := filepath.Join(t.TempDir(), "cache")
	o := DownloadOptions{Dir: cache}

	auto, err := Open(ctx, "auto", o)
	require.NoError(t, err)
	require.Equal(t, DefaultTrain, auto.Train.Len())
	require.Equal(t, DefaultTrain/6, auto.Test.Len())
	require.Equal(t, "embedded:24000", auto.Source)
	require.Contains(t, auto.Note, "24000 training and 4000 test images of embedded garments")
	require.Contains(t, auto.Note, `real FashionMNIST is not in `+cache+` yet: the data source "download" fetches it`)
	require.NotContains(t, auto.Note, "\n")

	embedded, err := Open(ctx, "embedded", o)
	require.NoError(t, err)
	require.Equal(t, auto.Train, embedded.Train)
	require.Equal(t, auto.Test, embedded.Test)

	small, err := Open(ctx, "embedded:7", o)
	require.NoError(t, err)
	require.Equal(t, "embedded:7", small.Source)
	require.Equal(t, embedded.Train.(*data.Bytes).Values[:7*Pixels], small.Train.(*data.Bytes).Values)
	require.Equal(t, 1, small.Test.Len())

	// With the real files in the cache folder, auto takes them.
	require.NoError(t, os.Mkdir(cache, 0o777))
	for _, f := range officialFiles {
		plain, err := os.ReadFile(filepath.Join(folder, f.name[:len(f.name)-3]))
		require.NoError(t, err)
		require.False(t, complete(cache))
		require.NoError(t, os.WriteFile(filepath.Join(cache, f.name), zipped(plain), 0o666))
	}
	auto, err = Open(ctx, "auto", o)
	require.NoError(t, err)
	require.Equal(t, 20, auto.Train.Len())
	require.Equal(t, cache, auto.Source)

	again, err := Open(ctx, folder, o)
	require.NoError(t, err)
	require.Equal(t, auto.Train, again.Train)
}

func TestOpenRefuses(t *testing.T) {
	for spec, want := range map[string]string{
		"":             "no data named",
		"embedded:":    `"embedded:": want embedded:n with a number n of training images from 1 to 600000`,
		"embedded:0":   "want embedded:n",
		"embedded:1e9": "want embedded:n",
		"embeded":      `"embeded" is neither an existing folder nor one of auto, embedded, embedded:n, download`,
	} {
		_, err := Open(context.Background(), spec, DownloadOptions{})
		require.ErrorContains(t, err, want, spec)
	}
}

func TestCacheDir(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "/somewhere")
	t.Setenv("HOME", "/home/me")
	dir, err := CacheDir()
	require.NoError(t, err)
	base, err := os.UserCacheDir()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(base, "topogen", "fashionmnist"), dir)
}
