package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/gif"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data/cloud"
	"github.com/topogen/topogen/experiment/synth"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph/input"
)

// call runs the program and returns its exit code and what it wrote.
func call(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Report("synth", program(ctx, args, &out, &errs), &errs)
	return code, out.String(), errs.String()
}

func TestExperimentWritesEverything(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	code, stdout, stderr := call(t, context.Background(), "2", "-steps", "120", "-frames", "50", "-seed", "3", "-output", out)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "120 steps")
	require.Contains(t, stdout, "4 clusters")

	var c synth.Config
	data, err := os.ReadFile(filepath.Join(out, "config.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &c))
	want, err := synth.Experiment(2, 3)
	require.NoError(t, err)
	want.Steps, want.FrameEvery = 120, 50
	require.Equal(t, want, c)

	pictures := []string{"start-cloud.png", "end-cloud.png", "true-cloud.png",
		"start-diagrams.png", "end-diagrams.png", "true-diagrams.png", "loss.png", "loss-bottleneck0.png", "loss-push0.png"}
	for _, name := range pictures {
		f, err := os.Open(filepath.Join(out, name))
		require.NoError(t, err)
		picture, err := png.Decode(f)
		require.NoError(t, err, name)
		require.Greater(t, picture.Bounds().Dx(), 300, name)
		require.NoError(t, f.Close())
	}
	f, err := os.Open(filepath.Join(out, "motion.gif"))
	require.NoError(t, err)
	defer f.Close()
	motion, err := gif.DecodeAll(f)
	require.NoError(t, err)
	require.Len(t, motion.Image, 4, "steps 0, 50, 100 and 120")

	start, err := cloud.Read(filepath.Join(out, "start-cloud.json"))
	require.NoError(t, err)
	require.Equal(t, want.Start, start)
	asText, err := cloud.Read(filepath.Join(out, "end-cloud.csv"))
	require.NoError(t, err)
	end, err := cloud.Read(filepath.Join(out, "end-cloud.json"))
	require.NoError(t, err)
	require.Equal(t, end, asText)
	require.NotEqual(t, start, end)
	aim, err := input.ReadDiagramsFile(filepath.Join(out, "true-diagrams.json"), nil)
	require.NoError(t, err)
	require.Equal(t, synth.Count{Clusters: 4}, synth.CountLonger(aim, c.Gap))
	require.FileExists(t, filepath.Join(out, "end-diagrams.csv"))

	table, err := os.ReadFile(filepath.Join(out, "metrics.csv"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")
	require.Equal(t, "step,loss,bottleneck0,bottleneck1,push0", lines[0])
	require.Len(t, lines, 1+120)
	report, err := os.ReadFile(filepath.Join(out, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(report), "data:image/gif")
	require.GreaterOrEqual(t, strings.Count(string(report), "<img "), 1+len(pictures))

	// The same folder again is refused, and nothing in it changes.
	before := read(t, out)
	code, _, stderr = call(t, context.Background(), "2", "-output", out)
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "already holds a run")
	require.Equal(t, before, read(t, out))
}

// TestInterruptedRunResumes: a run that was stopped and went on writes the same
// files as one that was not.
func TestInterruptedRunResumes(t *testing.T) {
	folder := t.TempDir()
	whole, parts := filepath.Join(folder, "whole"), filepath.Join(folder, "parts")
	settings := []string{"3", "-frames", "7", "-entropy-delta0", "0.01", "-topo-weights", "1,1,0.5,0,0,0,0"}
	code, _, stderr := call(t, context.Background(), append(settings, "-steps", "90", "-output", whole)...)
	require.Zero(t, code, stderr)

	code, _, stderr = call(t, context.Background(), append(settings, "-steps", "40", "-output", parts)...)
	require.Zero(t, code, stderr)
	ctx, cancel := context.WithCancel(context.Background())
	progress := &cancelOn{text: "moving: 40 of 90", cancel: cancel}
	code = cli.Report("synth", program(ctx, []string{"-output", parts, "-resume", "-steps", "90"}, io.Discard, progress), progress)
	require.Equal(t, 130, code)
	stderr = progress.String()
	require.Contains(t, stderr, "interrupted after 40 of 90 steps, saved; go on with: synth -output "+parts+" -resume")
	code, stdout, stderr := call(t, context.Background(), "-output", parts, "-resume")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "90 steps")
	want, got := read(t, whole), read(t, parts)
	delete(got, "checkpoint-before.safetensors") // of the stop
	require.Equal(t, want, got)
}

// cancelOn keeps what is written and cancels a context when it meets a text.
type cancelOn struct {
	bytes.Buffer
	text   string
	cancel context.CancelFunc
}

func (c *cancelOn) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(c.text)) {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

func TestAllResumes(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	code, _, stderr := call(t, ctx, "all", "-steps", "3", "-seed", "4", "-output", out)
	require.Equal(t, 130, code, stderr)
	require.Contains(t, stderr, "interrupted before the first step; go on with: synth all -output "+out+" -resume")
	code, stdout, stderr := call(t, context.Background(), "all", "-steps", "5", "-output", out, "-resume")
	require.Zero(t, code, stderr)
	require.Equal(t, 3, strings.Count(stdout, "5 steps"))
	require.FileExists(t, filepath.Join(out, "synth-3", "report.html"))
	config, err := os.ReadFile(filepath.Join(out, "synth-3", "config.json"))
	require.NoError(t, err)
	require.Contains(t, string(config), `"seed": 4`)
}

func TestOwnClouds(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "points.csv")
	require.NoError(t, os.WriteFile(text, []byte("x,y\n0,0\n1,0\n0,1\n3,3\n"), 0o600))
	aim := filepath.Join(folder, "aim.json")
	require.NoError(t, os.WriteFile(aim, []byte(`[{"degree":0,"bars":[[0,2],[0,null]]}]`), 0o600))
	ofRips := filepath.Join(folder, "rips.json")
	require.NoError(t, os.WriteFile(ofRips, []byte(`{"points":2,"modulus":2,"diagrams":[{"degree":0,"bars":[[0,2],[0,null]],"simplices":[[[1],[0,1]],[[0],null]]}]}`), 0o600))
	for name, args := range map[string][]string{
		"shapes":     {"-point-cloud", "square,n=20", "-true-point-cloud", "circle,n=20,noise=0.05"},
		"space":      {"-point-cloud", "sphere,n=16", "-true-point-cloud", "torus,n=30", "-topo-weights", "1,1,1,1,1,1,1"},
		"literal":    {"-point-cloud", "[[0,0],[1,0],[0,1]]", "-true-point-cloud", "[[0,0],[5,0]]"},
		"diagram":    {"-point-cloud", text, "-true-diagram", aim},
		"of rips":    {"-point-cloud", text, "-true-diagram", ofRips},
		"line":       {"-point-cloud", "[[0],[1],[5]]", "-true-diagram", aim},
		"override":   {"1", "-point-cloud", "clusters:4,n=24,scale=9"},
		"spread":     {"1", "-gradient", "interpolate(bandwidth=2)"},
		"degree 0":   {"2", "-topo-weights", "1,0,0,0,0,0,0", "-push=false"},
		"decay":      {"2", "-optimizer", "adamw"},
		"one point":  {"-point-cloud", "[[1,2]]", "-true-point-cloud", "[[1,2]]"},
		"two points": {"-point-cloud", "[[1,2],[1,2]]", "-true-point-cloud", "circle,n=5"},
		"attract":    {"1", "-attract"},
		"terms":      {"1", "-topo", "bottleneck0=1,dsigma0=2(sigma=0.1)"},
		"window":     {"1", "-window", "original", "-gap", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "run")
			code, stdout, stderr := call(t, context.Background(), append(args, "-steps", "4", "-frames", "2", "-output", out)...)
			require.Zero(t, code, stderr)
			require.Contains(t, stdout, "4 steps")
			require.FileExists(t, filepath.Join(out, "motion.gif"))
			require.FileExists(t, filepath.Join(out, "report.html"))
		})
	}
}

