package viz

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// linear returns a colour in linear light.
func linear(c color.RGBA) [3]float64 {
	decode := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	return [3]float64{decode(c.R), decode(c.G), decode(c.B)}
}

// The matrices of Machado, Oliveira and Fernandes (2009) for people who lack one
// kind of cone, in linear light.
var visions = map[string][3][3]float64{
	"all cones": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"no red":    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"no green":  {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"no blue":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// lab returns a colour in CIE L*a*b*, in which distances are as people see them.
func lab(rgb [3]float64) [3]float64 {
	f := func(t float64) float64 { return math.Cbrt(max(t, 0)) }
	r, g, b := rgb[0], rgb[1], rgb[2]
	x := f((0.4124*r + 0.3576*g + 0.1805*b) / 0.9505)
	y := f(0.2126*r + 0.7152*g + 0.0722*b)
	z := f((0.0193*r + 0.1192*g + 0.9505*b) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func TestInksDifferForEveryVision(t *testing.T) {
	for name, m := range visions {
		see := func(c color.RGBA) [3]float64 {
			v := linear(c)
			var seen [3]float64
			for i := range seen {
				seen[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
			}
			return lab(seen)
		}
		for i, a := range seriesInks {
			for _, b := range append(seriesInks[i+1:], paper) {
				p, q := see(a.color()), see(b.color())
				d := math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
				require.Greater(t, d, 11.0, "%s: %v and %v", name, a.color(), b.color()) // 2.3 is just noticeable
			}
		}
	}
}

func TestSeriesStylesDiffer(t *testing.T) {
	type style struct {
		ink   ink
		shape shape
	}
	seen := map[style]bool{}
	for i := range 28 {
		k, s := seriesStyle(i)
		seen[style{k, s}] = true
	}
	require.Len(t, seen, 28)
}

func TestColorTable(t *testing.T) {
	table := table()
	require.LessOrEqual(t, len(table.colors), transparent)
	for i := range numInks {
		require.Equal(t, i.color(), table.colors[i])
		for under := range table.colors {
			require.Equal(t, uint8(under), table.over[i][0][under], "no ink changes nothing")
			require.Equal(t, uint8(i), table.over[i][coverLevels][under], "full ink covers everything")
		}
		require.Equal(t, int(i), table.colors.Index(i.color()))
		half := table.colors[table.over[i][coverLevels/2][paper]].(color.RGBA)
		want := mix(paper.color(), i.color(), 1, 2)
		require.InDelta(t, want.R, half.R, 12)
		require.InDelta(t, want.G, half.G, 12)
		require.InDelta(t, want.B, half.B, 12)
	}
}

func TestNearest(t *testing.T) {
	table := table()
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 17 {
			for b := 0; b < 256; b += 51 {
				c := color.RGBA{uint8(r), uint8(g), uint8(b), 255}
				require.Equal(t, table.colors.Index(c), int(table.nearest(c)))
			}
		}
	}
}
