package crash

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

var (
	crashes = flag.Int("crashes", 2, "number of kills, and of write errors, of each program")
	seed    = flag.Uint64("seed", 0, "seed of the moments at which they happen; 0 for one that differs from run to run")
)

// A program is a program that makes runs, with the flags of a small run.
type program struct {
	name   string
	args   []string
	resume []string // the arguments with which the run goes on, before -output and -resume
	skip   []string // files that depend on times, or on how often the run was saved
}

var programs = []program{
	{
		"trainvae", []string{
			"-data", "embedded:80", "-batch-size", "16", "-n-epochs", "1000", "-max-steps", "60", "-n-plot", "10", "-n-latent", "2",
			"-hidden", "16", "-save-steps", "3", "-topo", "deaths0@samples=0.3,signature@latent=0.1",
		}, nil, []string{"report.html", ".lock", "checkpoint-before.safetensors"},
	},
	{
		"synth", []string{"2", "-steps", "300", "-frames", "20", "-save-steps", "5", "-topo", "bottleneck0=1,sliced0=0.1"},
		nil, []string{".lock", "checkpoint-before.safetensors"},
	},
}

// TestCrashes makes runs and disturbs them, until there were -crashes kills and as many write
// errors. Each run must end with the files of a run that was not disturbed.
func TestCrashes(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("-crashes %d -seed %d", *crashes, *seed)
	for k, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(*seed, uint64(k)))
			dir := t.TempDir()
			binary := filepath.Join(dir, p.name)
			out, err := exec.Command("go", "build", "-o", binary, "../../cmd/"+p.name).CombinedOutput()
			require.NoError(t, err, string(out))

			whole := filepath.Join(dir, "whole")
			began := time.Now()
			out, err = exec.Command(binary, append(p.args, "-output", whole)...).CombinedOutput()
			require.NoError(t, err, string(out))
			want := p.files(t, whole)
			d := disturber{program: p, random: random, binary: binary, longest: time.Since(began) / 4}
			for runs := 1; d.kills < *crashes || d.faults < *crashes; runs++ {
				d.folder = filepath.Join(dir, fmt.Sprint("run", runs))
				for !d.round(t) {
				}
				got := p.files(t, d.folder)
				for name := range want {
					require.True(t, bytes.Equal(want[name], got[name]), "%s of run %d differs: -seed %d", name, runs, *seed)
				}
				require.Len(t, got, len(want), "files of run %d: -seed %d", runs, *seed)
				t.Logf("%s: %d runs are done, with %d kills and %d write errors", p.name, runs, d.kills, d.faults)
			}
		})
	}
}

// A disturber runs a program and disturbs it.
type disturber struct {
	program
	random        *rand.Rand
	binary        string
	folder        string
	longest       time.Duration // from the start of the program to a disturbance
	kills, faults int
}

// round starts the program or lets it go on, and disturbs it after a while if there are
// disturbances left. It reports whether the program has ended its run.
func (d *disturber) round(t *testing.T) (done bool) {
	args := append(d.args[:len(d.args):len(d.args)], "-output", d.folder)
	if _, err := os.Stat(filepath.Join(d.folder, "config.json")); err == nil {
		args = append(d.resume[:len(d.resume):len(d.resume)], "-output", d.folder, "-resume")
	}
	cmd := exec.Command(d.binary, args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	kill := d.kills < *crashes && (d.faults >= *crashes || d.random.IntN(2) == 0)
	size := uint64(d.random.IntN(1 << 15)) // no file may grow beyond it
	if d.random.IntN(2) == 0 {
		size = 0
	}
	var disturb <-chan time.Time
	if kill || d.faults < *crashes {
		disturb = time.After(time.Duration(d.random.Int64N(int64(d.longest))))
	}
	var err error
	select {
	case err = <-ended:
		require.NoError(t, err, output.String())
		return true
	case <-disturb:
		if kill {
			require.NoError(t, cmd.Process.Kill())
		} else {
			limit := unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}
			if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
				require.ErrorIs(t, err, unix.ESRCH) // it has just ended
			}
		}
		err = <-ended
	}
	text := output.String()
	require.NotContains(t, text, "panic", "-seed %d", *seed)
	require.NotContains(t, text, "goroutine ", "-seed %d", *seed)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true
	case kill:
		require.ErrorAs(t, err, &exit)
		require.Equal(t, -1, exit.ExitCode(), text)
		d.kills++
	default:
		// The program has failed, and says that a file would grow beyond the limit.
		require.ErrorAs(t, err, &exit)
		require.Contains(t, []int{1, 2}, exit.ExitCode(), text)
		require.True(t, strings.Contains(text, unix.EFBIG.Error()), "%s: -seed %d", text, *seed)
		d.faults++
	}
	return false
}

// files returns the contents of the files of a run that do not depend on time.
func (p program) files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	files := make(map[string][]byte)
	for _, e := range entries {
		skipped := false
		for _, name := range p.skip {
			skipped = skipped || name == e.Name()
		}
		if skipped {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		require.NoError(t, err)
		if e.Name() == "metrics.csv" && p.name == "trainvae" {
			data = withoutLastColumn(data)
		}
		files[e.Name()] = data
	}
	return files
}

// withoutLastColumn returns a table without the seconds of each step.
func withoutLastColumn(table []byte) []byte {
	var out []byte
	for line := range bytes.Lines(table) {
		out = append(append(out, line[:max(0, bytes.LastIndexByte(line, ','))]...), '\n')
	}
	return out
}
