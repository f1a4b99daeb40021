package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/topogen/topogen/internal/jsonkeys"
)

// Settings name values of a run's configuration. Values are JSON, as in the
// configuration's own file.
type Settings map[string]json.RawMessage

// A Plan says what a study compares. Its JSON form is a plan file; Parse reads it.
type Plan struct {
	// Title heads the report.
	Title string `json:"title"`
	// Question is a paragraph under the title: what the study is to find out.
	Question string `json:"question,omitempty"`
	// Settings hold for all arms.
	Settings Settings `json:"settings,omitempty"`
	// Arms are what is compared, in the order of the report.
	Arms []Arm `json:"arms"`
	// Baseline names the arm that all others are compared with. It has no grid.
	Baseline string `json:"baseline"`
	// Seeds of the runs. Each arm runs once with each seed.
	Seeds Seeds `json:"seeds"`
	// Metrics are what is compared, in the order of the report.
	Metrics []Metric `json:"metrics"`
	// Version numbers what the settings mean, 0 if the plan names none. A program that runs
	// studies sets it. It raises the number when equal settings come to mean other runs. Then
	// [Create] refuses a folder that was begun with the number before.
	Version int `json:"version,omitempty"`
	// Tuned records how [Store.Tune] chose settings of the plan; nil if it did not.
	Tuned *Tuned `json:"tuned,omitempty"`
}

// An Arm is one way to train: a name and the settings by which it differs from other arms.
type Arm struct {
	Name string `json:"name"`
	// Settings of this arm, which replace the plan's of the same name.
	Settings Settings `json:"settings,omitempty"`
	// Grid gives settings several values: the arm stands for all combinations.
	Grid map[string][]json.RawMessage `json:"grid,omitempty"`
}

// Seeds are the two disjoint sets of seeds of a study.
type Seeds struct {
	// Tuning seeds choose among the points of a grid, on validation data.
	Tuning []uint64 `json:"tuning,omitempty"`
	// Reporting seeds decide what the report says, on test data.
	Reporting []uint64 `json:"reporting"`
}

// A Metric is a number that each run ends with.
type Metric struct {
	Name string `json:"name"`
	// Better is "lower" or "higher".
	Better string `json:"better"`
	// OptimizedBy names the arms whose loss contains this very number. It proves
	// nothing about them: they are marked, and left out of the verdicts.
	OptimizedBy []string `json:"optimized_by,omitempty"`
}

// sign returns 1 if higher values are better and −1 if lower ones are.
func (m Metric) sign() float64 {
	if m.Better == "lower" {
		return -1
	}
	return 1
}

// Tuned records a choice that Tune made.
type Tuned struct {
	Metric string              `json:"metric"`
	Seeds  []uint64            `json:"seeds"`
	Chosen map[string]Settings `json:"chosen"` // by arm: the point of its grid
}

