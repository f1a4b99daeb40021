package study

import (
	"io"
	"slices"

	"github.com/topogen/topogen/stats"
	"github.com/topogen/topogen/viz"
)

// learningCurves draws two pictures of each curve in the outcomes. The first has, for each arm,
// the median over the seeds, with a band between the quartiles. The second has the same of the
// paired differences from the baseline, whose band is narrower: paired runs share the
// randomness of their seed.
func learningCurves(baseline string, arms []Arm, table *outcomes) ([]picture, error) {
	arms = slices.Clone(arms)
	at := slices.IndexFunc(arms, func(a Arm) bool { return a.Name == baseline })
	baseArm := arms[at]
	arms = slices.Insert(slices.Delete(arms, at, at+1), 0, baseArm) // so that the baseline has the first colour
	var names []string
	for _, a := range arms {
		for _, o := range table.byArm[a.Name] {
			if o == nil {
				continue
			}
			for _, c := range o.Curves {
				if !slices.Contains(names, c.Name) {
					names = append(names, c.Name)
				}
			}
		}
	}
	slices.Sort(names)
	var pictures []picture
	for _, name := range names {
		var values, differences []viz.Series
		base := curvesOf(name, table.byArm[baseline])
		for _, a := range arms {
			curves := curvesOf(name, table.byArm[a.Name])
			if s := quartiles(a.Name, curves); len(s.X) > 0 {
				values = append(values, s)
			}
			if s := quartiles(a.Name, subtract(curves, base)); len(s.X) > 0 {
				differences = append(differences, s)
			}
		}
		for _, d := range []struct {
			title  string
			series []viz.Series
		}{
			{name + ": median and quartiles over seeds", values},
			{name + " less that of " + baseline + ", pair by pair", differences},
		} {
			if len(d.series) == 0 {
				continue
			}
			p, err := draw(d.title, func(w io.Writer) error { return viz.Curves(w, d.title, "step", name, d.series...) })
			if err != nil {
				return nil, err
			}
			pictures = append(pictures, p)
		}
	}
	return pictures, nil
}

// curvesOf returns the values of a curve by seed and step, nil for a unit without it.
func curvesOf(name string, outcomes []*Outcome) []map[int]float64 {
	curves := make([]map[int]float64, len(outcomes))
	for i, o := range outcomes {
		if o == nil {
			continue
		}
		for _, c := range o.Curves {
			if c.Name != name {
				continue
			}
			curves[i] = make(map[int]float64)
			for k, step := range c.Steps {
				curves[i][step] = c.Values[k]
			}
		}
	}
	return curves
}

// subtract returns the differences of curves of equal seeds at the steps that both have.
func subtract(curves, baseline []map[int]float64) []map[int]float64 {
	differences := make([]map[int]float64, len(curves))
	for i, c := range curves {
		if c == nil || baseline[i] == nil {
			continue
		}
		differences[i] = make(map[int]float64)
		for step, v := range c {
			if base, ok := baseline[i][step]; ok {
				differences[i][step] = v - base
			}
		}
	}
	return differences
}

// quartiles returns the median and the other quartiles of curves at the steps that all have.
func quartiles(arm string, curves []map[int]float64) viz.Series {
	at := make(map[int][]float64)
	runs := 0
	for _, c := range curves {
		if c != nil {
			runs++
		}
		for step, v := range c {
			at[step] = append(at[step], v)
		}
	}
	s := viz.Series{Name: arm}
	var steps []int
	for step, values := range at {
		if len(values) == runs {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	for _, step := range steps {
		values := slices.Sorted(slices.Values(at[step]))
		s.X = append(s.X, float64(step))
		s.Y = append(s.Y, stats.Quantile(values, 0.5))
		s.Low = append(s.Low, stats.Quantile(values, 0.25))
		s.High = append(s.High, stats.Quantile(values, 0.75))
	}
	return s
}
