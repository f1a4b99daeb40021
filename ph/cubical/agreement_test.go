package cubical

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// generally returns the bars of an image by the reduction of the matrix of all its cubes.
func generally(t *testing.T, m Image[float32], o Options) [][]ph.Bar {
	var pixels order
	sortPixels(&pixels, m.Values, o.Superlevel)
	var g grid
	require.NoError(t, beginGrid(t.Context(), &g, m, o, &pixels))
	r, err := ph.Compute(t.Context(), &g, ph.Options{MaxDegree: len(m.Shape) - 1})
	require.NoError(t, err)
	return sortedBars(r)
}

func sortedBars(r *ph.Result) [][]ph.Bar {
	var list [][]ph.Bar
	for _, d := range r.Diagrams() {
		slices.SortFunc(d.Bars, func(a, b ph.Bar) int {
			return cmp.Or(cmp.Compare(a.DeathCell.U, b.DeathCell.U), cmp.Compare(a.BirthCell.U, b.BirthCell.U))
		})
		list = append(list, d.Bars)
	}
	return list
}

// imageKinds draw the value of a pixel from its coordinates along the last two axes.
var imageKinds = map[string]func(r *rand.Rand, y, x int) float32{
	"noise":    func(r *rand.Rand, _, _ int) float32 { return r.Float32() },
	"signed":   func(r *rand.Rand, _, _ int) float32 { return float32(r.NormFloat64()) },
	"binary":   func(r *rand.Rand, _, _ int) float32 { return float32(r.IntN(2)) },
	"few":      func(r *rand.Rand, _, _ int) float32 { return float32(r.IntN(5)) },
	"zeros":    func(r *rand.Rand, _, _ int) float32 { return float32(math.Copysign(0, r.Float64()-0.5)) },
	"constant": func(*rand.Rand, int, int) float32 { return 3 },
	"waves":    func(_ *rand.Rand, y, x int) float32 { return float32(math.Sin(float64(x)/3) * math.Cos(float64(y)/2)) },
	"ripples": func(r *rand.Rand, y, x int) float32 {
		return float32(math.Sin(float64(x)/3)*math.Cos(float64(y)/2)) + r.Float32()/10
	},
	"ramp":     func(_ *rand.Rand, y, x int) float32 { return float32(-x - 100*y) },
	"stripes":  func(_ *rand.Rand, y, x int) float32 { return float32(y%2) - float32(x)/100 },
	"board":    func(_ *rand.Rand, y, x int) float32 { return float32((x + y) % 2) },
	"mostly 0": func(r *rand.Rand, _, _ int) float32 { return max(0, float32(r.NormFloat64())-1) },
	"uneven":   func(r *rand.Rand, _, _ int) float32 { return float32(math.Exp(20 * r.NormFloat64())) },
	"greatest": func(r *rand.Rand, _, _ int) float32 { return (2*r.Float32() - 1) * math.MaxFloat32 },
}

// drawImage draws an image of a kind.
func drawImage(r *rand.Rand, kind func(r *rand.Rand, y, x int) float32, shape ...int) Image[float32] {
	m := Image[float32]{Shape: shape}
	rows, columns := shape[len(shape)-2], shape[len(shape)-1]
	planes := 1
	if len(shape) == 3 {
		planes = shape[0]
	}
	for z := range planes {
		for y := range rows {
			for x := range columns {
				m.Values = append(m.Values, kind(r, y+z, x+2*z))
			}
		}
	}
	return m
}

// TestAgreesWithReduction compares large images with the reduction of the matrix of cubes.
func TestAgreesWithReduction(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var e Engine[float32] // used again
	for name, kind := range imageKinds {
		t.Run(name, func(t *testing.T) {
			for _, shape := range [][]int{{50, 40}, {1, 60}, {60, 1}, {2, 31}, {8, 7, 9}, {1, 9, 12}, {12, 1, 9}, {9, 12, 1}, {2, 2, 40}, {5, 5, 5}} {
				m := drawImage(r, kind, shape...)
				for _, o := range []Options{{}, {Construction: Vertices}, {Superlevel: true}, {Construction: Vertices, Superlevel: true}} {
					got, err := e.Compute(t.Context(), m, o)
					require.NoError(t, err)
					require.Equal(t, generally(t, m, o), sortedBars(got), "%v %v", shape, o)
				}
			}
		})
	}
}
