package study

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/topogen/topogen/stats"
)

// A Verdict sums up the evidence on one metric of one arm.
type Verdict string

// The verdicts. Better and Worse need Wilcoxon's p after Holm's correction below
// [Significance]. Wilcoxon's rank sums decide between the two. δ does not: it also compares
// values of different seeds, and may have the other sign.
const (
	Better    Verdict = "better"
	Worse     Verdict = "worse"
	Undecided Verdict = "undecided"
	// Optimized marks a metric that the arm's loss contains: it decides nothing.
	Optimized Verdict = "optimized"
	// Missing says that fewer than two pairs of runs have the metric.
	Missing Verdict = "missing"
)

// Significance bounds the probability that any of a study's comparisons gets the verdict
// Better or Worse by chance.
const Significance = 0.05

// Evidence is what a study found.
type Evidence struct {
	Title    string       `json:"title"`
	Question string       `json:"question,omitempty"`
	Baseline string       `json:"baseline"`
	Seeds    int          `json:"seeds"`
	Missing  int          `json:"missing_units"` // units without an outcome
	Metrics  []Metric     `json:"metrics"`
	Arms     []Summary    `json:"arms"`
	Compared []Comparison `json:"comparisons"`
}

// A Summary describes one metric of one arm by itself.
type Summary struct {
	Arm    string  `json:"arm"`
	Metric string  `json:"metric"`
	N      int     `json:"n"`
	Mean   float64 `json:"mean"`
	SD     float64 `json:"sd"` // with n − 1; 0 for one run
}

// A Comparison compares one metric of an arm with the baseline, over the seeds
// that both have.
type Comparison struct {
	Arm        string  `json:"arm"`
	Metric     string  `json:"metric"`
	N          int     `json:"n"`          // pairs
	Difference float64 `json:"difference"` // mean of arm − baseline
	Low        float64 `json:"low"`        // 95 % bootstrap interval of Difference
	High       float64 `json:"high"`
	P          float64 `json:"p"`       // Wilcoxon's, exact, two-sided
	Holm       float64 `json:"p_holm"`  // corrected over all comparisons of the study
	Delta      float64 `json:"delta"`   // Cliff's δ, positive if the arm is better
	Epsilon    float64 `json:"epsilon"` // of almost stochastic order, near 0 if the arm is better
	Verdict    Verdict `json:"verdict"`

	// gain is the rank sum of the pairs in which the arm is better, less that of the
	// pairs in which it is worse. P tests whether it is 0.
	gain float64
}

// Evidence compares all arms with the baseline, on the outcomes of those units of the
// reporting seeds that are done.
func (s *Store) Evidence() (*Evidence, error) {
	p, err := s.Plan()
	if err != nil {
		return nil, err
	}
	table, missing, err := s.outcomes(p, Test)
	if err != nil {
		return nil, err
	}
	return newEvidence(p, table, missing), nil
}

// newEvidence compares the outcomes of a plan's arms.
func newEvidence(p *Plan, table *outcomes, missing int) *Evidence {
	e := &Evidence{Title: p.Title, Question: p.Question, Baseline: p.Baseline, Seeds: len(p.Seeds.Reporting), Missing: missing, Metrics: p.Metrics}
	arms := p.expand()
	var tested []int // of Compared: those that Holm's correction is over
	for _, m := range p.Metrics {
		for _, a := range arms {
			e.Arms = append(e.Arms, summarize(a.Name, m.Name, table.column(a.Name, m.Name)))
			if a.Name == p.Baseline {
				continue
			}
			c := compare(a.Name, m, table.column(a.Name, m.Name), table.column(p.Baseline, m.Name))
			if c.Verdict == Undecided {
				tested = append(tested, len(e.Compared))
			}
			e.Compared = append(e.Compared, c)
		}
	}
	pValues := make([]float64, len(tested))
	for i, k := range tested {
		pValues[i] = e.Compared[k].P
	}
	for i, corrected := range stats.Holm(pValues) {
		c := &e.Compared[tested[i]]
		c.Holm = corrected
		if corrected < Significance {
			c.Verdict = Worse
			if c.gain > 0 {
				c.Verdict = Better
			}
		}
	}
	return e
}

