package synth

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/ph"
)

// A Summary says how a run ended.
type Summary struct {
	Title          string
	Steps          int
	StepsPerSecond float64 // of the last call of Move, without pictures; 0 if it made no step
	First, Last    float64 // loss in the first and last step; NaN if it does not depend on the cloud
	Gap            float64
	Start, End     Count
	True           Count
	Folder         string
}

// A Count has the number of bars longer than a gap: Clusters in degree 0, Loops in degree 1.
type Count struct{ Clusters, Loops int }

// CountLonger counts the bars of diagrams that are longer than gap.
func CountLonger(diagrams []ph.Diagram, gap float64) Count {
	return Count{longerBars(diagrams, 0, gap), longerBars(diagrams, 1, gap)}
}

// longerBars returns the number of bars of a degree that are longer than gap, including
// essential bars. In degree 0 this is the number of clusters that lie farther apart than
// gap. In degree 1 it is the number of loops that persist for longer than gap.
func longerBars(diagrams []ph.Diagram, degree int, gap float64) int {
	count := 0
	for _, d := range diagrams {
		if d.Degree == degree {
			for _, b := range d.Bars {
				if b.Persistence() > gap {
					count++
				}
			}
		}
	}
	return count
}

func (c Count) String() string {
	plural := func(n int, noun string) string {
		if n == 1 {
			return fmt.Sprintf("%d %s", n, noun)
		}
		return fmt.Sprintf("%d %ss", n, noun)
	}
	return plural(c.Clusters, "cluster") + ", " + plural(c.Loops, "loop")
}

// String returns the summary as a few lines for people.
func (s Summary) String() string {
	speed := ""
	if s.StepsPerSecond > 0 {
		speed = fmt.Sprintf(", %.0f a second", s.StepsPerSecond)
	}
	return fmt.Sprintf("%s\n%d steps%s, loss %s → %s\nbars longer than %.3g: %v → %v; target: %v\nreport: %s\n",
		s.Title, s.Steps, speed, number(s.First), number(s.Last), s.Gap, s.Start, s.End, s.True, filepath.Join(s.Folder, "report.html"))
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "none"
	}
	return fmt.Sprintf("%.4g", v)
}

// A state is a cloud of a run and its diagrams.
type state struct {
	name     string // the beginning of the names of the state's files
	title    string
	cloud    *ph.Points[float32] // nil if only diagrams are given
	diagrams []ph.Diagram
}

// Finish writes clouds, diagrams, pictures and the report. It is called once,
// after Move.
func (r *Run) Finish(ctx context.Context) (Summary, error) {
	r.Progress.Begin("drawing", 0, 4)
	defer r.Progress.End()
	states, err := r.states(ctx)
	if err != nil {
		return Summary{}, err
	}
	for _, s := range states {
		if err := r.writeState(s); err != nil {
			return Summary{}, err
		}
	}
	r.Progress.Step(1, "points and bars")
	pictures, err := r.drawStates(states)
	if err != nil {
		return Summary{}, err
	}
	r.Progress.Step(2, "clouds and diagrams")
	motion, err := r.drawMotion(ctx, states[1].cloud)
	if err != nil {
		return Summary{}, err
	}
	r.Progress.Step(3, "animation")
	curves, err := r.drawCurves()
	if err != nil {
		return Summary{}, err
	}
	s := r.summary(states)
	if err := r.report(s, motion, curves, pictures); err != nil {
		return Summary{}, err
	}
	r.Progress.Step(4, "report")
	return s, r.loop.Sync()
}

// states returns the states at the start, at the end, and of the target.
func (r *Run) states(ctx context.Context) ([3]state, error) {
	end, err := r.mover.Cloud()
	if err != nil {
		return [3]state{}, err
	}
	made, _ := r.Steps()
	states := [3]state{
		{name: "start", title: "Start", cloud: r.config.Start},
		{name: "end", title: fmt.Sprintf("After %d steps", made), cloud: end},
		{name: "true", title: "Target", cloud: r.config.Truth, diagrams: r.aim.diagrams},
	}
	for i := range states[:2] {
		if states[i].diagrams, err = DiagramsOf(ctx, r.Device, states[i].cloud); err != nil {
			return states, err
		}
	}
	return states, nil
}

func (r *Run) summary(states [3]state) Summary {
	made, _ := r.Steps()
	loss := r.loop.Metrics.Column("loss")
	return Summary{
		Title: r.config.Title, Steps: made, StepsPerSecond: r.loop.Speed(),
		First: loss[0], Last: loss[len(loss)-1], Gap: r.config.Gap,
		Start: CountLonger(states[0].diagrams, r.config.Gap), End: CountLonger(states[1].diagrams, r.config.Gap),
		True: CountLonger(states[2].diagrams, r.config.Gap), Folder: r.Folder.Path(),
	}
}

func (r *Run) report(s Summary, motion run.Picture, curves, pictures []run.Picture) error {
	return r.Folder.WriteReport(run.Report{
		Title: r.config.Title,
		Lead: fmt.Sprintf("%d points in R^%d, moved %d steps on %s.",
			r.config.Start.Len(), r.config.Start.Dim, s.Steps, r.Device.Name()),
		Sections: []run.Section{
			{Heading: "On the way", Pictures: []run.Picture{motion}},
			{Heading: "Structure", Text: fmt.Sprintf("Bars longer than %.3g.", s.Gap), Table: run.Table{
				Head: []string{"cloud", "clusters", "loops", "loss"},
				Rows: [][]string{
					{"start", fmt.Sprint(s.Start.Clusters), fmt.Sprint(s.Start.Loops), number(s.First)},
					{"end", fmt.Sprint(s.End.Clusters), fmt.Sprint(s.End.Loops), number(s.Last)},
					{"target", fmt.Sprint(s.True.Clusters), fmt.Sprint(s.True.Loops), ""},
				},
			}},
			{Heading: "Loss", Pictures: curves},
			{Heading: "Clouds and diagrams", Pictures: pictures},
			{Heading: "Settings", Table: run.Table{Head: []string{"setting", "value"}, Rows: r.config.lines()}},
		},
	})
}

// lines returns the settings as names and values.
func (c Config) lines() [][]string {
	var lines [][]string
	add := func(name string, value any) { lines = append(lines, []string{name, fmt.Sprint(value)}) }
	add("steps", c.Steps)
	add("optimizer", fmt.Sprintf("%s, rate %v", c.Optimizer, c.LearningRate))
	add("terms", c.Topo)
	add("push where nothing else moves", c.Push)
	add("gradient", c.Gradient)
	add("seed", c.Seed)
	add("device", c.Device)
	return lines
}
