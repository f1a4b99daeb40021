package viz

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"io"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// moving returns scenes in which points and bars move.
func moving(n, dim int) []Scene {
	var scenes []Scene
	target := []ph.Diagram{{Degree: 0, Bars: []ph.Bar{{Death: 3}, {Death: inf}}}, {Degree: 1, Bars: []ph.Bar{{Birth: 2, Death: 4}}}}
	for k := range n {
		turn := float64(k) / 20
		c := &ph.Points[float32]{Dim: dim}
		for i := range 12 {
			sin, cos := math.Sincos(turn + float64(i)*math.Pi/6)
			c.Coords = append(c.Coords, float32(5*cos), float32(5*sin))
			for range dim - 2 {
				c.Coords = append(c.Coords, float32(i%3))
			}
		}
		scenes = append(scenes, Scene{
			Title: fmt.Sprint("step ", k), Cloud: c, True: still(c), Target: target,
			Diagrams: []ph.Diagram{{Degree: 0, Bars: []ph.Bar{{Death: 1 + turn}, {Death: inf}}}},
			Matches:  []Match{{0, distance.Match{A: 0, B: 0}}},
		})
	}
	return scenes
}

// still returns a cloud of two points that stays.
func still(c *ph.Points[float32]) *ph.Points[float32] {
	return &ph.Points[float32]{Dim: c.Dim, Coords: make([]float32, 2*c.Dim)}
}

// frames plays an animation and returns each picture that it shows.
func frames(t *testing.T, file []byte) (*gif.GIF, []*image.Paletted) {
	g, err := gif.DecodeAll(bytes.NewReader(file))
	require.NoError(t, err)
	var shown []*image.Paletted
	screen := image.NewPaletted(image.Rect(0, 0, g.Config.Width, g.Config.Height), table().colors)
	for k, m := range g.Image {
		require.Equal(t, byte(gif.DisposalNone), g.Disposal[k])
		for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
			for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
				if v := m.ColorIndexAt(x, y); v != transparent {
					screen.SetColorIndex(x, y, v)
				}
			}
		}
		now := *screen
		now.Pix = bytes.Clone(screen.Pix)
		shown = append(shown, &now)
	}
	return g, shown
}

// What a viewer shows is what was painted, frame by frame.
func TestAnimateShowsEveryScene(t *testing.T) {
	for _, dim := range []int{2, 3} {
		scenes := moving(21, dim)
		var b bytes.Buffer
		require.NoError(t, Animate(&b, scenes, 50*time.Millisecond))
		g, shown := frames(t, b.Bytes())
		require.Len(t, shown, 21)
		require.Equal(t, image.Pt(720, 360), shown[0].Rect.Size())
		require.Zero(t, g.LoopCount, "for ever")
		require.Equal(t, 5, g.Delay[0])
		require.Equal(t, 200, g.Delay[20])

		p := newMovie(scenes).painter()
		for k, got := range shown {
			p.paint(k)
			require.True(t, bytes.Equal(p.now.Pix, got.Pix), "frame %d, dimension %d", k, dim)
		}
	}
}

// A file has 16 bits for a delay in hundredths of a second.
func TestAnimateShowsScenesForLong(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Animate(&b, moving(2, 2), time.Hour))
	g, _ := frames(t, b.Bytes())
	require.Equal(t, []int{65535, 65535}, g.Delay)
}

func TestAnimatedMarksAreWhereTheDataIs(t *testing.T) {
	scenes := moving(9, 2)
	var b bytes.Buffer
	require.NoError(t, Animate(&b, scenes, 0))
	_, shown := frames(t, b.Bytes())
	m := newMovie(scenes)
	plane, diagram := m.ground.panels[0], m.ground.panels[1]
	for k, s := range scenes {
		screen := canvas{shown[k]}
		for i := range s.Cloud.Len() {
			q := s.Cloud.At(i)
			require.Equal(t, blue, screen.inkAt(plane.x(float64(q[0])), plane.y(float64(q[1]))), "frame %d, point %d", k, i)
		}
		require.Equal(t, inkUnder(blue, 0.8), screen.inkAt(diagram.x(0), diagram.y(s.Diagrams[0].Bars[0].Death)+2), "frame %d", k)
	}
	require.InEpsilon(t, plane.x(1)-plane.x(0), plane.y(0)-plane.y(1), 1e-3, "equal axes")
	require.InEpsilon(t, diagram.x(1)-diagram.x(0), diagram.y(0)-diagram.y(1), 1e-3, "equal axes")
	require.Less(t, plane.area.Max.X, diagram.area.Min.X)
}

// Frames hold only what changed, in one palette: a file stays small.
func TestAnimationIsSmall(t *testing.T) {
	scenes := moving(40, 2)
	var b bytes.Buffer
	require.NoError(t, Animate(&b, scenes, 0))
	g, _ := frames(t, b.Bytes())
	require.Less(t, b.Len(), 40*4000)
	for _, m := range g.Image[1:] {
		require.Equal(t, &g.Image[0].Palette[0], &m.Palette[0], "no palette of its own")
	}
	same := []Scene{scenes[0], scenes[0], scenes[0]}
	b.Reset()
	require.NoError(t, Animate(&b, same, 0))
	g, shown := frames(t, b.Bytes())
	require.Equal(t, image.Pt(1, 1), g.Image[1].Rect.Size())
	require.Equal(t, shown[0].Pix, shown[2].Pix)
}

func TestAnimationIgnoresThreads(t *testing.T) {
	scenes := moving(30, 3)
	var a, b bytes.Buffer
	require.NoError(t, Animate(&a, scenes, 0))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.NoError(t, Animate(&b, scenes, 0))
	require.True(t, bytes.Equal(a.Bytes(), b.Bytes()))
}

// limited fails after some bytes.
type limited struct{ left int }

func (w *limited) Write(p []byte) (int, error) {
	if len(p) > w.left {
		return 0, errFull
	}
	w.left -= len(p)
	return len(p), nil
}

func TestAnimateReportsErrors(t *testing.T) {
	scenes := moving(30, 2)
	var whole bytes.Buffer
	require.NoError(t, Animate(&whole, scenes, 0))
	for _, left := range []int{0, 100, 5000, 20000, whole.Len() - 1} {
		require.ErrorIs(t, Animate(&limited{left}, scenes, 0), errFull, "after %d bytes", left)
	}
	require.EqualError(t, Animate(io.Discard, nil, 0), "viz: an animation without scenes")
	require.False(t, errors.Is(Animate(io.Discard, scenes[:1], 0), errFull))
}

func TestDifference(t *testing.T) {
	a, b := newCanvas(20, 10), newCanvas(20, 10)
	require.True(t, difference(a, b).Empty())
	b.SetColorIndex(3, 4, 1)
	b.SetColorIndex(17, 8, 1)
	require.Equal(t, image.Rect(3, 4, 18, 9), difference(a, b))
}

func BenchmarkAnimate(b *testing.B) {
	scenes := moving(100, 2)
	for b.Loop() {
		if err := Animate(io.Discard, scenes, 0); err != nil {
			b.Fatal(err)
		}
	}
}
