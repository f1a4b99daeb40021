package synth

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/viz"
)

// A Config decides a run entirely: with the same kernels, the same configuration
// gives the same points, step for step, for any number of threads. Its JSON form
// is the config.json of an output folder; it holds the clouds themselves.
type Config struct {
	Title string `json:"title"`
	// Seed is what the clouds were drawn with; it is recorded and not used again.
	Seed uint64 `json:"seed"`
	// Device names the device that the run computes on.
	Device string `json:"device"`

	// Steps to make in all, and the size of one.
	Steps        int       `json:"steps"`
	LearningRate float64   `json:"learning_rate"`
	Optimizer    Optimizer `json:"optimizer"`

	// Weights of the regularizers in the order of topoloss.OriginalNames.
	Weights         [7]float64               `json:"weights"`
	Hyperparameters topoloss.Hyperparameters `json:"hyperparameters"`
	// Push drives points apart in a step in which no regularizer depends on
	// anything that can move; without it nothing happens then.
	Push bool `json:"push"`
	// Attract gives the bottleneck distance a gradient where a true bar without
	// a partner decides it: the nearest learnable bar is drawn to it.
	Attract bool `json:"attract"`
	// Spread hands the gradient, which few points receive, on to their
	// neighbours.
	Spread Spread `json:"spread"`

	// FrameEvery is the number of steps between frames of the animation; 0
	// shows the first and the last cloud alone.
	FrameEvery int `json:"frame_every"`
	// Window is what pictures of clouds show, at least; the zero window shows
	// all the points of a run.
	Window viz.Window `json:"window"`
	// Gap is the length from which a bar counts as a cluster or a loop in what
	// is said of a run.
	Gap float64 `json:"gap"`

	// Start is the cloud that moves; what it moves towards is the persistence of
	// the cloud Truth or, if that is nil, TrueDiagrams.
	Start        *ph.Points[float32] `json:"start"`
	Truth        *ph.Points[float32] `json:"truth,omitempty"`
	TrueDiagrams []ph.Diagram        `json:"true_diagrams,omitempty"`
}

// A Spread says how a gradient is handed on to neighbours.
type Spread struct {
	Method    SpreadMethod `json:"method"`
	Bandwidth float64      `json:"bandwidth"` // how far, as a length; 0 is not at all
}

// A SpreadMethod names a method of [topoloss.Gradient].
type SpreadMethod string

// The methods.
const (
	Average     SpreadMethod = "average"
	Interpolate SpreadMethod = "interpolate"
)

func (s Spread) spread() (topoloss.Gradient, error) {
	out := topoloss.Gradient{Bandwidth: s.Bandwidth}
	switch {
	case s.Method == Average:
		out.Method = topoloss.Average
	case s.Method == Interpolate:
		out.Method = topoloss.Interpolate
	case s.Bandwidth != 0 || s.Method != "":
		return out, fmt.Errorf("spread-method is %q, must be %s or %s", s.Method, Average, Interpolate)
	}
	if !(s.Bandwidth >= 0) || math.IsInf(s.Bandwidth, 0) {
		return out, fmt.Errorf("spread is %v, must be a length or 0", s.Bandwidth)
	}
	if s.Bandwidth == 0 {
		out = topoloss.Gradient{}
	}
	return out, nil
}

// maxPoints bounds clouds: a step holds the distances of all pairs of points, a
// gigabyte of these.
const maxPoints = 1 << 14

// Validate returns an error that names the first field that makes no sense.
func (c Config) Validate() error {
	switch {
	case c.Start == nil || c.Start.Len() == 0:
		return fmt.Errorf("there is no cloud to move")
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
	case !(c.Gap >= 0) || math.IsInf(c.Gap, 0):
		return fmt.Errorf("gap is %v, must be at least 0 and finite", c.Gap)
	case c.Window != (viz.Window{}) && !(positive(c.Window.XMax-c.Window.XMin) && positive(c.Window.YMax-c.Window.YMin)):
		return fmt.Errorf("window is %v, must have a positive and finite width and height", c.Window)
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
	loss, err := c.loss()
	if err == nil && loss.Degree() < 0 {
		err = fmt.Errorf("all weights are 0 and there is no push: nothing would move")
	}
	return err
}

// positive reports whether v is positive and finite.
func positive(v float64) bool { return v > 0 && !math.IsInf(v, 0) }

// loss returns the loss of the configuration.
func (c Config) loss() (*topoloss.Loss, error) {
	loss, err := topoloss.Weighted(c.Weights, 1, c.Hyperparameters)
	if err != nil {
		return nil, err
	}
	for _, t := range loss.Terms {
		if b, ok := t.Regularizer.(*topoloss.Bottleneck); ok {
			b.Attract = c.Attract
		}
	}
	if c.Push {
		loss.Fallback = []topoloss.Term{{Name: "push0", Weight: 1, Regularizer: topoloss.Push{}}}
	}
	loss.Gradient, err = c.Spread.spread()
	return loss, err
}
