package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/trial"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/study"
)

const tiny = `{
	"title": "tiny", "baseline": "VAE",
	"settings": {"data": "embedded:120", "batch_size": 16, "max_steps": 2, "model": {"n_latent": 2}, "measure": {"points": 18, "neighbors": 2}},
	"arms": [{"name": "VAE"}, {"name": "deaths", "grid": {"topo": ["deaths0@samples=0.1", "deaths0@samples=1"]}}],
	"seeds": {"tuning": [1, 2], "reporting": [11, 12, 13, 14]},
	"metrics": [{"name": "bce", "better": "lower"}, {"name": "recall", "better": "higher"}]
}`

func write(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return path
}

// call runs the program and returns its standard output.
func call(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout bytes.Buffer
	err := program(t.Context(), args, &stdout, io.Discard)
	return stdout.String(), err
}

func mustCall(t *testing.T, args ...string) string {
	t.Helper()
	out, err := call(t, args...)
	require.NoError(t, err)
	return out
}

// Without -output a study is in a folder that is named as its plan, so that the same command goes on.
func TestFolderIsNamedAsThePlan(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("mine.json", []byte(tiny), 0o600))
	folder := filepath.Join("runs", "mine")
	require.Equal(t, "units are in "+folder+"; go on with: study tune "+folder+" -metric NAME\n", mustCall(t, "run", "mine.json", "-tuning"))
	require.FileExists(t, filepath.Join(folder, "plan.json"))
}

func TestTuneAndReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tuning")
	mustCall(t, "run", write(t, tiny), "-output", dir, "-tuning")
	chosen := filepath.Join(t.TempDir(), "tuned.json")
	mustCall(t, "tune", dir, "-metric", "bce", "-output", chosen)
	data, err := os.ReadFile(chosen)
	require.NoError(t, err)
	require.Contains(t, string(data), `"tuned"`)
	require.NotContains(t, string(data), `"grid"`)

	final := filepath.Join(t.TempDir(), "final")
	out := mustCall(t, "run", chosen, "-output", final)
	require.Contains(t, out, "tiny: 4 seeds\n")
	require.Contains(t, out, "report: ")
	page, err := os.ReadFile(filepath.Join(final, "report.html"))
	require.NoError(t, err)
	for _, want := range []string{"Settings were chosen by bce on validation data with 2 other seeds", "<h2>Samples</h2>", "<h2>Learning curves</h2>"} {
		require.Contains(t, string(page), want)
	}
	require.Contains(t, mustCall(t, "report", final), "deaths")
}

// Data that cannot be opened make all units fail: the reason is given once.
func TestSharedReasonIsGivenOnce(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "words.csv")
	require.NoError(t, os.WriteFile(table, []byte("a,b\n1,x\n"), 0o600))
	plan := write(t, strings.Replace(tiny, "embedded:120", table, 1))
	var stderr bytes.Buffer
	err := program(t.Context(), []string{"run", plan, "-output", filepath.Join(dir, "study")}, io.Discard, &stderr)
	require.EqualError(t, err, "12 of 12 units failed, the others are kept; units that failed for a reason given above are not listed again")
	require.Equal(t, 1, strings.Count(stderr.String(), `"x" is not a number`), stderr.String())
}

// Shards without a common process make the same study.
func TestShards(t *testing.T) {
	plan := write(t, tiny)
	whole, parts := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "parts")
	mustCall(t, "run", plan, "-output", whole)
	mustCall(t, "run", plan, "-output", parts, "-shards", "2", "-shard", "0")
	t.Setenv("SLURM_ARRAY_TASK_ID", "1")
	mustCall(t, "run", "-output", parts, "-shards", "2")
	require.Equal(t, reports(t, whole), reports(t, parts))
}

// A folder that began with another meaning of settings is reported, but no unit is added.
func TestOtherVersionIsRefused(t *testing.T) {
	plan, dir := write(t, tiny), filepath.Join(t.TempDir(), "s")
	mustCall(t, "run", plan, "-output", dir)
	mustCall(t, "run", plan, "-output", dir)
	file := filepath.Join(dir, "plan.json")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	version := fmt.Sprintf("  \"version\": %d", trial.Version)
	require.Contains(t, string(text), version)
	for old, want := range map[string]string{
		`  "version": 1000`: "version: is 1000, but settings have the meaning of version",
		`  "version": 0`:    "plan.json: the version of its settings is 0, but here it is", // from before versions
	} {
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), version, old, 1)), 0o666))
		_, err := call(t, "run", "-output", dir)
		require.ErrorContains(t, err, want)
		_, err = call(t, "run", plan, "-output", dir)
		require.ErrorContains(t, err, "the version of its settings is")
		require.Contains(t, mustCall(t, "report", dir), "deaths")
	}
}

// reports returns what a study without costs reports.
func reports(t *testing.T, dir string) map[string]string {
	mustCall(t, "report", dir, "-costs=false")
	files := make(map[string]string)
	for _, name := range []string{"results.csv", "evidence.json", "report.html"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		files[name] = string(data)
	}
	return files
}

// A process that is killed at random, five times, leaves a study that ends as if it had
// not been.
func TestKilledStudyEndsTheSame(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "study")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	plan := write(t, tiny)
	whole, killed := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "killed")
	mustCall(t, "run", plan, "-output", whole)
	random := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		cmd := exec.Command(binary, "run", plan, "-output", killed)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(50+random.IntN(300)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
	}
	mustCall(t, "run", plan, "-output", killed)
	require.Equal(t, reports(t, whole), reports(t, killed))
	entries, err := os.ReadDir(filepath.Join(killed, "units"))
	require.NoError(t, err)
	for _, e := range entries {
		require.False(t, strings.HasSuffix(e.Name(), ".partial"), e.Name())
	}
}

