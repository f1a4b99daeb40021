package study

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noise is a runner whose metrics are normal numbers, moved by the setting shift.
// Runs with equal seeds share half of their noise.
type noise struct {
	runs    atomic.Int64
	mu      sync.Mutex
	running map[string]int
	during  func() // called while a unit runs
}

func (r *noise) Check(u Unit) error {
	for key := range u.Settings {
		if key != "shift" && key != "name" {
			return fmt.Errorf("no setting %q", key)
		}
	}
	return nil
}

func (r *noise) Run(ctx context.Context, u Unit, dir string) (*Outcome, error) {
	h := u.Hash()
	r.mu.Lock()
	if r.running == nil {
		r.running = make(map[string]int)
	}
	r.running[h]++
	twice := r.running[h] > 1
	r.mu.Unlock()
	if twice {
		return nil, errors.New("runs twice at once")
	}
	defer func() {
		r.mu.Lock()
		r.running[h]--
		r.mu.Unlock()
	}()
	r.runs.Add(1)
	if r.during != nil {
		r.during()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var shift float64
	if s := u.Settings["shift"]; s != nil {
		if err := json.Unmarshal(s, &shift); err != nil {
			return nil, err
		}
	}
	shared := rand.New(rand.NewPCG(u.Seed, 0))
	var own uint64
	fmt.Sscanf(u.Hash()[:8], "%x", &own)
	private := rand.New(rand.NewPCG(u.Seed, own))
	o := &Outcome{Metrics: make(map[string]float64)}
	for k := range 5 {
		o.Metrics[fmt.Sprint("m", k)] = shift + shared.NormFloat64() + private.NormFloat64()
	}
	curve := Curve{Name: "loss"}
	for step := 10; step <= 50; step += 10 {
		curve.Steps = append(curve.Steps, step)
		curve.Values = append(curve.Values, 100/float64(step)+shift+0.1*private.NormFloat64())
	}
	o.Curves = []Curve{curve}
	return o, os.WriteFile(filepath.Join(dir, SamplesFile), onePixel, 0o666)
}

// onePixel is a PNG file.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82")

func plan(t *testing.T, seeds int, arms string) *Plan {
	t.Helper()
	var list []string
	for i := range seeds {
		list = append(list, fmt.Sprint(100+i))
	}
	p, err := Parse(strings.NewReader(fmt.Sprintf(`{
		"title": "Noise", "baseline": "plain", "arms": [{"name": "plain"}, %s],
		"seeds": {"tuning": [1, 2, 3], "reporting": [%s]},
		"metrics": [{"name": "m0", "better": "lower"}, {"name": "m1", "better": "lower"}, {"name": "m2", "better": "higher"},
			{"name": "m3", "better": "lower"}, {"name": "m4", "better": "lower"}]
	}`, arms, strings.Join(list, ","))))
	require.NoError(t, err)
	return p
}

func run(t *testing.T, dir string, p *Plan, r Runner, part Part) *Store {
	t.Helper()
	s, err := Create(dir, p)
	require.NoError(t, err)
	require.NoError(t, s.Run(t.Context(), p.Units(part), r, Options{Workers: 4}))
	return s
}

func TestStudyFindsWhatIsThere(t *testing.T) {
	p := plan(t, 12, `{"name": "lower", "settings": {"shift": -8}}`)
	s := run(t, t.TempDir()+"/s", p, new(noise), Test)
	e, err := s.Report(true)
	require.NoError(t, err)
	require.Len(t, e.Compared, 5)
	for _, c := range e.Compared {
		want := Better
		if c.Metric == "m2" { // of which more is better
			want = Worse
		}
		require.Equal(t, want, c.Verdict, c.Metric)
		require.Equal(t, 12, c.N)
		require.InDelta(t, -8, c.Difference, 2)
		require.True(t, c.Low < c.Difference && c.Difference < c.High)
	}
	for _, name := range []string{"results.csv", "evidence.json", "report.html"} {
		data, err := os.ReadFile(filepath.Join(s.Path(), name))
		require.NoError(t, err)
		require.NotEmpty(t, data)
	}
	page, err := os.ReadFile(filepath.Join(s.Path(), "report.html"))
	require.NoError(t, err)
	for _, want := range []string{`class="better"`, `class="worse"`, "Learning curves", "seed 100", "<h2>Cost</h2>"} {
		require.Contains(t, string(page), want)
	}
	rows, err := os.ReadFile(filepath.Join(s.Path(), "results.csv"))
	require.NoError(t, err)
	require.Equal(t, 1+2*12*5, strings.Count(string(rows), "\n"))
}

// TestStudyFindsNothingWhereNothingIs checks that arms that differ in name alone get a verdict
// no more often than the significance level allows.
func TestStudyFindsNothingWhereNothingIs(t *testing.T) {
	const studies = 200
	var before, after int
	for k := range studies {
		table := &outcomes{seeds: make([]uint64, 10), byArm: make(map[string][]*Outcome)}
		p := plan(t, 10, `{"name": "other", "settings": {"name": 1}}`)
		r := new(noise)
		for _, u := range p.Units(Test) {
			u.Seed += uint64(1000 * (k + 1))
			o, err := r.Run(t.Context(), u, t.TempDir())
			require.NoError(t, err)
			table.byArm[u.Arm] = append(table.byArm[u.Arm], o)
		}
		e := newEvidence(p, table, 0)
		some := false
		for _, c := range e.Compared {
			if c.P < Significance {
				before++
			}
			some = some || c.Verdict != Undecided
		}
		if some {
			after++
		}
	}
	t.Logf("%d of %d comparisons differ before correction, %d of %d studies after it", before, 5*studies, after, studies)
	require.LessOrEqual(t, before, 5*studies/20+3*7) // three standard deviations above the expected number
	require.LessOrEqual(t, after, studies/20)
}

// A study that is stopped at random, again and again, ends with the same bytes.
func TestStoppedStudyEndsTheSame(t *testing.T) {
	p := plan(t, 10, `{"name": "a", "settings": {"shift": 1}}, {"name": "b", "settings": {"shift": 2}}`)
	whole := run(t, t.TempDir()+"/whole", p, new(noise), Test)
	_, err := whole.Report(false)
	require.NoError(t, err)

	dir := t.TempDir() + "/stopped"
	s, err := Create(dir, p)
	require.NoError(t, err)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		r := &noise{}
		r.during = func() {
			if r.runs.Load() == 4 {
				cancel()
			}
		}
		require.ErrorIs(t, s.Run(ctx, p.Units(Test), r, Options{Workers: 3}), context.Canceled)
	}
	last := new(noise)
	require.NoError(t, s.Run(t.Context(), p.Units(Test), last, Options{}))
	require.Less(t, last.runs.Load(), int64(30)) // units that were done are not run again
	_, err = s.Report(false)
	require.NoError(t, err)
	for _, name := range []string{"results.csv", "evidence.json", "report.html"} {
		want, err := os.ReadFile(filepath.Join(whole.Path(), name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), name)
	}
}

