package viz

import (
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"runtime"
	"time"

	"gonum.org/v1/plot/vg"
)

// Animate writes scenes as an endless GIF, 720 by 360 pixels: the cloud left, its
// diagrams right, the title of each scene above. All scenes are seen through the
// first one's Window and Limit, and if these are zero, with room for everything in
// any of them. Around clouds in R³ the camera turns slowly. Each scene is shown for
// the given time, from 20 ms to eleven minutes, the last one for two seconds or more.
//
// The frames are drawn in parallel and share one palette; each holds only what
// changed. The file does not depend on the number of threads.
func Animate(w io.Writer, scenes []Scene, each time.Duration) error {
	if len(scenes) == 0 {
		return errors.New("viz: an animation without scenes")
	}
	for i := range scenes {
		if err := scenes[i].check(); err != nil {
			return fmt.Errorf("scene %d: %w", i, err)
		}
	}
	m := newMovie(scenes)
	delays := make([]int, len(scenes))
	for i := range delays {
		delays[i] = int(min(max(2, each/(10*time.Millisecond)), math.MaxUint16))
	}
	delays[len(delays)-1] = max(200, delays[len(delays)-1])

	g, err := newGIFWriter(w, m.ground.canvas.Rect.Size())
	if err != nil {
		return err
	}
	// Runs of frames are drawn and compressed in parallel, and written in order.
	const run = 8
	runs := (len(scenes) + run - 1) / run
	done := make([]chan [][]byte, runs)
	for k := range done {
		done[k] = make(chan [][]byte, 1)
	}
	workers := min(runtime.GOMAXPROCS(0), runs)
	next := make(chan int)
	stop := make(chan struct{})
	defer close(stop)
	for range workers {
		go func() {
			painter := m.painter()
			for k := range next {
				done[k] <- painter.frames(k*run, min(len(scenes), (k+1)*run), delays)
			}
		}()
	}
	go func() {
		defer close(next)
		for k := range runs {
			select {
			case next <- k:
			case <-stop:
				return
			}
		}
	}()
	for k := range done {
		for _, frame := range <-done[k] {
			if err := g.write(frame); err != nil {
				return err
			}
		}
	}
	return g.close()
}

// A movie is what its frames have in common.
type movie struct {
	scenes []Scene
	ground *picture // all that does not move
	view   *view
	chart  *chart
	turn   float64 // of the camera, from the first to the last frame
}

const (
	movieWidth, movieHeight = 7.5 * vg.Inch, 3.75 * vg.Inch
	movieDPI                = 96
	movieHead               = 26 // points
	movieTurn               = math.Pi / 2
)

func newMovie(scenes []Scene) *movie {
	m := &movie{scenes: scenes, turn: movieTurn}
	if len(scenes) == 1 {
		m.turn = 0
	}
	m.view = newView(scenes, m.turn)
	m.chart = newChart(scenes)
	m.ground = newPixels(movieWidth, movieHeight, movieDPI,
		cell{m.view.plot, widened, 6, 272, movieHead, movieHeight - 4},
		cell{m.chart.plot, narrowed, 276, movieWidth - 6, movieHead, movieHeight - 4})
	m.ground.cloudLegend(m.view, 268)
	m.chart.legend(m.ground, 1)
	return m
}

// A painter draws frames, one after the other.
type painter struct {
	*movie
	face          typeface
	now, previous canvas // the frame being drawn, and the one before
	encoder       frameEncoder
}

func (m *movie) painter() *painter {
	size := m.ground.canvas.Rect.Size()
	return &painter{
		movie: m, face: newTypeface(titleSize-1, movieDPI),
		now: newCanvas(size.X, size.Y), previous: newCanvas(size.X, size.Y),
	}
}

// frames returns the compressed frames from first up to end.
func (p *painter) frames(first, end int, delays []int) [][]byte {
	var frames [][]byte
	if first > 0 {
		p.paint(first - 1)
	}
	for i := first; i < end; i++ {
		p.now, p.previous = p.previous, p.now
		p.paint(i)
		changed := p.now.Rect
		if i > 0 {
			changed = difference(p.now, p.previous)
		}
		frames = append(frames, p.encoder.encode(p.now, p.previous, changed, i == 0, delays[i]))
	}
	return frames
}

// paint draws a scene.
func (p *painter) paint(i int) {
	s := &p.scenes[i]
	copy(p.now.Pix, p.ground.canvas.Pix)
	on := picture{canvas: p.now, dpi: p.ground.dpi, panels: p.ground.panels}
	label{on.px(9), on.px(17), s.Title, p.face, black}.draw(p.now)
	turn := 0.0
	if last := len(p.scenes) - 1; last > 0 {
		turn = p.turn * float64(i) / float64(last)
	}
	on.draw(0, p.view.marks(&on, 0, s, turn))
	on.draw(1, p.chart.marks(&on, 1, s))
}

// difference returns the smallest rectangle outside of which two canvases of one
// size are equal.
func difference(a, b canvas) image.Rectangle {
	var r image.Rectangle
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		rowA := a.Pix[a.PixOffset(a.Rect.Min.X, y):][:a.Rect.Dx()]
		rowB := b.Pix[b.PixOffset(b.Rect.Min.X, y):][:b.Rect.Dx()]
		left := 0
		for left < len(rowA) && rowA[left] == rowB[left] {
			left++
		}
		if left == len(rowA) {
			continue
		}
		right := len(rowA)
		for rowA[right-1] == rowB[right-1] {
			right--
		}
		r = r.Union(image.Rect(left, y, right, y+1))
	}
	return r
}
