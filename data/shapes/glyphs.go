package shapes

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/topogen/topogen/data"
)

const (
	glyphSide   = 28
	glyphPixels = glyphSide * glyphSide
)

// A point in the unit square, y downwards.
type point struct{ x, y float64 }

// A glyph is a list of strokes, each a line through points.
type glyph [][]point

// digits are the ten glyphs. Curved strokes are lines through points on arcs.
func digits() [10]glyph {
	return [10]glyph{
		{arc(.5, .5, .24, .36, 0, 1)},
		{{{.38, .28}, {.52, .14}, {.52, .86}}},
		{join(arc(.5, .34, .22, .2, .52, 1.12), []point{{.28, .86}, {.74, .86}})},
		{join(arc(.46, .32, .2, .18, .6, 1.25), arc(.46, .68, .23, .19, .75, 1.42))},
		{{{.6, .86}, {.6, .14}, {.26, .64}, {.76, .64}}},
		{join([]point{{.7, .14}, {.36, .14}, {.32, .46}}, arc(.48, .63, .22, .22, .66, 1.4))},
		{join([]point{{.62, .14}, {.42, .36}}, arc(.5, .64, .22, .22, .6, 1.6))},
		{{{.26, .14}, {.74, .14}, {.44, .86}}},
		{arc(.5, .32, .18, .18, 0, 1), arc(.5, .68, .22, .19, 0, 1)},
		{join(arc(.5, .36, .21, .21, 0, 1), []point{{.71, .36}, {.6, .86}})},
	}
}

// arc returns points on the ellipse with centre (x, y) and radii rx and ry, between two
// angles. Angles count in full turns, clockwise from the right.
func arc(x, y, rx, ry, from, to float64) []point {
	const n = 24
	points := make([]point, n+1)
	for i := range points {
		s, c := math.Sincos(2 * math.Pi * (from + (to-from)*float64(i)/n))
		points[i] = point{x + rx*c, y + ry*s}
	}
	return points
}

func join(parts ...[]point) []point {
	var all []point
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// Glyphs draws n labelled pictures of digits, white on black, of 28×28 pixels. The
// seed decides them; picture i does not depend on n. Each digit is rotated, slanted,
// stretched, shifted and drawn with a pen width of its own, all at random.
func Glyphs(n int, seed uint64) *data.Bytes {
	set := &data.Bytes{
		Dims: []int{1, glyphSide, glyphSide}, Values: make([]uint8, n*glyphPixels),
		Class: &data.Labels{Classes: make([]int, n), Names: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
	}
	all := digits()
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				class := r.IntN(len(all))
				set.Class.Classes[i] = class
				drawGlyph(set.At(i), all[class], r)
			}
		})
	}
	workers.Wait()
	return set
}

// drawGlyph draws a glyph, distorted at random.
func drawGlyph(pix []uint8, g glyph, r *rand.Rand) {
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	sin, cos := math.Sincos(between(-0.2, 0.2))
	slant, width, height := between(-0.2, 0.2), between(0.8, 1.15), between(0.85, 1.1)
	dx, dy := between(-0.06, 0.06), between(-0.06, 0.06)
	pen, ink := between(0.03, 0.06), between(0.75, 1)
	place := func(p point) point {
		x, y := (p.x-0.5)*width, (p.y-0.5)*height
		x -= slant * y
		return point{glyphSide * (0.5 + dx + cos*x - sin*y), glyphSide * (0.5 + dy + sin*x + cos*y)}
	}
	var strokes glyph
	for _, stroke := range g {
		placed := make([]point, len(stroke))
		for i, p := range stroke {
			placed[i] = place(p)
		}
		strokes = append(strokes, placed)
	}
	for i := range pix {
		at := point{float64(i%glyphSide) + 0.5, float64(i/glyphSide) + 0.5}
		// The edge of the pen is one pixel wide.
		cover := glyphSide*pen + 0.5 - distance(strokes, at)
		pix[i] = uint8(255*ink*min(max(cover, 0), 1) + 0.5)
	}
}

// distance returns the distance of a point from the nearest stroke.
func distance(g glyph, p point) float64 {
	best := math.Inf(1)
	for _, stroke := range g {
		for i := range stroke[1:] {
			a, b := stroke[i], stroke[i+1]
			ux, uy, vx, vy := b.x-a.x, b.y-a.y, p.x-a.x, p.y-a.y
			t := 0.0
			if square := ux*ux + uy*uy; square > 0 {
				t = min(max((ux*vx+uy*vy)/square, 0), 1)
			}
			best = min(best, math.Hypot(vx-t*ux, vy-t*uy))
		}
	}
	return best
}
