package viz

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// An element is one of an SVG.
type element struct {
	name       string
	attributes map[string]string
	text       string
}

// elements returns the elements of an SVG, which must be well-formed and of finite numbers.
func elements(t *testing.T, file string) (all []element) {
	t.Helper()
	require.NotRegexp(t, `NaN|Inf`, file)
	d := xml.NewDecoder(strings.NewReader(file))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			require.Equal(t, "svg", all[0].name)
			return all
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			all = append(all, e)
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" {
				all[len(all)-1].text += text
			}
		}
	}
}

// places returns where the paths of a colour begin, in pixels from the top left corner. The
// first element of an SVG tells its height.
func places(t *testing.T, all []element, style string) (at [][2]float64) {
	height, err := strconv.ParseFloat(strings.TrimSuffix(all[0].attributes["height"], "pt"), 64)
	require.NoError(t, err)
	begin := regexp.MustCompile(`^M([-+.e0-9]+),([-+.e0-9]+)`)
	for _, e := range all {
		if e.name != "path" || !strings.Contains(e.attributes["style"], style) {
			continue
		}
		m := begin.FindStringSubmatch(e.attributes["d"])
		require.NotNil(t, m, e.attributes["d"])
		x, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		y, err := strconv.ParseFloat(m[2], 64)
		require.NoError(t, err)
		at = append(at, [2]float64{x, height - y})
	}
	return at
}

func hex(i ink) string {
	c := i.color()
	return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B)
}

// TestFormatsAgree: what is drawn as lines and areas stands where pixels show it.
func TestFormatsAgree(t *testing.T) {
	s := example()

	_, marks := drawCloud(PNG, &s)
	all := requireDrawn(t, Cloud, s)
	discs := places(t, all, "fill:"+hex(blue))
	glyphs := marksOf[glyph](marks)[s.True.Len():]
	require.Len(t, discs, 1+len(glyphs))
	discs = discs[1:] // the legend has one
	for i, g := range glyphs {
		require.InDelta(t, g.x*drawingDPI/stillDPI, discs[i][0]-g.radius*drawingDPI/stillDPI, 0.6)
		require.InDelta(t, g.y*drawingDPI/stillDPI, discs[i][1], 0.6)
	}
	require.Len(t, places(t, all, "stroke:"+hex(grey)+";stroke-width:0.9"), 1+s.True.Len(), "what is true is hollow, in the legend too")
	edge := marksOf[segment](marks)[0]
	lines := places(t, all, "stroke:"+hex(orange))
	require.Len(t, lines, 1)
	require.InDelta(t, edge.x0*drawingDPI/stillDPI, lines[0][0], 0.6)

	// Diagrams have triangles, barcodes their bars, and all have the same words.
	p, marks := drawDiagram(SVG, &s)
	require.Zero(t, p.canvas)
	all = requireDrawn(t, Diagram, s)
	solid := places(t, all, ";fill-opacity:0.8")
	require.Len(t, solid, 4)
	for _, g := range marksOf[glyph](marks) {
		if g.shape == triangle && g.line == 0 {
			require.InDelta(t, g.x, solid[3][0], 0.01)
			require.InDelta(t, g.y-1.44*g.radius, solid[3][1], 0.01)
		}
	}
	all = requireDrawn(t, Barcode, s)
	require.Len(t, places(t, all, "stroke:"+hex(vermillion)), 1)
	require.Len(t, places(t, all, "stroke:"+hex(blue)), 3+2)
	var words []string
	for _, e := range all {
		if e.name == "text" {
			words = append(words, e.text)
			require.Contains(t, e.attributes["style"], "font-family:Liberation Sans,Arial,Helvetica,sans-serif")
		}
	}
	require.Subset(t, words, []string{"step 7", "length", "degree 0 (3)", "degree 1 (1)", "0", "5"})
	require.Equal(t, "fill:#FFFFFF", all[2].attributes["style"], "white paper: %v", all[2])
}

// TestDrawingsAreClipped: nothing is drawn outside of the axes.
func TestDrawingsAreClipped(t *testing.T) {
	s := Scene{
		Cloud:  &ph.Points[float32]{Dim: 2, Coords: []float32{0, 0, 1000, 0, 0.5, 0.5}},
		Edges:  []ph.Cell{{U: 0, V: 1}},
		Window: Window{XMin: -1, XMax: 1, YMin: -1, YMax: 1},
	}
	p, _ := drawCloud(SVG, &s)
	all := requireDrawn(t, Cloud, s)
	require.Len(t, places(t, all, "fill:"+hex(blue)), 2)
	for _, e := range all {
		if e.name == "path" && strings.Contains(e.attributes["style"], "stroke:"+hex(orange)) {
			_, end, _ := strings.Cut(e.attributes["d"], "L")
			x, _, _ := strings.Cut(end, ",")
			right, err := strconv.ParseFloat(x, 64)
			require.NoError(t, err)
			require.InDelta(t, p.panels[0].area.Max.X, right, 0.01)
		}
	}
}

// TestCornersOfShapes: an outline is where pixels of a shape end.
func TestCornersOfShapes(t *testing.T) {
	for s, list := range corners {
		for k, c := range list {
			next := list[(k+1)%len(list)]
			for _, along := range []float64{0, 0.3, 0.5, 1} {
				x, y := c[0]+along*(next[0]-c[0]), c[1]+along*(next[1]-c[1])
				require.InDelta(t, 0, shape(s).distance(x, -y, 1), 1e-3, "shape %d, corner %d", s, k)
			}
		}
	}
}