// summarize describes the finite ones of an arm's values.
func summarize(arm, metric string, values []float64) Summary {
	values = finite(values)
	s := Summary{Arm: arm, Metric: metric, N: len(values)}
	if len(values) > 0 {
		s.Mean = stats.Mean(values)
	}
	if len(values) > 1 {
		s.SD = stats.StandardDeviation(values)
	}
	return s
}

// String returns the mean and the deviation, "–" if there are no values.
func (s Summary) String() string {
	if s.N == 0 {
		return "–"
	}
	return fmt.Sprintf("%.4g ± %.2g", s.Mean, s.SD)
}

// compare compares the values of an arm with the baseline's, seed by seed. The verdict is
// Missing, Optimized or, until the corrected p-value is known, Undecided.
func compare(arm string, m Metric, values, baseline []float64) Comparison {
	c := Comparison{Arm: arm, Metric: m.Name, P: 1, Holm: 1, Epsilon: 1, Verdict: Undecided}
	var a, b []float64
	for i := range values {
		if isFinite(values[i]) && isFinite(baseline[i]) {
			a, b = append(a, values[i]), append(b, baseline[i])
		}
	}
	c.N = len(a)
	if c.N < 2 {
		c.Verdict = Missing
		return c
	}
	const resamples = 2000
	d := stats.Differences(a, b)
	interval := stats.Bootstrap(d, stats.Mean, resamples, 0.95, 1)
	c.Difference, c.Low, c.High = interval.Estimate, interval.Low, interval.High
	sign := m.sign()
	test := stats.Wilcoxon(d)
	c.P, c.gain = test.TwoSided, sign*(test.Plus-test.Minus)
	c.Delta = sign * stats.CliffsDelta(a, b)
	better, worse := scaled(a, sign), scaled(b, sign)
	c.Epsilon = stats.AlmostStochasticOrder(better, worse, 0.95, resamples, 1).Epsilon
	if slices.Contains(m.OptimizedBy, family(arm)) {
		c.Verdict = Optimized
	}
	return c
}

func scaled(x []float64, factor float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = factor * v
	}
	return y
}

func finite(x []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(x), func(v float64) bool { return !isFinite(v) })
}

// outcomes holds the outcomes of a plan's units by arm and seed; nil where a unit
// is missing.
type outcomes struct {
	seeds []uint64
	byArm map[string][]*Outcome
}

// column returns a metric of an arm over the seeds, NaN where it is missing.
func (o *outcomes) column(arm, metric string) []float64 {
	values := make([]float64, len(o.seeds))
	for i, outcome := range o.byArm[arm] {
		values[i] = math.NaN()
		if outcome != nil {
			if v, ok := outcome.Metrics[metric]; ok {
				values[i] = v
			}
		}
	}
	return values
}

// outcomes reads the outcomes of all units of a part and counts those missing.
func (s *Store) outcomes(p *Plan, part Part) (table *outcomes, missing int, err error) {
	table = &outcomes{seeds: p.Seeds.Reporting, byArm: make(map[string][]*Outcome)}
	if part == Validation {
		table.seeds = p.Seeds.Tuning
	}
	for _, u := range p.Units(part) {
		o, err := s.Outcome(u)
		if err != nil {
			return nil, 0, err
		}
		if o == nil {
			missing++
		}
		table.byArm[u.Arm] = append(table.byArm[u.Arm], o)
	}
	return table, missing, nil
}

// WriteResults writes a CSV table with a row for each unit that is done and each
// metric it has: arm, seed, metric, value.
func (s *Store) WriteResults(w io.Writer) error {
	p, err := s.Plan()
	if err != nil {
		return err
	}
	table, _, err := s.outcomes(p, Test)
	if err != nil {
		return err
	}
	c := csv.NewWriter(w)
	rows := [][]string{{"arm", "seed", "metric", "value"}}
	for _, a := range p.expand() {
		for i, seed := range table.seeds {
			for _, m := range p.Metrics {
				if v := table.column(a.Name, m.Name)[i]; isFinite(v) {
					rows = append(rows, []string{a.Name, strconv.FormatUint(seed, 10), m.Name, strconv.FormatFloat(v, 'g', -1, 64)})
				}
			}
		}
	}
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("study: writing results: %w", err)
	}
	return nil
}
