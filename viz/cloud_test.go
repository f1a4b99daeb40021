package viz

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/topogen/topogen/ph"
)

// marksOf returns the marks of one type.
func marksOf[M mark](marks []mark) (found []M) {
	for _, m := range marks {
		if m, ok := m.(M); ok {
			found = append(found, m)
		}
	}
	return found
}

func TestCloudShowsPointsWhereTheyAre(t *testing.T) {
	s := example()
	p, marks := drawCloud(PNG, &s)
	p.draw(0, marks)
	at := p.panels[0]
	for i := range s.Cloud.Len() {
		q := s.Cloud.At(i)
		require.Equal(t, blue, p.canvas.inkAt(at.x(float64(q[0])), at.y(float64(q[1]))), "point %d", i)
	}
	for i := range s.True.Len() {
		q := s.True.At(i)
		x, y := at.x(float64(q[0])), at.y(float64(q[1]))
		require.NotEqual(t, blue, p.canvas.inkAt(x, y), "true point %d is hollow", i)
		ring := 0
		for dx := -12.0; dx <= 12; dx++ {
			if p.canvas.inkAt(x+dx, y) != paper {
				ring++
			}
		}
		require.GreaterOrEqual(t, ring, 2, "true point %d has an outline", i)
	}
	require.Equal(t, orange, p.canvas.inkAt(at.x(2), at.y(0)), "the edge from (0, 0) to (4, 0)")
	require.Equal(t, paper, p.canvas.inkAt(at.x(2.6), at.y(2.2)), "nothing where nothing is")

	require.Len(t, marksOf[segment](marks), 1)
	require.Len(t, marksOf[glyph](marks), 6)
	require.InEpsilon(t, at.x(1)-at.x(0), at.y(0)-at.y(1), 1e-3, "equal axes")
}

func TestCloudKeepsEqualAxesAndShowsTheWindow(t *testing.T) {
	for _, w := range []Window{{-10, 40, -40, 40}, {0, 1, 0, 100}, {0, 100, 5, 6}} {
		s := example()
		s.Window = w
		p, _ := drawCloud(PNG, &s)
		at := p.panels[0]
		require.InEpsilon(t, at.x(1)-at.x(0), at.y(0)-at.y(1), 2e-2)
		require.GreaterOrEqual(t, at.x(w.XMin), float64(at.area.Min.X)-1)
		require.LessOrEqual(t, at.x(w.XMax), float64(at.area.Max.X)+1)
		require.LessOrEqual(t, at.y(w.YMin), float64(at.area.Max.Y)+1)
		require.GreaterOrEqual(t, at.y(w.YMax), float64(at.area.Min.Y)-1)
	}
}

// In space, what is nearer stands in front, larger and stronger.
func TestCloudInSpace(t *testing.T) {
	s := Scene{
		Cloud: &ph.Points[float32]{Dim: 3, Coords: []float32{1, -1, 1, -1, 1, -1, -1, -1, -1, 0, 0, 0}},
		Edges: []ph.Cell{{U: 0, V: 1}},
	}
	p, marks := drawCloud(PNG, &s)
	glyphs := marksOf[glyph](marks)
	require.Len(t, glyphs, 4)
	for i, g := range glyphs[1:] {
		require.GreaterOrEqual(t, g.radius, glyphs[i].radius)
		require.GreaterOrEqual(t, g.cover, glyphs[i].cover)
		require.True(t, int(g.x) > p.panels[0].area.Min.X && int(g.x) < p.panels[0].area.Max.X)
		require.True(t, int(g.y) > p.panels[0].area.Min.Y && int(g.y) < p.panels[0].area.Max.Y)
	}
	require.Len(t, marksOf[segment](marks), 9+1, "the box without its nearest corner, and the edge")

	// The middle stays in the middle while the camera turns; what is higher is
	// drawn higher.
	v := newView([]Scene{s}, 1)
	for turn := 0.0; turn < 6; turn += 0.5 {
		x, y, near := v.project([3]float64{}, turn)
		require.InDeltaSlice(t, []float64{0, 0, 0.5}, []float64{x, y, near}, 1e-12)
		_, high, _ := v.project([3]float64{0, 0, 1}, turn)
		require.Positive(t, high)
	}
}

// Names of axes lie in the picture from wherever the camera looks, the first two at the foot of
// the box.
func TestAxesHaveNames(t *testing.T) {
	cloud := &ph.Points[float32]{Dim: 3, Coords: []float32{0, 0, 0, 1, 2, 3, 1, 1, 1}}
	s := Scene{Cloud: cloud, Axes: []string{"length", "width", "a name of more than twenty-four letters"}}
	v := newView([]Scene{s}, 2*math.Pi)
	p := newPicture(PNG, 360, 360, cell{v.plot, widened, 0, 360, 0, 360})
	area := p.panels[0].area
	for step := range 36 {
		azimuth := float64(step) * math.Pi / 18
		_, y, nearest := v.cornersOn(p.panels[0], azimuth)
		middle := (y[nearest] + y[nearest^7]) / 2
		var texts []string
		for k, m := range v.names(p, p.panels[0], azimuth) {
			name := m.(label)
			texts = append(texts, name.text)
			require.GreaterOrEqual(t, name.x, float64(area.Min.X))
			require.LessOrEqual(t, name.x+name.face.width(name.text), float64(area.Max.X))
			require.GreaterOrEqual(t, name.y-name.face.height(), float64(area.Min.Y))
			require.LessOrEqual(t, name.y, float64(area.Max.Y))
			require.Equal(t, k < 2, name.y > middle)
		}
		require.Equal(t, []string{"length", "width", "a name of more than twe…"}, texts)
	}
	require.Empty(t, newView([]Scene{{Cloud: cloud}}, 0).names(p, p.panels[0], 0))

	cloud.Dim = 1
	plane := newView([]Scene{s}, 0).plot
	require.Equal(t, []string{"length", "width"}, []string{plane.X.Label.Text, plane.Y.Label.Text})
}
