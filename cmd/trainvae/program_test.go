package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/internal/cli"
)

// trainvae runs the program and returns its exit code and what it wrote.
func trainvae(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Report("trainvae", program(ctx, args, &out, &errs), &errs)
	return code, out.String(), errs.String()
}

// quick returns the flags of a run of a few steps, followed by more.
func quick(more ...string) []string {
	return append([]string{"-data", "embedded:60", "-batch-size", "16", "-n-epochs", "1", "-n-plot", "2", "-n-latent", "2"}, more...)
}

func TestRunWritesEverything(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	code, stdout, stderr := trainvae(t, context.Background(), quick("-output", out)...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "test BCE per image")
	require.Contains(t, stderr, "embedded")

	var c train.Config
	data, err := os.ReadFile(filepath.Join(out, "config.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &c))
	require.Equal(t, 16, c.BatchSize)
	require.Equal(t, "embedded:60", c.Data)

	for _, name := range []string{"bce-steps.png", "bce-epochs.png", "topo-steps.png", "grid-step-000002.png",
		"grid-validation-epoch-1.png", "grid-test.png", "latent-vae.png", "latent-topovae.png",
		"samples-vae.png", "samples-topovae.png", "interpolation-vae.png", "interpolation-topovae.png"} {
		f, err := os.Open(filepath.Join(out, name))
		require.NoError(t, err)
		picture, err := png.Decode(f)
		require.NoError(t, err, name)
		require.Greater(t, picture.Bounds().Dx(), 300, name)
		require.NoError(t, f.Close())
	}
	for _, name := range []string{"vae.safetensors", "topovae.safetensors", "epochs.csv", "checkpoint.safetensors"} {
		require.FileExists(t, filepath.Join(out, name))
	}
	report, err := os.ReadFile(filepath.Join(out, "report.html"))
	require.NoError(t, err)
	require.Equal(t, 12, strings.Count(string(report), "<img "), "each picture stands in the report")
	require.NotContains(t, string(report), `src="http`)

	table, err := os.ReadFile(filepath.Join(out, "metrics.csv"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")
	require.Equal(t, "step,epoch,vae_bce,vae_kld,topovae_bce,topovae_kld,topo_loss,samples_deaths0,seconds", lines[0])
	require.Len(t, lines, 1+3)

	// The same folder again is refused, and nothing in it changes.
	before := read(t, out)
	code, _, stderr = trainvae(t, context.Background(), quick("-output", out)...)
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "already holds a run")
	require.Equal(t, before, read(t, out))

	// It can be made longer, and then write ONNX files, too.
	require.NoFileExists(t, filepath.Join(out, "vae-decoder.onnx"))
	code, stdout, stderr = trainvae(t, context.Background(), "-output", out, "-resume", "-n-epochs", "2", "-onnx")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "6 steps")
	for _, name := range []string{"vae-encoder.onnx", "vae-decoder.onnx", "topovae-encoder.onnx", "topovae-decoder.onnx"} {
		require.FileExists(t, filepath.Join(out, name))
	}
}

// TestNewLimitReplacesBoth: on resuming, -max-steps or -n-epochs alone says how far the run goes.
func TestNewLimitReplacesBoth(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	code, stdout, stderr := trainvae(t, context.Background(), quick("-output", out, "-max-steps", "2")...) // of 3
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "2 steps")
	for _, c := range []struct{ args, want string }{
		{"-max-steps 4", "4 steps"}, {"-n-epochs 2", "6 steps"}, {"-n-epochs 3 -max-steps 7", "7 steps"},
	} {
		code, stdout, stderr = trainvae(t, context.Background(), append([]string{"-output", out, "-resume"}, strings.Fields(c.args)...)...)
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, c.want)
	}
}

func TestInterruptedRunResumes(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	code, _, stderr := trainvae(t, ctx, quick("-output", out)...)
	require.Equal(t, 130, code, stderr)
	require.Contains(t, stderr, "go on with: trainvae -output "+out+" -resume")
	code, stdout, stderr := trainvae(t, context.Background(), "-output", out, "-resume")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "3 steps")
}

// TestRefusedResumeWritesNothing: config.json says what the run is, not what it
// could not become.
func TestRefusedResumeWritesNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	code, _, stderr := trainvae(t, context.Background(), quick("-output", out, "-max-steps", "2")...)
	require.Zero(t, code, stderr)
	before := read(t, out)
	code, _, stderr = trainvae(t, context.Background(), "-output", out, "-resume", "-max-steps", "1")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "the run has made 2 steps already, more than the 1 asked for")
	require.Equal(t, before, read(t, out))
	code, _, stderr = trainvae(t, context.Background(), "-output", out, "-resume", "-n-latent", "3")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "-n-latent cannot change when a run resumes: -n-epochs, -max-steps, -n-plot, -device, -learning-rate, -draw, -onnx, -check-finite, -max-memory, -save-every and -save-steps can")
	require.Equal(t, before, read(t, out))

	require.NoError(t, os.Truncate(filepath.Join(out, "checkpoint.safetensors"), 100))
	before = read(t, out)
	code, _, stderr = trainvae(t, context.Background(), "-output", out, "-resume", "-n-epochs", "2")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "checkpoint.safetensors")
	require.Equal(t, before, read(t, out))
}

