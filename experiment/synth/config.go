package synth

import (
	"fmt"
	"math"
	"time"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/viz"
)

// A Config decides a run entirely: with the same kernels, the same configuration
// gives the same points, step for step, for any number of threads. Its JSON form
// is the config.json of an output folder; it holds the clouds themselves.
type Config struct {
	Title string `json:"title"`
	// Seed decides what terms and gradients draw at random: see [topoloss.Options]. The
	// caller may have drawn the clouds with it; the configuration holds the clouds themselves.
	Seed uint64 `json:"seed"`
	// Device names the device that the run computes on.
	Device string `json:"device"`

	// Steps is the number of steps of the whole run. LearningRate is the size of a step.
	Steps        int       `json:"steps"`
	LearningRate float64   `json:"learning_rate"`
	Optimizer    Optimizer `json:"optimizer"`

	// Topo lists the terms of the loss between the cloud and its target. The place of all is
	// topoloss.Output, which is the cloud.
	Topo topoloss.Specs `json:"topo"`
	// Push drives points apart in a step in which no term depends on the cloud. Without
	// Push, such a step moves nothing.
	Push bool `json:"push"`
	// Gradient says how the gradient reaches points.
	Gradient topoloss.Gradient `json:"gradient"`

	// CheckFinite checks all values and gradients of each step. One that is not finite is an
	// error, which names the first of them and the operation that made it.
	CheckFinite bool `json:"check_finite"`

	// FrameEvery is the number of steps between frames of the animation. With 0 the
	// animation shows only the first and the last cloud.
	FrameEvery int `json:"frame_every"`
	// SaveEvery is the time between checkpoints; 0 stands for [run.DefaultSaveEvery].
	// SaveSteps is the number of steps between further checkpoints; 0 stands for none.
	SaveEvery time.Duration `json:"save_every"`
	SaveSteps int           `json:"save_steps"`
	// Window is the part of the plane that pictures of clouds show at least. The zero
	// window shows all points of a run.
	Window viz.Window `json:"window"`
	// Gap is a length. Summary and report count longer bars as clusters and loops.
	Gap float64 `json:"gap"`

	// Start is the cloud that moves. It moves so that its diagrams approach those of the
	// cloud Truth or, if Truth is nil, TrueDiagrams.
	Start        *ph.Points[float32] `json:"start"`
	Truth        *ph.Points[float32] `json:"truth,omitempty"`
	TrueDiagrams []ph.Diagram        `json:"true_diagrams,omitempty"`
}

// maxPoints is the largest number of points of a cloud. A step holds the distances of all
// pairs of points: 1 GiB for as many points.
const maxPoints = 1 << 14

// Validate returns an error that names the first field that makes no sense.
func (c Config) Validate() error {
	switch {
	case c.Start == nil || c.Start.Len() == 0:
		return fmt.Errorf("the cloud that moves has no points: give one point or more")
	case c.Truth == nil && len(c.TrueDiagrams) == 0:
		return fmt.Errorf("there is neither a true cloud nor a true diagram to move towards")
	case c.Truth != nil && len(c.TrueDiagrams) > 0:
		return fmt.Errorf("there are a true cloud and a true diagram: give one of them")
	case c.Truth != nil && c.Truth.Len() == 0:
		return fmt.Errorf("the true cloud has no points")
	case c.Start.Len() > maxPoints:
		return fmt.Errorf("there is a cloud of %d points, at most %d fit: all their distances are held", c.Start.Len(), maxPoints)
	case c.Truth != nil && c.Truth.Len() > maxPoints:
		return fmt.Errorf("there is a true cloud of %d points, at most %d fit: all their distances are held", c.Truth.Len(), maxPoints)
	case c.Start.Dim > 3:
		return fmt.Errorf("the cloud has points in R^%d: R², R³ and the line can be drawn", c.Start.Dim)
	case c.Truth != nil && c.Truth.Dim > 3:
		return fmt.Errorf("the true cloud has points in R^%d: R², R³ and the line can be drawn", c.Truth.Dim)
	case c.Steps < 1:
		return fmt.Errorf("steps is %d, must be at least 1", c.Steps)
	case !positive(c.LearningRate):
		return fmt.Errorf("learning-rate is %v, must be positive", c.LearningRate)
	case c.FrameEvery < 0:
		return fmt.Errorf("frames is %d, must be at least 0", c.FrameEvery)
	case c.SaveEvery < 0:
		return fmt.Errorf("save-every is %v, must be at least 0", c.SaveEvery)
	case c.SaveSteps < 0:
		return fmt.Errorf("save-steps is %d, must be at least 0", c.SaveSteps)
	case !(c.Gap >= 0) || math.IsInf(c.Gap, 0):
		return fmt.Errorf("gap is %v, must be at least 0 and finite", c.Gap)
	}
	if c.Window != (viz.Window{}) {
		if err := c.Window.Validate(); err != nil {
			return fmt.Errorf("window %w", err)
		}
	}
	switch c.Optimizer {
	case Adam, AdamW, SGD:
	default:
		return fmt.Errorf("optimizer is %q, must be %s, %s or %s", c.Optimizer, Adam, AdamW, SGD)
	}
	for _, d := range c.TrueDiagrams {
		if d.Degree > 1 {
			return fmt.Errorf("there is a true diagram of degree %d: degrees 0 and 1 are compared", d.Degree)
		}
	}
	for _, t := range c.Topo {
		if t.Where != topoloss.Output && t.Where != "" {
			return fmt.Errorf("the term %v looks at %s: a cloud has no such place, only %s", t, t.Where, topoloss.Output)
		}
	}
	for _, cloud := range []*ph.Points[float32]{c.Start, c.Truth} {
		// The device squares distances as float32.
		const least, most = 1e-15, 1e17
		if s := size(cloud); s < least || s > most {
			return fmt.Errorf("there is a cloud of extent %.4g: distances need one from %v to %v, multiply all coordinates by a common factor", s, least, most)
		}
	}
	objective, err := c.objective()
	switch {
	case err != nil:
		return err
	case len(objective.Specs()) == 0 && !c.Push:
		return fmt.Errorf("all weights are 0 and there is no push: nothing would move")
	case len(objective.Learnable()) > 0:
		return fmt.Errorf("the term %s learns a number of its own, and only points move: give it the option learn=no", objective.Learnable()[0])
	}
	return nil
}

// positive reports whether v is positive and finite.
func positive(v float64) bool { return v > 0 && !math.IsInf(v, 0) }

// objective returns the loss of the configuration.
func (c Config) objective() (*topoloss.Objective, error) {
	o := topoloss.Options{Gradient: c.Gradient, Seed: c.Seed}
	if c.Push {
		o.Fallback = topoloss.Specs{{Name: "push0", Weight: 1}}
	}
	return topoloss.New(c.Topo, o)
}
