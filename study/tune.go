package study

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Tune returns the plan with each grid replaced by its best point: the one with the
// best mean of a metric over the tuning seeds, measured on validation data. It also returns
// the summaries of the metric of all arms and points. It is
// an error if a unit of the tuning seeds is missing. A point is not chosen if one of its
// units lacks the metric. The plan that Tune returns refuses to report the seeds that it
// was tuned on.
func (s *Store) Tune(metric string) (*Plan, []Summary, error) {
	p, err := s.Plan()
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(p.Metrics, func(m Metric) bool { return m.Name == metric })
	if at < 0 {
		return nil, nil, fmt.Errorf("study: tuning: the plan has no metric %q", metric)
	}
	if len(p.Seeds.Tuning) == 0 {
		return nil, nil, fmt.Errorf("study: tuning: the plan has no tuning seeds")
	}
	table, missing, err := s.outcomes(p, Validation)
	if err != nil {
		return nil, nil, err
	}
	if missing > 0 {
		return nil, nil, fmt.Errorf("study: tuning: %d units of the tuning seeds are missing: run them first", missing)
	}
	tuned := *p
	tuned.Arms = slices.Clone(p.Arms)
	tuned.Seeds.Tuning = nil
	tuned.Tuned = &Tuned{Metric: metric, Seeds: p.Seeds.Tuning, Chosen: make(map[string]Settings)}
	expanded := p.expand()
	var summaries []Summary
	for _, point := range expanded {
		summaries = append(summaries, summarize(point.Name, metric, table.column(point.Name, metric)))
	}
	for i, a := range p.Arms {
		if len(a.Grid) == 0 {
			continue
		}
		best, score := Arm{}, math.Inf(-1)
		for _, point := range expanded {
			if family(point.Name) != a.Name {
				continue
			}
			values := table.column(point.Name, metric)
			if mean := p.Metrics[at].sign() * stat.Mean(values, nil); mean > score {
				best, score = point, mean
			}
		}
		if best.Name == "" {
			return nil, nil, fmt.Errorf("study: tuning: no run of arm %s has the metric %s", a.Name, metric)
		}
		tuned.Arms[i] = Arm{Name: a.Name, Settings: best.Settings}
		chosen := make(Settings)
		for key := range a.Grid {
			chosen[key] = best.Settings[key]
		}
		tuned.Tuned.Chosen[a.Name] = maps.Clone(chosen)
	}
	return &tuned, summaries, tuned.Validate()
}
