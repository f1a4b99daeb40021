package garment

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func newCanvas() *canvas { return &canvas{pix: new([side * side]uint8)} }

// ink sums the tones of the rows from top to bottom, excluded.
func (c *canvas) ink(top, bottom int) (sum int) {
	for _, v := range c.pix[top*side : bottom*side] {
		sum += int(v)
	}
	return sum
}

func rectangle(x0, y0, x1, y1 int) path { return path{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}} }

func TestFillCoversExactly(t *testing.T) {
	white := flat(200)
	for _, test := range []struct {
		name string
		path path
		at   [2]int
		want uint8
	}{
		{"whole pixel", rectangle(30, 40, 70, 80), [2]int{3, 4}, 200},
		{"outside", rectangle(30, 40, 70, 80), [2]int{7, 7}, 0},
		{"left half of a pixel", rectangle(35, 40, 70, 80), [2]int{3, 5}, 100},
		{"three fifths of the height", rectangle(30, 44, 70, 80), [2]int{4, 4}, 120},
		{"other direction", rectangle(70, 40, 30, 80), [2]int{5, 5}, 200},
		{"beyond every side", rectangle(-500, -500, 900, 900), [2]int{0, 27}, 200},
		{"triangle, on its slope", path{{0, 0}, {100, 0}, {0, 100}}, [2]int{5, 4}, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCanvas()
			c.fill(white, test.path)
			require.Equal(t, test.want, c.pix[test.at[1]*side+test.at[0]])
		})
	}
}

// A path that overlaps itself is filled once, and the canvas forgets it.
func TestFillForgets(t *testing.T) {
	c := newCanvas()
	c.fill(flat(100), append(rectangle(50, 50, 100, 100), rectangle(50, 50, 100, 100)...))
	require.Equal(t, 25*100, c.ink(0, side))
	c.fill(flat(250), rectangle(200, 200, 210, 210))
	require.Equal(t, 25*100+250, c.ink(0, side))
}

func TestStroke(t *testing.T) {
	c := newCanvas()
	c.stroke(flat(100), 20, point{30, 50}, point{30, 50}, point{230, 50})
	require.Equal(t, 20*2*100, c.ink(4, 6))
	require.Equal(t, 20*2*100, c.ink(0, side))

	slanted := newCanvas()
	slanted.stroke(flat(100), 20, point{30, 30}, point{150, 190}) // 200 long
	require.InEpsilon(t, 20*2*100, slanted.ink(0, side), 0.05)
}

func TestPaths(t *testing.T) {
	p := symmetric(point{10, 0}, point{20, 50})
	require.Equal(t, path{{130, 0}, {120, 50}, {160, 50}, {150, 0}}, p)
	require.ElementsMatch(t, p, p.mirrored())
	require.Len(t, p.rounded(), 8)
	arc := curve(point{0, 0}, point{50, 100}, point{100, 0})
	require.Equal(t, point{0, 0}, arc[0])
	require.Equal(t, point{50, 50}, arc[4])
	require.Equal(t, point{100, 0}, arc[8])
}

func TestWave(t *testing.T) {
	high := 0
	for at := range 400 {
		w := wave(at, 40)
		require.GreaterOrEqual(t, w, 0)
		require.LessOrEqual(t, w, 100)
		high += w
	}
	require.InDelta(t, 50, float64(high)/400, 3)
	require.Equal(t, wave(7, 40), wave(47, 40))
}

func TestDice(t *testing.T) {
	d := newDice(1, 1)
	var seen [7]int
	for range 7000 {
		seen[d.between(-3, 3)+3]++
	}
	for _, n := range seen {
		require.InDelta(t, 1000, n, 150)
	}
	require.True(t, d.chance(100))
	require.False(t, d.chance(0))
	require.NotEqual(t, newDice(1, 2).next(), newDice(2, 1).next())
}
