package synth

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/viz"
)

// writeState writes points and bars as JSON and CSV.
func (r *Run) writeState(s state) error {
	if s.cloud != nil {
		if err := r.Folder.WriteJSON(s.name+"-cloud.json", s.cloud); err != nil {
			return err
		}
		if err := r.Folder.Write(s.name+"-cloud.csv", func(w io.Writer) error { return writePoints(w, s.cloud) }); err != nil {
			return err
		}
	}
	if err := r.Folder.WriteJSON(s.name+"-diagrams.json", s.diagrams); err != nil {
		return err
	}
	return r.Folder.Write(s.name+"-diagrams.csv", func(w io.Writer) error { return writeBars(w, s.diagrams) })
}

func writePoints(w io.Writer, c *ph.Points[float32]) error {
	b := bufio.NewWriter(w)
	for k := range c.Dim {
		if k > 0 {
			b.WriteByte(',')
		}
		b.WriteByte("xyz"[k])
	}
	for i, v := range c.Coords {
		separator := ","
		if i%c.Dim == 0 {
			separator = "\n"
		}
		fmt.Fprintf(b, "%s%v", separator, v)
	}
	b.WriteByte('\n')
	return b.Flush()
}

func writeBars(w io.Writer, diagrams []ph.Diagram) error {
	b := bufio.NewWriter(w)
	b.WriteString("degree,birth,death\n")
	for _, d := range diagrams {
		for _, bar := range d.Bars {
			fmt.Fprintf(b, "%d,%v,%v\n", d.Degree, bar.Birth, bar.Death)
		}
	}
	return b.Flush()
}

// drawStates draws each cloud and its diagrams.
func (r *Run) drawStates(states [3]state) ([]run.Picture, error) {
	var pictures []run.Picture
	add := func(file, caption string, draw func(io.Writer, viz.Format, viz.Scene) error, s viz.Scene) error {
		pictures = append(pictures, run.Picture{File: file, Caption: caption})
		return r.Folder.Write(file, func(w io.Writer) error { return draw(w, viz.PNG, s) })
	}
	for _, s := range states {
		scene := viz.Scene{Title: s.title, Cloud: s.cloud, Diagrams: s.diagrams}
		if s.name != "true" {
			scene.Target, scene.Window = states[2].diagrams, r.config.Window
		}
		if s.cloud != nil {
			if err := add(s.name+"-cloud.png", s.title, viz.Cloud, scene); err != nil {
				return nil, err
			}
		}
		if err := add(s.name+"-diagrams.png", s.title+", persistence", viz.Diagram, scene); err != nil {
			return nil, err
		}
	}
	return pictures, nil
}

// An interruptible writer fails when its context is cancelled, so that an animation, which is
// written frame by frame, ends early.
type interruptible struct {
	ctx context.Context
	io.Writer
}

func (w interruptible) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// frameTime is the time for which the animation shows a frame.
const frameTime = 50 * time.Millisecond

// drawMotion draws the animation, which ends with the given cloud.
func (r *Run) drawMotion(ctx context.Context, end *ph.Points[float32]) (run.Picture, error) {
	picture := run.Picture{File: "motion.gif", Caption: "Left the cloud, right its persistence over the target's. " +
		"The pairs of bars that decide the bottleneck distances, and the edges that they are lengths of, stand out."}
	made, _ := r.Steps()
	frames := r.frames
	if len(frames) == 0 {
		frames = []*ph.Points[float32]{r.config.Start}
	}
	if every := r.config.FrameEvery; every == 0 || made%every != 0 || len(frames) == made/every {
		frames = append(frames[:len(frames):len(frames)], end)
	}
	scenes := make([]viz.Scene, len(frames))
	for i, c := range frames {
		step := i * r.config.FrameEvery
		if i == len(frames)-1 {
			step = made
		}
		var err error
		if scenes[i], err = r.scene(ctx, fmt.Sprintf("step %d", step), c); err != nil {
			return picture, err
		}
	}
	return picture, r.Folder.Write(picture.File, func(w io.Writer) error {
		return viz.Animate(interruptible{ctx, w}, scenes, frameTime)
	})
}

// drawCurves draws a curve of the loss, and one for each term and for the push that takes
// their place.
func (r *Run) drawCurves() ([]run.Picture, error) {
	var pictures []run.Picture
	steps := r.loop.Metrics.Column("step")
	for _, name := range r.loop.Metrics.Columns[1:] {
		values := r.loop.Metrics.Column(name)
		if !slices.ContainsFunc(values, func(v float64) bool { return !math.IsNaN(v) }) {
			continue // the column is empty in all steps
		}
		p := run.Picture{File: "loss-" + name + ".png", Caption: name + ", where it depends on a point that can move"}
		if name == "loss" {
			p = run.Picture{File: "loss.png", Caption: "The weighted sum of the terms below that count in a step"}
		}
		err := r.Folder.Write(p.File, func(w io.Writer) error {
			return viz.Curves(w, name, "step", name, viz.Series{Name: name, X: steps, Y: values})
		})
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, p)
	}
	return pictures, nil
}
