// Package golden finds the results of reference implementations that tests
// compare with, in a folder named shared beside the repository. Where that
// folder is absent, tests that ask for it are skipped and say so; the values in
// each package's testdata are checked everywhere.
package golden

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// Path returns the path of a file in the folder, and skips the test if it is
// not there.
func Path(t testing.TB, name ...string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared")
	path := filepath.Join(append([]string{root}, name...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the reference results are not beside the repository: %v", err)
	}
	return path
}

// Read decodes a JSON file of the folder.
func Read(t testing.TB, into any, name ...string) {
	t.Helper()
	data, err := os.ReadFile(Path(t, name...))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

// Images returns the pixels of the folder's sample of FashionMNIST, 784 bytes an
// image.
func Images(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open(Path(t, "fashionmnist", "sprite900-images-idx3-ubyte.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	data, err := io.ReadAll(z)
	require.NoError(t, err)
	const header = 16
	return data[header:]
}

// Pixels returns the chosen images, one point of 784 values in [0, 1] after another.
func Pixels(images []byte, chosen []int) []float32 {
	const size = 784
	x := make([]float32, 0, len(chosen)*size)
	for _, i := range chosen {
		for _, u := range images[i*size : (i+1)*size] {
			x = append(x, float32(u)/255)
		}
	}
	return x
}

// A Cloud is one of the reference's point clouds with the persistence that
// giotto-ph found.
type Cloud struct {
	Name   string      `json:"name"`
	N      int         `json:"n"`
	Dim    int         `json:"d"`
	Points [][]float32 `json:"points"`
	Images []int       `json:"images"`
	F32    struct {
		Dgm0  [][2]*float64 `json:"dgm0"` // a null is an infinity
		Dgm1  [][2]*float64 `json:"dgm1"`
		Gens0 [][3]int32    `json:"gens0"`
		Gens1 [][4]int32    `json:"gens1"`
	} `json:"f32"`
	Ambig struct {
		Bars0 []int `json:"bars0"`
		Bars1 []int `json:"bars1"`
	} `json:"ambig"`
	Coords []float32 `json:"-"` // n·d coordinates, point after point
}

// Clouds returns the reference's clouds.
func Clouds(t testing.TB) []Cloud {
	t.Helper()
	var file struct {
		Clouds []Cloud `json:"clouds"`
	}
	Read(t, &file, "golden", "clouds.json")
	images := Images(t)
	for k := range file.Clouds {
		c := &file.Clouds[k]
		c.Coords = Pixels(images, c.Images)
		for _, p := range c.Points {
			c.Coords = append(c.Coords, p...)
		}
	}
	return file.Clouds
}