func read(t *testing.T, folder string) map[string]string {
	files := make(map[string]string)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Name() == ".lock" { // it holds the number of the last process
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		require.NoError(t, err)
		files[e.Name()] = string(data)
	}
	return files
}

func TestMistakesAreOneLineAndWriteNothing(t *testing.T) {
	empty := t.TempDir()
	broken := filepath.Join(empty, "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"bars":1}`), 0o600))
	write := func(name, text string) string {
		path := filepath.Join(empty, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	backwards := filepath.Join(empty, "backwards.json")
	require.NoError(t, os.WriteFile(backwards, []byte(`[{"degree":1,"bars":[[2,1]]}]`), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "nothing to do: name an experiment"},
		{[]string{"4"}, `no experiment "4": say 1, 2, 3 or all, or give -point-cloud`},
		{[]string{"everything"}, `no experiment "everything"`},
		{[]string{"1", "2"}, `unexpected argument "2"`},
		{[]string{"1", "-colour", "red"}, "-colour"},
		{[]string{"1", "-topo-weights", "1,2"}, "2 numbers, want 7"},
		{[]string{"1", "-topo-weights", "0,0,0,0,0,0,0", "-push=false"}, "nothing would move"},
		{[]string{"1", "-steps", "0"}, "steps is 0, must be at least 1"},
		{[]string{"all", "-steps", "-3"}, "steps is -3"},
		{[]string{"1", "-learning-rate", "NaN"}, "learning-rate is NaN, must be positive"},
		{[]string{"1", "-optimizer", "newton"}, `optimizer is "newton", must be adam, adamw or sgd`},
		{[]string{"1", "-frames", "-1"}, "frames is -1"},
		{[]string{"1", "-gap", "-1"}, "gap is -1"},
		{[]string{"1", "-gap", "inf"}, "gap is +Inf"},
		{[]string{"1", "-window=-inf,inf,0,1"}, "window has a side from -Inf to +Inf"},
		{[]string{"-point-cloud", "circle,n=20000", "-true-point-cloud", "circle"}, "a cloud of 20000 points"},
		{[]string{"1", "-gradient", "average(bandwidth=-1)"}, "bandwidth"},
		{[]string{"1", "-topo", "bottleneck9=1"}, "bottleneck9"},
		{[]string{"1", "-topo", "bottleneck0@latent=1"}, "looks at latent"},
		{[]string{"1", "-topo", "none", "-topo-weights", "1,1,0,0,0,0,0"}, "-topo and -topo-weights both say"},
		{[]string{"1", "-gradient", "guess"}, "guess"},
		{[]string{"1", "-window", "1,2"}, "want auto, original, or four numbers"},
		{[]string{"1", "-window", "1,2,3,x"}, `"x" is not a number`},
		{[]string{"1", "-window", "2,1,0,1"}, "window from (2, 0) to (1, 1) has no area"},
		{[]string{"1", "-window", "NaN,1,0,1"}, "window from (NaN, 0) to (1, 1) has no area"},
		{[]string{"1", "-dsigma-sigma0", "0"}, "dsigma"},
		{[]string{"1", "-device", "abacus"}, `device "abacus": no such device`},
		{[]string{"-point-cloud", "circle"}, "neither a true cloud nor a true diagram"},
		{[]string{"-point-cloud", "nowhere.csv", "-true-point-cloud", "circle"}, "-point-cloud: "},
		{[]string{"-point-cloud", "circle,n=many", "-true-point-cloud", "circle"}, `option "n=many"`},
		{[]string{"-point-cloud", "[[1,2],[3]]", "-true-point-cloud", "circle"}, "point 1 has 1 coordinates"},
		{[]string{"-point-cloud", "[[1,2,3,4]]", "-true-point-cloud", "circle"}, "R^4"},
		{[]string{"1", "-true-diagram", filepath.Join(empty, "none.json")}, "none.json"},
		{[]string{"1", "-true-diagram", broken}, "broken.json: "},
		{[]string{"1", "-true-diagram", write("list.json", "[[0,1]]")}, "not a diagram like"},
		{[]string{"1", "-true-diagram", write("short.json", `[{"degree":0,"bars":[[0],[0,1,7]]}]`)}, "[0] are not two values"},
		{[]string{"1", "-attract", "-topo", "deaths0=1"}, "-attract has no effect without a bottleneck term"},
		{[]string{"1", "-attract", "-topo", "none"}, "-attract has no effect without a bottleneck term"},
		{[]string{"1", "-true-diagram", write("name.json", `[{"degre":0,"bars":[[0,1]]}]`)}, `unknown field "degre"`},
		{[]string{"1", "-true-diagram", write("two.json", `[{"degree":2,"bars":[[0,1]]}]`)}, "a true diagram of degree 2: degrees 0 and 1 are compared"},
		{[]string{"1", "-true-diagram", backwards}, "before its birth"},
		{[]string{"1", "-true-diagram", backwards, "-true-point-cloud", "circle"}, "two targets"},
		{[]string{"-resume"}, "-resume needs -output"},
		{[]string{"-resume", "-output", empty}, "holds no run to resume"},
	} {
		out := filepath.Join(t.TempDir(), "run")
		args := c.args
		if !strings.Contains(strings.Join(args, " "), "-resume") {
			args = append(args[:len(args):len(args)], "-output", out)
		}
		code, stdout, stderr := call(t, context.Background(), args...)
		require.Equal(t, 2, code, "%v: %s", c.args, stderr)
		require.Contains(t, stderr, c.want, "%v", c.args)
		require.True(t, strings.HasPrefix(stderr, "synth: "), stderr)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		require.Empty(t, stdout)
		require.NoDirExists(t, out, "%v", c.args)
	}
}

func TestWhatMayNotChange(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	code, _, stderr := call(t, context.Background(), "1", "-steps", "2", "-output", out)
	require.Zero(t, code, stderr)
	before := read(t, out)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-optimizer", "sgd"}, "-optimizer cannot change when a run resumes"},
		{[]string{"-entropy-delta0", "1"}, "-entropy-delta0 cannot change"},
		{[]string{"-point-cloud", "circle"}, "-point-cloud cannot change"},
		{[]string{"2"}, "the run in the -output folder is of its own experiment: leave out the 2 before -resume"},
		{[]string{"-steps", "1"}, "the run has made 2 steps already, more than the 1 asked for"},
	} {
		code, _, stderr := call(t, context.Background(), append(c.args, "-resume", "-output", out)...)
		require.Equal(t, 2, code, stderr)
		require.Contains(t, stderr, c.want)
		require.Equal(t, before, read(t, out))
	}
}

func TestDamagedFolderIsRefused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	code, _, stderr := call(t, context.Background(), "1", "-steps", "2", "-output", out)
	require.Zero(t, code, stderr)
	for _, c := range []struct{ file, text, want string }{
		{"metrics.csv", "", "metrics.csv: holds 0 whole rows, the checkpoint was written after 2"},
		{"config.json", "{}", "the cloud that moves has no points"},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(out, c.file), []byte(c.text), 0o600))
		code, _, stderr := call(t, context.Background(), "-resume", "-output", out)
		require.Equal(t, 2, code, stderr)
		require.Contains(t, stderr, c.want)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-help"}, {"1", "-help"}, {"-h"}} {
		code, stdout, _ := call(t, context.Background(), args...)
		require.Zero(t, code)
		for _, flag := range []string{"-point-cloud", "-true-point-cloud", "-true-diagram", "-topo-weights", "-steps", "-learning-rate",
			"-optimizer", "-seed", "-frames", "-window", "-device", "-push", "-attract", "-gradient", "-topo", "-output", "-resume",
			"-entropy-delta0", "-density-npoints"} {
			require.Regexp(t, "\n  "+flag+"[ \n]", stdout)
		}
		for _, shape := range cloud.Shapes() {
			name, _, _ := strings.Cut(shape, " ")
			require.Contains(t, stdout, name, "the synopsis names every shape")
		}
	}
}