// Processes that share a folder share the work; flock keeps one unit to one of
// them, as it does between two open files of one process.
func TestSharedFolderRunsEachUnitOnce(t *testing.T) {
	p := plan(t, 10, `{"name": "a", "settings": {"shift": 1}}`)
	s, err := Create(t.TempDir()+"/s", p)
	require.NoError(t, err)
	r := &noise{during: func() { time.Sleep(time.Millisecond) }}
	var wg sync.WaitGroup
	errs := make([]error, 3)
	for k := range errs {
		wg.Go(func() {
			other, err := Open(s.Path())
			if err == nil {
				err = other.Run(t.Context(), p.Units(Test), r, Options{Workers: 2})
			}
			errs[k] = err
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, int64(20), r.runs.Load())
}

func TestFailedUnitDoesNotStopOthers(t *testing.T) {
	p := plan(t, 4, `{"name": "a", "settings": {"shift": "far"}}`)
	s, err := Create(t.TempDir()+"/s", p)
	require.NoError(t, err)
	reports := 0
	err = s.Run(t.Context(), p.Units(Test), new(noise), Options{Workers: 2, Report: func(done, total int, u Unit, err error) {
		reports++
		require.Equal(t, reports, done)
		require.Equal(t, 8, total)
	}})
	require.ErrorContains(t, err, "study: arm a, seed 100: json: cannot unmarshal string")
	require.Equal(t, 8, reports)
	e, err := s.Evidence()
	require.NoError(t, err)
	require.Equal(t, 4, e.Missing)
	require.Equal(t, Missing, e.Compared[0].Verdict)

	// What is missing is shown as such, not as a difference of 0; and four pairs decide nothing.
	require.Regexp(t, "m0 +a +– +– +– +– +– +missing\n", e.String())
	_, err = s.Report(false)
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(s.Path(), "report.html"))
	require.NoError(t, err)
	require.NotContains(t, string(page), "+0 missing")
	require.Contains(t, string(page), "no comparison can get a corrected p below")
}

func TestTune(t *testing.T) {
	p := plan(t, 6, `{"name": "a", "grid": {"shift": [3, -5, 1]}}`)
	s := run(t, t.TempDir()+"/s", p, new(noise), Validation)
	tuned, points, err := s.Tune("m0")
	require.NoError(t, err)
	require.Equal(t, Arm{Name: "a", Settings: Settings{"shift": json.RawMessage("-5")}}, tuned.Arms[1])
	require.Len(t, points, 4)
	require.Equal(t, "plain", points[0].Arm)
	for i, shift := range []float64{3, -5, 1} {
		require.InDelta(t, points[0].Mean+shift, points[1+i].Mean, 3, points[1+i].Arm)
		require.Equal(t, 3, points[1+i].N)
	}
	require.Equal(t, &Tuned{Metric: "m0", Seeds: []uint64{1, 2, 3}, Chosen: map[string]Settings{"a": {"shift": json.RawMessage("-5")}}}, tuned.Tuned)
	again, err := Parse(bytes.NewReader(encode(tuned)))
	require.NoError(t, err)
	again.Seeds.Reporting[0] = 2
	require.EqualError(t, again.Validate(), "study: the plan: seeds.reporting: seed 2 was tuned on: report other seeds")
	_, _, err = s.Tune("m9")
	require.EqualError(t, err, `study: tuning: the plan has no metric "m9"`)
}

// The verdict has the sign of the test that decides it. Nine of these ten pairs gain,
// yet most values of the arm are below most of the baseline's.
func TestVerdictAgreesWithItsTest(t *testing.T) {
	baseline := []float64{0, 1, 2, 3, 4, 5, 6, 20, 1000, 2000}
	arm := []float64{0.125, 1.25, 2.375, 3.5, 4.625, 5.75, 6.875, -20, 1100, 2200}
	p := plan(t, len(arm), `{"name": "arm"}`)
	p.Metrics = []Metric{{Name: "m", Better: "higher"}}
	table := &outcomes{seeds: p.Seeds.Reporting, byArm: make(map[string][]*Outcome)}
	for i := range arm {
		table.byArm["plain"] = append(table.byArm["plain"], &Outcome{Metrics: map[string]float64{"m": baseline[i]}})
		table.byArm["arm"] = append(table.byArm["arm"], &Outcome{Metrics: map[string]float64{"m": arm[i]}})
	}
	c := newEvidence(p, table, 0).Compared[0]
	require.Less(t, c.Holm, Significance)
	require.Negative(t, c.Delta)
	require.Positive(t, c.Difference)
	require.Equal(t, Better, c.Verdict)
}

// A unit whose curve has steps without values fails, instead of the report.
func TestUnevenCurveFailsItsUnit(t *testing.T) {
	p := plan(t, 2, `{"name": "arm"}`)
	s, err := Create(t.TempDir()+"/s", p)
	require.NoError(t, err)
	u := p.Units(Test)[0]
	require.NoError(t, os.MkdirAll(s.path(unitsFolder), 0o777))
	dir, err := s.begin(u)
	require.NoError(t, err)
	err = s.finish(u, dir, &Outcome{Curves: []Curve{{Name: "loss", Steps: []int{1, 2}, Values: []float64{3}}}}, Cost{})
	require.EqualError(t, err, "study: unit plain with seed 100: curve loss has 2 steps and 1 values")
	require.False(t, s.Done(u))
	require.EqualError(t, s.finish(u, dir, nil, Cost{}), "study: unit plain with seed 100: its runner returned no outcome")
}

// Processes of an array job start at once, and each makes the folder unless it is there.
func TestCreateInSeveralProcessesAtOnce(t *testing.T) {
	p := plan(t, 2, `{"name": "a"}`)
	for round := range 20 {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(round))
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { _, errs[i] = Create(dir, p) })
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
	}
}