// Every plan that comes with the program has settings that make configurations.
func TestPlansAreWhole(t *testing.T) {
	entries, err := plans.ReadDir("plans")
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	list := mustCall(t, "plans")
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ending)
		require.Contains(t, list, name)
		p, err := findPlan(name)
		require.NoError(t, err)
		require.LessOrEqual(t, p.LeastP(), study.Significance, "%s has too few seeds to decide anything", name)
		runner := &trial.Runner{Open: openData}
		for _, u := range append(p.Units(study.Test), p.Units(study.Validation)...) {
			require.NoError(t, runner.Check(u), "%s: %s", name, u.Arm)
		}
		require.NoError(t, runner.CheckPlan(p), name)
		require.Contains(t, mustCall(t, "show", name), p.Title)
	}
}

// Flags make a plan that runs, for data of the user.
func TestNewPlan(t *testing.T) {
	t.Chdir(t.TempDir())
	var rows strings.Builder
	rows.WriteString("a,b,c,kind\n")
	for i := range 120 {
		fmt.Fprintf(&rows, "%d,%d,%d,%c\n", i%7, i*i%11, i%5, 'x'+rune(i%2))
	}
	require.NoError(t, os.WriteFile("table.csv", []byte(rows.String()), 0o666))
	mustCall(t, "new", "-data", "table.csv", "-set", "data_options.label=kind", "-set", "measure.points=16", "-set", "measure.neighbors=2", "-set", "max_steps=3", "-set", "batch_size=16",
		"-arm", "plain", "-arm", "sig: topo=signature@latent=1; learning_rate=0.01", "-metric", "continuity", "-metric", "nll", "-seeds", "3", "-tuning", "1", "-output", "plan.json")
	p, err := findPlan("plan.json")
	require.NoError(t, err)
	require.Equal(t, "plain", p.Baseline)
	require.JSONEq(t, `{"points": 16, "neighbors": 2}`, string(p.Settings["measure"]))
	require.Equal(t, `"signature@latent=1"`, string(p.Arms[1].Settings["topo"]))
	require.Equal(t, []study.Metric{{Name: "continuity", Better: "higher"}, {Name: "nll", Better: "lower"}}, p.Metrics)
	require.Equal(t, study.Seeds{Tuning: []uint64{104}, Reporting: []uint64{101, 102, 103}}, p.Seeds)
	require.Contains(t, mustCall(t, "run", "plan.json", "-output", "s"), "A study of table.csv: 3 seeds")
	require.Contains(t, mustCall(t, "new", "-arm", "a", "-arm", "b:max_steps=2", "-data", "x"), `"data": "x"`)
}

func TestEmit(t *testing.T) {
	script := mustCall(t, "emit", "slurm", "-plan", "circle", "-dir", "/s", "-shards", "3", "-tuning")
	require.Contains(t, script, "--array=0-2")
	require.Contains(t, script, "study run circle -output /s -shards 3 -workers 1 -tuning")
	require.Contains(t, mustCall(t, "emit", "kubernetes", "-dir", "/s", "-image", "i", "-claim", "c"), "kind: Job")
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"walk"}, `no command "walk"`},
		{[]string{"run", "circel", "-output", "x"}, `no plan "circel": study plans lists`},
		{[]string{"run", strings.Repeat("x", 300) + ".json", "-output", "x"}, "file name too long"},
		{[]string{"run"}, "a plan or -output, the folder of a study, is needed"},
		{[]string{"run", "-output", "/nonexistent"}, "holds no study"},
		{[]string{"run", "early-bce", "-output", "x", "-tuning"}, "the plan has no tuning seeds"},
		{[]string{"run", "early-bce", "-output", "x", "-workers", "-1"}, "-workers is -1"},
		{[]string{"run", "early-bce", "-output", "x", "-shards", "2"}, "the index of this machine is -1 of 2"},
		{[]string{"run", "early-bce", "-output", "x", "-shards", "2", "-shard", "2"}, "the index of this machine is 2 of 2"},
		{[]string{"run", "early-bce", "extra", "-output", "x"}, `unexpected argument "extra"`},
		{[]string{"report"}, "which study?"},
		{[]string{"new", "-arm", "a"}, "arms: has 1 arms"},
		{[]string{"new", "-arm", "a", "-arm", "b:lr=3"}, `arms[1].settings.lr: there is no setting "lr"`},
		{[]string{"new", "-arm", "a", "-arm", "b:lr"}, `-arm b: a setting is "lr", want key=value`},
		{[]string{"new", "-arm", "a", "-arm", "b", "-metric", "beauty"}, `metrics[0].name: "beauty" is not a metric`},
		{[]string{"new", "-arm", "a", "-arm", "b", "-seeds", "0"}, "-seeds is 0"},
		{[]string{"tune", "x"}, "-metric are needed"},
		{[]string{"emit", "cron", "-dir", "x"}, `"cron" is not a scheduler`},
		{[]string{"emit", "kubernetes", "-dir", "x"}, "needs an image"},
		{[]string{"show"}, "which plan?"},
	} {
		t.Chdir(t.TempDir())
		_, err := call(t, c.args...)
		require.ErrorContains(t, err, c.want)
		var usage cli.UsageError
		require.ErrorAs(t, err, &usage, c.args)
	}
	require.Contains(t, mustCall(t), "Commands:")
}
