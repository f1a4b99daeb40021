package viz

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

var inf = math.Inf(1)

// represented returns the example with a representative.
func represented() Scene {
	s := example()
	s.Representatives = []Representative{{Degree: 1, Edges: []ph.Cell{{U: 0, V: 1}, {U: 1, V: 2}, {U: 2, V: 0}}}}
	return s
}

// example returns a scene with something of everything, but for representatives.
func example() Scene {
	return Scene{
		Title: "step 7",
		Cloud: &ph.Points[float32]{Dim: 2, Coords: []float32{0, 0, 4, 0, 4, 3, 1, 2}},
		True:  &ph.Points[float32]{Dim: 2, Coords: []float32{-2, -1, 2, 4}},
		Edges: []ph.Cell{{U: 0, V: 1}},
		Diagrams: []ph.Diagram{
			{Degree: 0, Bars: []ph.Bar{{Death: 2.2}, {Death: 3}, {Death: inf}}},
			{Degree: 1, Bars: []ph.Bar{{Birth: 4, Death: 5}}},
		},
		Target: []ph.Diagram{
			{Degree: 0, Bars: []ph.Bar{{Death: 6.4}, {Death: inf}}},
			{Degree: 1, Bars: []ph.Bar{{Birth: 2, Death: 3.5}}},
		},
		Matches: []Match{{0, distance.Match{A: 1, B: 0}}, {1, distance.Match{A: 0, B: distance.Diagonal}}},
	}
}

func TestPicturesRefuseWhatCannotBeDrawn(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct {
		want  string
		spoil func(*Scene)
	}{
		{"cloud: coordinate 1 of point 2 is NaN", func(s *Scene) { s.Cloud.Coords[5] = float32(nan) }},
		{"true cloud: coordinate 0 of point 1 is +Inf", func(s *Scene) { s.True.Coords[2] = float32(inf) }},
		{"7 coordinates are not a cloud in R^2", func(s *Scene) { s.Cloud.Coords = s.Cloud.Coords[:7] }},
		{"edge 0 joins points 0 and 4 of a cloud of 4", func(s *Scene) { s.Edges[0].V = 4 }},
		{"true edge 0 joins points 0 and 9 of a cloud of", func(s *Scene) { s.TrueEdges = []ph.Cell{{U: 0, V: 9}} }},
		{"edge 0 joins points 0 and 1 of a cloud of 0", func(s *Scene) { s.Cloud = nil }},
		{"diagram of degree 1: bar 0 is born at NaN and dies at 5", func(s *Scene) { s.Diagrams[1].Bars[0].Birth = nan }},
		{"target diagram of degree 0: bar 0 is born at 0 and dies at NaN", func(s *Scene) { s.Target[0].Bars[0].Death = nan }},
		{"bar 1 is born at 5 and dies at 3", func(s *Scene) { s.Diagrams[0].Bars[1].Birth = 5 }},
		{"the target diagram has degree -1", func(s *Scene) { s.Target[0].Degree = -1 }},
		{"match 0: the diagram of degree 0 has no bar 9", func(s *Scene) { s.Matches[0].A = 9 }},
		{"match 1: the target diagram of degree 1 has no bar 5", func(s *Scene) { s.Matches[1].B = 5 }},
		{"representative 0: the diagram of degree 2 has no bar 0", func(s *Scene) { s.Representatives[0].Degree = 2 }},
		{"representative 0: the diagram of degree 1 has no bar 1", func(s *Scene) { s.Representatives[0].Bar = 1 }},
		{"representative 0: edge 1 joins points 1 and -1 of a cloud of 4", func(s *Scene) { s.Representatives[0].Edges[1].V = -1 }},
		{"the window from (0, 0) to (0, 1) has no area", func(s *Scene) { s.Window = Window{0, 0, 0, 1} }},
		{"the diagram's limit is NaN", func(s *Scene) { s.Limit = nan }},
		{"the diagram's limit is -1", func(s *Scene) { s.Limit = -1 }},
	} {
		t.Run(test.want, func(t *testing.T) {
			s := represented()
			require.NoError(t, s.check())
			test.spoil(&s)
			for _, draw := range []func(io.Writer, Format, Scene) error{Cloud, Diagram, Barcode, Representatives} {
				var b bytes.Buffer
				require.ErrorContains(t, draw(&b, PNG, s), test.want)
				require.Zero(t, b.Len())
			}
			err := Animate(io.Discard, []Scene{example(), s}, 0)
			require.ErrorContains(t, err, "scene 1: ")
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestEmptyScenesAreDrawn(t *testing.T) {
	for name, s := range map[string]Scene{
		"nothing":      {},
		"empty cloud":  {Cloud: &ph.Points[float32]{Dim: 2}},
		"one point":    {Cloud: &ph.Points[float32]{Dim: 2, Coords: []float32{3, 4}}},
		"equal points": {Cloud: &ph.Points[float32]{Dim: 3, Coords: []float32{1, 1, 1, 1, 1, 1}}},
		"on a line":    {Cloud: &ph.Points[float32]{Dim: 1, Coords: []float32{1, 2, 3}}},
		"in R^5":       {Cloud: &ph.Points[float32]{Dim: 5, Coords: make([]float32, 10)}},
		"huge":         {Cloud: &ph.Points[float32]{Dim: 2, Coords: []float32{-3e38, 0, 3e38, 1}}},
	} {
		t.Run(name, func(t *testing.T) { requireDrawn(t, Cloud, s) })
	}
	for name, s := range map[string]Scene{
		"nothing":          {},
		"only essential":   {Diagrams: []ph.Diagram{{Bars: []ph.Bar{{Death: inf}}}}},
		"empty diagrams":   {Diagrams: []ph.Diagram{{Degree: 0}, {Degree: 1}}},
		"only target":      {Target: []ph.Diagram{{Degree: 2, Bars: []ph.Bar{{Birth: 1, Death: 2}}}}},
		"diagonal matches": {Matches: []Match{{0, distance.Match{A: distance.Diagonal, B: distance.Diagonal}}}},
	} {
		t.Run(name, func(t *testing.T) {
			requireDrawn(t, Diagram, s)
			requireDrawn(t, Barcode, s)
			requireDrawn(t, Representatives, s)
		})
	}
	require.NoError(t, Animate(io.Discard, []Scene{{}, {Cloud: &ph.Points[float32]{Dim: 2}}}, 0))
}

// requireDrawn requires that a picture of each format can be read, and returns the elements of
// the SVG.
func requireDrawn(t *testing.T, draw func(io.Writer, Format, Scene) error, s Scene) []element {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, draw(&b, PNG, s))
	_, err := png.Decode(&b)
	require.NoError(t, err)
	b.Reset()
	require.NoError(t, draw(&b, SVG, s))
	return elements(t, b.String())
}

func TestClone(t *testing.T) {
	s := represented()
	c := s.Clone()
	require.Equal(t, s, c)
	s.Cloud.Coords[0], s.Edges[0].U, s.Matches[0].A = 99, 3, 0
	s.Diagrams[0].Bars[0].Death = 99
	s.Representatives[0].Edges[0].U = 3
	s.Diagrams[1] = ph.Diagram{}
	require.Equal(t, represented(), c)
	require.Equal(t, Scene{}, Scene{}.Clone())
}

func TestPicturesReportWriteErrors(t *testing.T) {
	for _, draw := range []func(io.Writer, Format, Scene) error{Cloud, Diagram, Barcode, Representatives} {
		require.ErrorIs(t, draw(failingWriter{}, PNG, example()), errFull)
		require.ErrorIs(t, draw(failingWriter{}, SVG, example()), errFull)
	}
}