// TestMemory: clouds whose distances take more than they may are refused.
func TestMemory(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	for args, want := range map[string]string{
		"-point-cloud disk,n=16384 -true-point-cloud circle,n=16384 -max-memory 8GB": "this needs at least 8.6 GB of memory, -max-memory allows 8 GB: give clouds of fewer points, or fewer -frames, or a greater -max-memory",
		"1 -frames 1 -steps 2000000000 -max-memory 8GB":                              "of memory, -max-memory allows 8 GB",
		"1 -max-memory 1KB": "of memory, -max-memory allows 1 KB",
	} {
		code, _, stderr := call(t, t.Context(), append(strings.Fields(args), "-output", out)...)
		require.Equal(t, 1, code, stderr)
		require.Contains(t, stderr, want)
		require.NoDirExists(t, out)
	}
}

// TestEveryTermEndsWithAReport: pictures need nothing that a term lacks.
func TestEveryTermEndsWithAReport(t *testing.T) {
	for _, terms := range []string{
		"bottleneck0=1(share=0.5)", "cross0=1,bottleneck1=1(balance=yes)", "energy=1", "signature=1(learn=no)", "none",
	} {
		out := filepath.Join(t.TempDir(), "run")
		code, _, stderr := call(t, t.Context(), "-point-cloud", "circle,n=9", "-true-point-cloud", "disk,n=9", "-topo", terms, "-steps", "3", "-frames", "1", "-output", out)
		require.Zero(t, code, "%s: %s", terms, stderr)
		require.FileExists(t, filepath.Join(out, "report.html"))
	}
	code, _, stderr := call(t, t.Context(), "1", "-topo", "bottleneck0=1(share=0.5)", "-push=false", "-steps", "3", "-output", filepath.Join(t.TempDir(), "run"))
	require.Zero(t, code, stderr)
}
