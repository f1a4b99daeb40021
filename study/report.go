package study

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/stats"
	"github.com/topogen/topogen/viz"
)

//go:embed report.tmpl
var reportText string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"join": list}).Parse(reportText))

// Report writes results.csv, evidence.json and report.html into the study's folder,
// from the units that are done, and returns the evidence. Equal outcomes give equal files,
// apart from the table of costs in report.html. Report leaves this table out if costs is
// false.
func (s *Store) Report(costs bool) (*Evidence, error) {
	e, err := s.Evidence()
	if err != nil {
		return nil, err
	}
	p, err := s.Plan()
	if err != nil {
		return nil, err
	}
	if err := atomicfile.Write(s.path("results.csv"), s.WriteResults); err != nil {
		return nil, err
	}
	if err := writeFile(s.path("evidence.json"), encode(e)); err != nil {
		return nil, err
	}
	pg, err := s.page(p, e, costs)
	if err != nil {
		return nil, err
	}
	return e, atomicfile.Write(s.path("report.html"), func(w io.Writer) error { return reportTemplate.Execute(w, pg) })
}

// A page is what the report's template shows.
type page struct {
	*Evidence
	Plan         string
	Others       []string // the arms but the baseline
	Findings     []finding
	Overview     []overviewRow
	Compared     []comparedRow
	Arms         []armRow
	Differences  []picture
	Curves       []picture
	Samples      []picture
	Costs        []costRow
	Significance float64
	Tuned        string
	LeastP       float64
}

type picture struct {
	Caption string
	URL     template.URL
}

type comparedRow struct {
	Comparison
	Interval string
}

type armRow struct {
	Name   string
	Values []string // mean ± sd, by metric
}

type costRow struct {
	Arm, Median, Least, Ratio string
}

func (s *Store) page(p *Plan, e *Evidence, costs bool) (*page, error) {
	pg := &page{Evidence: e, Plan: string(encode(p)), Significance: Significance, LeastP: p.LeastP()}
	if p.Tuned != nil {
		pg.Tuned = fmt.Sprintf("Settings were chosen by %s on validation data with %d other seeds.", p.Tuned.Metric, len(p.Tuned.Seeds))
	}
	table, _, err := s.outcomes(p, Test)
	if err != nil {
		return nil, err
	}
	arms := p.expand()
	for _, a := range arms {
		row := armRow{Name: a.Name}
		for _, m := range p.Metrics {
			at := slices.IndexFunc(e.Arms, func(x Summary) bool { return x.Arm == a.Name && x.Metric == m.Name })
			row.Values = append(row.Values, e.Arms[at].String())
		}
		pg.Arms = append(pg.Arms, row)
	}
	pg.overview(p)
	for _, m := range p.Metrics {
		var rows []viz.Paired
		for _, c := range e.Compared {
			if c.Metric != m.Name {
				continue
			}
			pg.Compared = append(pg.Compared, comparedRow{c, fmt.Sprintf("[%.3g, %.3g]", c.Low, c.High)})
			if c.N > 1 {
				values, base := table.column(c.Arm, m.Name), table.column(p.Baseline, m.Name)
				d := make([]float64, len(values))
				for i := range d {
					d[i] = values[i] - base[i]
				}
				rows = append(rows, viz.Paired{Name: c.Arm, Values: finite(d), Mean: c.Difference, Low: c.Low, High: c.High})
			}
		}
		if len(rows) == 0 {
			continue
		}
		title := fmt.Sprintf("%s: difference from %s (%s is better)", m.Name, p.Baseline, m.Better)
		picture, err := draw(title, func(w io.Writer) error { return viz.Differences(w, title, m.Name, rows...) })
		if err != nil {
			return nil, err
		}
		pg.Differences = append(pg.Differences, picture)
	}
	if pg.Curves, err = learningCurves(p.Baseline, arms, table); err != nil {
		return nil, err
	}
	if pg.Samples, err = s.samples(p, arms); err != nil {
		return nil, err
	}
	if costs {
		pg.Costs, err = s.costs(p, arms)
	}
	return pg, err
}

// samples returns, for each arm, the picture of samples with the first reporting seed.
func (s *Store) samples(p *Plan, arms []Arm) ([]picture, error) {
	var pictures []picture
	for _, a := range arms {
		u := Unit{Arm: a.Name, Settings: p.merged(a), Seed: p.Seeds.Reporting[0], Part: Test}
		path := s.Samples(u)
		if path == "" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("study: %w", err)
		}
		pictures = append(pictures, picture{fmt.Sprintf("%s, seed %d", a.Name, u.Seed), dataURL(data)})
	}
	return pictures, nil
}

// costs returns, for each arm, the median and the least time of its units, and the ratio of its
// least time to that of the baseline. Other work on the machine changes least times less than
// medians.
func (s *Store) costs(p *Plan, arms []Arm) ([]costRow, error) {
	all := make(map[string][]float64) // ascending, by arm
	for _, a := range arms {
		for _, seed := range p.Seeds.Reporting {
			c, err := s.Cost(Unit{Arm: a.Name, Settings: p.merged(a), Seed: seed, Part: Test})
			if err != nil {
				return nil, err
			}
			if c.Seconds > 0 {
				all[a.Name] = append(all[a.Name], c.Seconds)
			}
		}
		slices.Sort(all[a.Name])
	}
	var rows []costRow
	for _, a := range arms {
		seconds := all[a.Name]
		if len(seconds) == 0 {
			continue
		}
		row := costRow{a.Name, fmt.Sprintf("%.2f", stats.Quantile(seconds, 0.5)), fmt.Sprintf("%.2f", seconds[0]), "–"}
		if base := all[p.Baseline]; len(base) > 0 {
			row.Ratio = fmt.Sprintf("%.2f", seconds[0]/base[0])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func draw(caption string, fill func(io.Writer) error) (picture, error) {
	var b bytes.Buffer
	if err := fill(&b); err != nil {
		return picture{}, fmt.Errorf("study: drawing %q: %w", caption, err)
	}
	return picture{caption, dataURL(b.Bytes())}, nil
}

func dataURL(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
}

// String returns the evidence as a table for people: a line for each comparison.
func (e *Evidence) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d seeds", e.Title, e.Seeds)
	if e.Missing > 0 {
		fmt.Fprintf(&b, ", %d units missing", e.Missing)
	}
	b.WriteByte('\n')
	lines := [][]string{{"metric", "arm − " + e.Baseline, "difference", "95 % interval", "p (Holm)", "δ", "ε", "verdict"}}
	for _, c := range e.Compared {
		line := []string{c.Metric, c.Arm, "–", "–", "–", "–", "–", string(c.Verdict)}
		if c.Verdict != Missing {
			line[2] = fmt.Sprintf("%.4g", c.Difference)
			line[3] = fmt.Sprintf("[%.4g, %.4g]", c.Low, c.High)
			line[4] = fmt.Sprintf("%.2g", c.Holm)
			line[5] = fmt.Sprintf("%.2f", c.Delta)
			line[6] = fmt.Sprintf("%.2f", c.Epsilon)
		}
		lines = append(lines, line)
	}
	var widths [8]int
	for _, line := range lines {
		for column, cell := range line {
			widths[column] = max(widths[column], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range lines {
		fmt.Fprintf(&b, "%-*s  %-*s", widths[0], line[0], widths[1], line[1])
		for column := 2; column < 7; column++ {
			fmt.Fprintf(&b, "  %*s", widths[column], line[column])
		}
		fmt.Fprintf(&b, "  %s\n", line[7])
	}
	return b.String()
}
