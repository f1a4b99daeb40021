package study

import (
	"fmt"
	"strings"
)

// A finding sums up the comparisons of an arm.
type finding struct {
	Arm                      string
	Better, Worse, Undecided []string // metrics
}

// An overviewRow has the comparisons of one metric, a cell for each arm.
type overviewRow struct {
	Metric, Better, Baseline string
	Cells                    []overviewCell
}

type overviewCell struct {
	Verdict Verdict
	Text    string // the difference
	P       float64
}

// overview fills the findings and the overview in.
func (pg *page) overview(p *Plan) {
	for _, a := range p.expand() {
		if a.Name == p.Baseline {
			continue
		}
		pg.Others = append(pg.Others, a.Name)
		f := finding{Arm: a.Name}
		for _, c := range pg.Evidence.Compared {
			if c.Arm != a.Name {
				continue
			}
			switch c.Verdict {
			case Better:
				f.Better = append(f.Better, c.Metric)
			case Worse:
				f.Worse = append(f.Worse, c.Metric)
			case Undecided:
				f.Undecided = append(f.Undecided, c.Metric)
			}
		}
		pg.Findings = append(pg.Findings, f)
	}
	for _, m := range p.Metrics {
		row := overviewRow{Metric: m.Name, Better: m.Better}
		for _, x := range pg.Evidence.Arms {
			if x.Arm == p.Baseline && x.Metric == m.Name {
				row.Baseline = x.String()
			}
		}
		for _, c := range pg.Evidence.Compared {
			if c.Metric != m.Name {
				continue
			}
			cell := overviewCell{Verdict: c.Verdict, P: c.Holm}
			if c.Verdict != Missing {
				cell.Text = fmt.Sprintf("%+.3g", c.Difference)
			}
			row.Cells = append(row.Cells, cell)
		}
		pg.Overview = append(pg.Overview, row)
	}
}

// list joins words as a sentence does: "a, b and c".
func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