func read(t *testing.T, folder string) map[string]string {
	files := make(map[string]string)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		require.NoError(t, err)
		files[e.Name()] = string(data)
	}
	return files
}

func TestMistakesAreOneLineAndWriteNothing(t *testing.T) {
	empty := t.TempDir()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-tint", "red"}, "-tint"},
		{[]string{"-colour", "red"}, "a colour is for folders of pictures"},
		{[]string{"-model", "diffusion"}, `model is "diffusion"`},
		{[]string{"-hidden", "64,x"}, `"x" is not a whole number`},
		{[]string{"-channels", "8,8,8,8,8"}, "cannot be halved 5 times"},
		{[]string{"-sampler", "posterior"}, `sampler is "posterior"`},
		{[]string{"stray"}, `unexpected argument "stray"`},
		{[]string{"-topo-weights", "1,2"}, "2 numbers, want 7"},
		{[]string{"-topo-weights", "1,2,3,4,5,6,x"}, `"x" is not a finite number`},
		{[]string{"-deg", "0"}, "bottleneck1"},
		{[]string{"-deg", "2"}, "degree 2"},
		{[]string{"-batch-size", "1"}, "batch-size is 1, must be at least 2"},
		{[]string{"-learning-rate", "-1"}, "learning-rate is -1, must be positive"},
		{[]string{"-dsigma-sigma0", "0"}, "dsigma"},
		{[]string{"-data", filepath.Join(empty, "nowhere")}, "is neither a file or folder nor one of auto, garments"},
		{[]string{"-data", empty}, "train-images-idx3-ubyte"},
		{[]string{"-data", "embedded:1"}, "too few"},
		{[]string{"-device", "abacus"}, `device "abacus": no such device`},
		{[]string{"-mirror", "ftp://example.org"}, "-mirror is where -data fashionmnist fetches from; -data is embedded:20"},
		{[]string{"-sigma", "0.2"}, "-sigma has no effect with -likelihood bernoulli: leave it out, or give -likelihood gaussian"},
		{[]string{"-sigma", "0.2", "-data", "circle"}, "-sigma has no effect with -likelihood learnt"},
		{[]string{"-mmd", "3"}, "-mmd has no effect with -model vae"},
		{[]string{"-beta", "3", "-model", "ae"}, "-beta has no effect with -model ae"},
		{[]string{"-beta", "3", "-model", "wae"}, "-beta has no effect with -model wae"},
		{[]string{"-mmd", "3", "-model", "gan"}, "-mmd has no effect with -model gan"},
		{[]string{"-sampler", "mixture", "-model", "gan"}, "sampler is mixture: a gan has no encoder"},
		{[]string{"-samples", "30", "-topo", "deaths0=1"}, "-samples has no effect without a term @samples"},
		{[]string{"-samples", "30", "-topo", "none"}, "-samples has no effect without a term @samples"},
		{[]string{"-data", "clusters:9999999999"}, "9999999999 parts, more than its 3000 points"},
		{[]string{"-resume"}, "-resume needs -output"},
		{[]string{"-resume", "-output", empty}, "holds no run to resume"},
	} {
		out := filepath.Join(t.TempDir(), "run")
		args := c.args
		if !strings.Contains(strings.Join(args, " "), "-resume") {
			args = append([]string{"-output", out, "-data", "embedded:20"}, args...)
		}
		code, stdout, stderr := trainvae(t, context.Background(), args...)
		lines := strings.Split(strings.TrimSpace(stderr), "\n")
		last := lines[len(lines)-1]
		require.Equal(t, 2, code, "%v: %s", c.args, stderr)
		require.Contains(t, last, c.want, "%v", c.args)
		require.True(t, strings.HasPrefix(last, "trainvae: "), last)
		require.Empty(t, stdout)
		require.NoFileExists(t, filepath.Join(out, "config.json"), "%v", c.args)
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := trainvae(t, context.Background(), "-help")
	require.Zero(t, code)
	for _, flag := range []string{"-topo", "-gradient", "-samples", "-save-every", "-topo-weights", "-latent-weights", "-n-latent", "-batch-size", "-n-epochs", "-learning-rate",
		"-seed", "-n-plot", "-deg", "-data", "-max-steps", "-device", "-output", "-resume", "-entropy-delta0", "-density-npoints"} {
		require.Contains(t, stdout, "\n  "+flag)
	}
}