func TestCreateRefusesAnotherPlan(t *testing.T) {
	dir := t.TempDir() + "/s"
	_, err := Create(dir, plan(t, 2, `{"name": "a"}`))
	require.NoError(t, err)
	_, err = Create(dir, plan(t, 2, `{"name": "a"}`))
	require.NoError(t, err)
	_, err = Create(dir, plan(t, 3, `{"name": "a"}`))
	require.ErrorContains(t, err, "holds another plan: choose another folder")
	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "x"), nil, 0o666))
	_, err = Create(other, plan(t, 2, `{"name": "a"}`))
	require.ErrorContains(t, err, "holds something else")
	_, err = Open(other)
	require.ErrorContains(t, err, "holds no study (no plan.json in it)")
}

func TestDamagedUnitIsNamed(t *testing.T) {
	p := plan(t, 2, `{"name": "a", "settings": {"shift": 1}}`)
	s := run(t, t.TempDir()+"/s", p, new(noise), Test)
	u := p.Units(Test)[0]
	require.NoError(t, os.WriteFile(s.path(unitsFolder, u.Hash(), outcomeFile), []byte("{"), 0o666))
	_, err := s.Evidence()
	require.ErrorContains(t, err, "study: unit plain with seed 100: ")
	require.ErrorContains(t, err, "remove its folder to run it again")
}
