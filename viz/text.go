package viz

import (
	"image"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
)

// All pictures are set in one family.
const (
	fontVariant = "Sans"
	titleSize   = 12 // points
	textSize    = 10
)

// A typeface draws text. It serves one goroutine at a time.
type typeface struct {
	font.Face
	font plotfont.Face
}

func newTypeface(points, dpi float64) typeface {
	face := plotfont.DefaultCache.Lookup(plotfont.Font{Variant: fontVariant}, plotfont.Points(points))
	return typeface{face.FontFace(dpi), face}
}

// width returns the width of a line of text, in pixels.
func (f typeface) width(text string) float64 {
	return float64(font.MeasureString(f, text)) / 64
}

// height returns the height of capital letters, in pixels.
func (f typeface) height() float64 { return float64(f.Metrics().CapHeight) / 64 }

// A label is a line of text that begins at (x, y), the left end of its base line.
type label struct {
	x, y float64
	text string
	face typeface
	ink  ink
}

func (l label) draw(c canvas) {
	dot := fixed.Point26_6{X: fixed.Int26_6(l.x * 64), Y: fixed.Int26_6(l.y * 64)}
	before := rune(-1)
	for _, r := range l.text {
		if before >= 0 {
			dot.X += l.face.Kern(before, r)
		}
		box, mask, at, advance, _ := l.face.Glyph(dot, r)
		alpha, ok := mask.(*image.Alpha)
		if ok {
			for y := box.Min.Y; y < box.Max.Y; y++ {
				for x := box.Min.X; x < box.Max.X; x++ {
					a := alpha.AlphaAt(at.X+x-box.Min.X, at.Y+y-box.Min.Y).A
					c.blend(x, y, l.ink, float64(a)/255)
				}
			}
		}
		dot.X += advance
		before = r
	}
}
