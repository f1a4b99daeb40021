package viz

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLatentInThePlane(t *testing.T) {
	points := []float32{0, 0, 4, 0, 0, 3, -2, -1}
	class := []int{0, 1, 2, 9}
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	p, glyphs, err := latent("title", points, 2, class, names)
	require.NoError(t, err)
	require.Len(t, glyphs, 4)
	for i, g := range glyphs {
		ink, shape := seriesStyle(int(class[i]))
		require.Equal(t, shape, g.shape)
		want := ink
		if g.cover < 1 {
			want = inkUnder(ink, g.cover)
		}
		require.Equal(t, want, p.canvas.inkAt(g.x, g.y), "point %d", i)
	}
	// One unit is as long on both axes, and y points up.
	unitX, unitY := (glyphs[1].x-glyphs[0].x)/4, (glyphs[0].y-glyphs[2].y)/3
	require.InEpsilon(t, unitX, unitY, 1e-3)
	require.Positive(t, unitX)
	area := p.panels[0].area
	require.Less(t, area.Max.X, p.canvas.Rect.Max.X-int(p.px(20)), "the legend has room of its own")
}

// inkUnder returns the table's entry of an ink of some opacity on paper.
func inkUnder(i ink, cover float64) ink {
	return ink(table().over[i][int(cover*coverLevels+0.5)][paper])
}

// Two classes that differ along one hidden direction come apart along the first
// component, whatever noise there is in the others.
func TestLatentFindsThePrincipalComponents(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const dim, n = 6, 200
	direction := []float64{1, -1, 1, 1, -1, 1}
	var points []float32
	var class []int
	for i := range n {
		side := float64(i%2)*2 - 1
		for k := range dim {
			points = append(points, float32(7+4*side*direction[k]+0.5*r.NormFloat64()))
		}
		class = append(class, i%2)
	}
	_, glyphs, err := latent("", points, dim, class, []string{"left", "right"})
	require.NoError(t, err)
	var low, high [2]float64
	for c := range 2 {
		low[c], high[c] = math.Inf(1), math.Inf(-1)
		for i, g := range glyphs {
			if int(class[i]) == c {
				low[c], high[c] = min(low[c], g.x), max(high[c], g.x)
			}
		}
	}
	require.True(t, high[0] < low[1] || high[1] < low[0])
}

func TestLatentOfAnyDimension(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 50} {
		points := make([]float32, 5*dim)
		for i := range points {
			points[i] = float32(i * i % 7)
		}
		require.NoError(t, Latent(io.Discard, "", points, dim, make([]int, 5), []string{"a"}), "dimension %d", dim)
	}
	var b bytes.Buffer
	require.NoError(t, Latent(&b, "all equal", make([]float32, 8), 4, make([]int, 2), []string{"a"}))
	m, err := png.Decode(&b)
	require.NoError(t, err)
	require.Equal(t, 1008, m.Bounds().Dx())
}

func TestLatentRefuses(t *testing.T) {
	nan := float32(math.NaN())
	names := []string{"a", "b"}
	for _, test := range []struct {
		want   string
		points []float32
		dim    int
		class  []int
	}{
		{"5 values for 3 points of R^2", make([]float32, 5), 2, make([]int, 3)},
		{"want two points or more", make([]float32, 2), 2, make([]int, 1)},
		{"point 1 has the coordinate NaN", []float32{0, 0, 0, nan}, 2, make([]int, 2)},
		{"point 1 has the class 2, but only 2 classes have names", make([]float32, 4), 2, []int{0, 2}},
	} {
		require.ErrorContains(t, Latent(io.Discard, "", test.points, test.dim, test.class, names), test.want)
	}
}
