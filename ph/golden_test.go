package ph_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

const shared = "../../shared"

type goldenCloud struct {
	Name   string      `json:"name"`
	N, D   int         `json:"-"`
	Points [][]float32 `json:"points"`
	Images []int       `json:"images"`
	F32    struct {
		Dgm0  [][2]*float64 `json:"dgm0"`
		Dgm1  [][2]*float64 `json:"dgm1"`
		Gens0 [][3]int32    `json:"gens0"`
		Gens1 [][4]int32    `json:"gens1"`
	} `json:"f32"`
	Ambig struct {
		Bars0 []int `json:"bars0"`
		Bars1 []int `json:"bars1"`
	} `json:"ambig"`
}

// goldenClouds reads the clouds and diagrams that giotto-ph produced.
func goldenClouds(t testing.TB) []goldenCloud {
	data, err := os.ReadFile(filepath.Join(shared, "golden", "clouds.json"))
	if err != nil {
		t.Skipf("the reference results are not here: %v", err)
	}
	var file struct {
		Clouds []goldenCloud `json:"clouds"`
	}
	require.NoError(t, json.Unmarshal(data, &file))
	f, err := os.Open(filepath.Join(shared, "fashionmnist", "sprite900-images-idx3-ubyte.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	images, err := io.ReadAll(z)
	require.NoError(t, err)
	for k := range file.Clouds {
		c := &file.Clouds[k]
		for _, i := range c.Images {
			point := make([]float32, 784)
			for p := range point {
				point[p] = float32(images[16+i*784+p]) / 255
			}
			c.Points = append(c.Points, point)
		}
	}
	return file.Clouds
}

// distances returns the Euclidean distances between points.
func distances(points [][]float32) ph.Matrix32 {
	n := len(points)
	m := ph.Matrix32{N: n, Data: make([]float32, n*n)}
	for i := range points {
		for j := range i {
			var s float64
			for k, x := range points[i] {
				d := float64(x) - float64(points[j][k])
				s += d * d
			}
			v := float32(math.Sqrt(s))
			m.Data[i*n+j], m.Data[j*n+i] = v, v
		}
	}
	return m
}

// TestGoldenDiagrams compares diagrams with giotto-ph's, and pairings wherever
// no tie makes another pairing as legitimate.
func TestGoldenDiagrams(t *testing.T) {
	var e ph.Engine
	for _, c := range goldenClouds(t) {
		t.Run(c.Name, func(t *testing.T) {
			dgms, err := e.Rips(distances(c.Points), 1)
			require.NoError(t, err)
			finite := dgms[0].Finite()
			require.Len(t, finite, len(c.Points)-1)
			// The reference leaves out bars of length zero, except those that its
			// formula for distances makes a little longer.
			finite = slices.DeleteFunc(slices.Clone(finite), func(b ph.Bar) bool { return b.Death == 0 })
			skip := 0
			for skip < len(c.F32.Gens0) && *c.F32.Dgm0[skip][1] < 1e-6 {
				skip++
			}
			require.Len(t, finite, len(c.F32.Gens0)-skip)
			for k, bar := range finite {
				i := k + skip
				require.InEpsilon(t, *c.F32.Dgm0[i][1], bar.Death, 1e-6)
				tied := slices.Contains(c.Ambig.Bars0, i) ||
					slices.ContainsFunc(finite, func(b ph.Bar) bool { return b != bar && b.Death == bar.Death })
				if g := c.F32.Gens0[i]; !tied {
					require.Equal(t, ph.Edge{U: g[1], V: g[2]}, bar.DeathEdge, "bar %d", i)
				}
			}
			bars := slices.Clone(dgms[1].Bars)
			slices.SortFunc(bars, func(a, b ph.Bar) int {
				switch {
				case a.Birth != b.Birth && a.Birth > b.Birth:
					return -1
				case a.Birth != b.Birth:
					return 1
				case a.Death > b.Death:
					return -1
				}
				return 1
			})
			require.Len(t, bars, len(c.F32.Dgm1))
			for i, bar := range bars {
				want := c.F32.Dgm1[i]
				require.InEpsilon(t, *want[0], bar.Birth, 1e-6)
				require.InEpsilon(t, *want[1], bar.Death, 1e-6)
				if g := c.F32.Gens1[i]; !slices.Contains(c.Ambig.Bars1, i) {
					require.Equal(t, ph.Edge{U: g[0], V: g[1]}, bar.BirthEdge, "bar %d", i)
					require.Equal(t, ph.Edge{U: g[2], V: g[3]}, bar.DeathEdge, "bar %d", i)
				}
			}
		})
	}
}