// Parse reads a plan and validates it. Errors name the path of the mistake, as in
// arms[1].grid.topo.
func Parse(r io.Reader) (*Plan, error) {
	if r == nil {
		return nil, errors.New("study: the reader of the plan is nil")
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("study: reading the plan: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	p := new(Plan)
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("study: the plan: %w", located(data, err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("study: the plan: there is text after its end, at byte %d", d.InputOffset())
	}
	if key, ok := jsonkeys.Repeated(data); ok {
		return nil, fmt.Errorf("study: the plan: it has the key %.40q twice", key)
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// located adds the line and column to an error of the decoder that has an offset.
func located(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(data)) {
		return err
	}
	before := data[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	return fmt.Errorf("line %d, column %d: %w", line, len(before)-bytes.LastIndexByte(before, '\n'), err)
}

var armName = regexp.MustCompile(`^[^\x00-\x1f\[\]]{1,80}$`)

// Validate returns an error that names the first field that makes no sense.
func (p *Plan) Validate() error {
	if p.Title == "" {
		return invalid("title", "is empty")
	}
	for _, validate := range []func() error{p.validateArms, p.validateSeeds, p.validateMetrics} {
		if err := validate(); err != nil {
			return err
		}
	}
	return nil
}

// invalid returns the error that a field of a plan makes no sense.
func invalid(path, format string, a ...any) error {
	return fmt.Errorf("study: the plan: %s: %s", path, fmt.Sprintf(format, a...))
}

func (p *Plan) validateArms() error {
	if len(p.Arms) < 2 {
		return invalid("arms", "has %d arms, a comparison needs at least 2", len(p.Arms))
	}
	names := make(map[string]bool)
	for i, a := range p.Arms {
		path := fmt.Sprintf("arms[%d]", i)
		switch {
		case !armName.MatchString(a.Name):
			return invalid(path+".name", "is %q, want 1 to 80 characters other than brackets", a.Name)
		case names[a.Name]:
			return invalid(path+".name", "%q names an arm above, too", a.Name)
		case a.Name == p.Baseline && len(a.Grid) > 0:
			return invalid(path+".grid", "the baseline %q has a grid: it must be one arm", a.Name)
		}
		names[a.Name] = true
		if err := a.validateGrid(path + ".grid."); err != nil {
			return err
		}
	}
	if !names[p.Baseline] {
		return invalid("baseline", "is %q, which names no arm", p.Baseline)
	}
	return nil
}

// validateGrid returns an error if a setting of the grid is set elsewhere, too, or lacks
// distinct values. prefix is the path of the grid.
func (a *Arm) validateGrid(prefix string) error {
	for _, key := range slices.Sorted(maps.Keys(a.Grid)) {
		if len(a.Grid[key]) == 0 {
			return invalid(prefix+key, "has no values")
		}
		if _, both := a.Settings[key]; both {
			return invalid(prefix+key, "is among the arm's settings, too")
		}
		values := make(map[string]bool) // as they stand in the names of expanded arms
		for k, value := range a.Grid[key] {
			text := bare(value)
			if values[text] {
				return invalid(fmt.Sprintf("%s%s[%d]", prefix, key, k), "%s is there twice", text)
			}
			values[text] = true
		}
	}
	return nil
}

func (p *Plan) validateSeeds() error {
	if len(p.Seeds.Reporting) == 0 {
		return invalid("seeds.reporting", "is empty")
	}
	where := make(map[uint64]string)
	for _, part := range []struct {
		path  string
		seeds []uint64
	}{{"seeds.tuning", p.Seeds.Tuning}, {"seeds.reporting", p.Seeds.Reporting}} {
		for i, s := range part.seeds {
			if before, taken := where[s]; taken {
				return invalid(fmt.Sprintf("%s[%d]", part.path, i), "seed %d stands in %s, too", s, before)
			}
			where[s] = part.path
		}
	}
	if p.Tuned != nil {
		for _, s := range p.Tuned.Seeds {
			if slices.Contains(p.Seeds.Reporting, s) {
				return invalid("seeds.reporting", "seed %d was tuned on: report other seeds", s)
			}
		}
	}
	return nil
}

func (p *Plan) validateMetrics() error {
	if len(p.Metrics) == 0 {
		return invalid("metrics", "is empty")
	}
	seen := make(map[string]bool)
	for i, m := range p.Metrics {
		path := fmt.Sprintf("metrics[%d]", i)
		switch {
		case m.Name == "":
			return invalid(path+".name", "is empty")
		case seen[m.Name]:
			return invalid(path+".name", "%q is there twice", m.Name)
		case m.Better != "lower" && m.Better != "higher":
			return invalid(path+".better", "is %q, want lower or higher", m.Better)
		}
		seen[m.Name] = true
		for k, name := range m.OptimizedBy {
			if !slices.ContainsFunc(p.Arms, func(a Arm) bool { return a.Name == name }) {
				return invalid(fmt.Sprintf("%s.optimized_by[%d]", path, k), "%q names no arm", name)
			}
		}
	}
	return nil
}

// expand returns the arms with each grid replaced by an arm for each of its
// points, named by the settings that differ.
func (p *Plan) expand() []Arm {
	var arms []Arm
	for _, a := range p.Arms {
		points := []Arm{{Name: a.Name, Settings: a.Settings}}
		for _, key := range slices.Sorted(maps.Keys(a.Grid)) {
			var next []Arm
			for _, point := range points {
				for _, value := range a.Grid[key] {
					settings := maps.Clone(point.Settings)
					if settings == nil {
						settings = make(Settings)
					}
					settings[key] = value
					name := fmt.Sprintf("%s [%s=%s]", point.Name, key, bare(value))
					next = append(next, Arm{Name: strings.Replace(name, "] [", ", ", 1), Settings: settings})
				}
			}
			points = next
		}
		arms = append(arms, points...)
	}
	return arms
}

// bare returns the text of a JSON value as names show it: a string without its quotes.
func bare(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}

// merged returns the settings of an arm, and those of the plan that the arm does not set.
func (p *Plan) merged(a Arm) Settings {
	all := maps.Clone(p.Settings)
	if all == nil {
		all = make(Settings)
	}
	maps.Copy(all, a.Settings)
	return all
}

// family returns the name of the plan's arm that an expanded arm stands for.
func family(name string) string {
	base, _, _ := strings.Cut(name, " [")
	return base
}

// isFinite reports whether v is a number that evidence can be made of: differences and deviations
// of such numbers are finite, too.
func isFinite(v float64) bool { return math.Abs(v) <= 1e300 }

// LeastP returns the least p-value after Holm's correction that a comparison of the plan can
// have: the arm is better with every seed. If it is above [Significance], the plan has too few
// reporting seeds for its number of comparisons, and no verdict is possible.
func (p *Plan) LeastP() float64 {
	comparisons := 0
	for _, a := range p.expand() {
		if a.Name == p.Baseline {
			continue
		}
		for _, m := range p.Metrics {
			if !slices.Contains(m.OptimizedBy, family(a.Name)) {
				comparisons++
			}
		}
	}
	return min(1, float64(comparisons)*math.Pow(2, float64(1-len(p.Seeds.Reporting))))
}

// Write writes the plan as Parse reads it.
func (p *Plan) Write(w io.Writer) error {
	if _, err := w.Write(encode(p)); err != nil {
		return fmt.Errorf("study: writing the plan: %w", err)
	}
	return nil
}