// TestSeedDrawsPoints: the seed decides drawn points, too, and a resumed run keeps its own.
func TestSeedDrawsPoints(t *testing.T) {
	var seeds []uint64
	for _, seed := range []string{"1", "1", "2"} {
		out := filepath.Join(t.TempDir(), "run")
		args := []string{"-data", "circle,n=80,test=20", "-batch-size", "16", "-max-steps", "1", "-n-plot", "0", "-topo", "", "-alone", "-output", out}
		code, _, stderr := trainvae(t, context.Background(), append(args, "-seed", seed)...)
		require.Zero(t, code, stderr)
		var c train.Config
		require.NoError(t, run.ReadConfig(out, &c))
		seeds = append(seeds, c.DataOptions.Seed)
		code, _, stderr = trainvae(t, context.Background(), "-output", out, "-resume", "-max-steps", "2")
		require.Zero(t, code, stderr)
	}
	require.Equal(t, []uint64{1, 1, 2}, seeds)
}

// TestTable trains on a table end to end: what it was scaled by is recorded.
func TestTable(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("height,kind,weight,born\n")
	for i := range 80 {
		fmt.Fprintf(&text, "%d,%s,%d,2024-01-%02d\n", 100+i, []string{"cat", "dog"}[i%2], i*i, i%28+1)
	}
	text.WriteString("7,cat,NA,\n")
	path := filepath.Join(dir, "pets.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	out := filepath.Join(dir, "run")
	args := []string{"-data", path, "-label", "kind", "-ignore", "born", "-draw", "5", "-batch-size", "16", "-max-steps", "3", "-output", out}
	code, _, stderr := trainvae(t, context.Background(), args...)
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "pets.csv: values are missing in 1 rows: line 82, column weight")
	code, stdout, stderr := trainvae(t, context.Background(), append(args, "-drop-missing")...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "test NLL per example")
	require.Contains(t, stdout, "new examples: "+filepath.Join(out, "samples-vae.csv")+", "+filepath.Join(out, "samples-topovae.csv")+"\n")
	rows, err := os.ReadFile(filepath.Join(out, "samples-vae.csv"))
	require.NoError(t, err)
	require.Contains(t, string(rows), "height,weight\n")
	scaling, err := os.ReadFile(filepath.Join(out, "scaling.json"))
	require.NoError(t, err)
	require.Contains(t, string(scaling), `"method": "standard"`)

	// Exchanged data are refused by name.
	changed := strings.Replace(text.String(), "100,cat,0", "100,cat,1", 1)
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
	code, _, stderr = trainvae(t, context.Background(), "-output", out, "-resume", "-max-steps", "5")
	require.Equal(t, 2, code)
	require.Regexp(t, "it is of another run: (training|test) set is ", stderr)
}

// Rows of many numbers are not drawn: the report has no headings over nothing.
func TestReportOfExamplesThatAreNotDrawn(t *testing.T) {
	dir := t.TempDir()
	text := "a,b,c,d\n"
	for i := range 40 {
		text += fmt.Sprintf("%d,%d,%d,%d\n", i, i*i%7, i%3, -i)
	}
	path, out := filepath.Join(dir, "numbers.csv"), filepath.Join(dir, "run")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	code, _, stderr := trainvae(t, context.Background(), "-data", path, "-max-steps", "2", "-output", out)
	require.Zero(t, code, stderr)
	report, err := os.ReadFile(filepath.Join(out, "report.html"))
	require.NoError(t, err)
	for heading, there := range map[string]bool{"Training": true, "Reconstructions of test examples": false, "New examples": false, "Reconstructions on the way": false} {
		require.Equal(t, there, strings.Contains(string(report), "<h2>"+heading+"</h2>"), heading)
	}
}

// TestMemory: a run that needs more than it may take is refused, or saved and ended.
func TestMemory(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	for _, c := range []struct{ args, want string }{
		{"-batch-size 19200 -data embedded:24000 -max-memory 8GB", "this needs at least [0-9.]+ GB of memory, -max-memory allows 8 GB: give a smaller -batch-size, -draw or model, or a greater -max-memory"},
		{"-hidden 65536,65536 -max-memory 2GB", "this needs at least [0-9]+ GB of memory, -max-memory allows 2 GB"},
		{"-draw 1000000 -max-memory 2GB", "this needs at least [0-9.]+ GB of memory, -max-memory allows 2 GB: give a smaller -batch-size, -draw or model"},
		{"-max-memory 1MB", "of memory, -max-memory allows 1 MB: give a smaller"},
	} {
		args := append(quick("-output", out), strings.Fields(c.args)...)
		code, _, stderr := trainvae(t, context.Background(), args...)
		require.Equal(t, 1, code, stderr)
		require.Regexp(t, c.want, stderr)
		require.NoDirExists(t, out)
	}
	code, _, stderr := trainvae(t, context.Background(), quick("-output", out, "-max-memory", "much")...)
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "want a size such as 8GB, 512MB or none")
	code, _, stderr = trainvae(t, context.Background(), quick("-output", out, "-max-memory", "none")...)
	require.Zero(t, code, stderr)
}
