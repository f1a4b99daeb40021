package study

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// This environment variable makes the test binary a process that runs the units of the study
// in a folder.
const folderVariable = "STUDY_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(folderVariable); dir != "" {
		if err := runLogged(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// logged is a runner that writes when units begin and end.
type logged struct {
	noise
	log *os.File
}

func (l *logged) Run(ctx context.Context, u Unit, dir string) (*Outcome, error) {
	fmt.Fprintf(l.log, "begin %s\n", u.Hash())
	time.Sleep(20 * time.Millisecond)
	o, err := l.noise.Run(ctx, u, dir)
	fmt.Fprintf(l.log, "end %s\n", u.Hash())
	return o, err
}

func logOf(dir string) string { return dir + ".log" }

func runLogged(dir string) error {
	s, err := Open(dir)
	if err != nil {
		return err
	}
	p, err := s.Plan()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(logOf(dir), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	defer log.Close()
	return s.Run(context.Background(), p.Units(Test), &logged{log: log}, Options{Workers: 2})
}

// TestKilledProcessesEndTheSame lets two processes run a study of 40 units, and kills both at a
// random moment, five times; the sixth time they end. The study must have the same files as one
// that was not disturbed. No unit may run twice at once, or again after it is done.
func TestKilledProcessesEndTheSame(t *testing.T) {
	p := plan(t, 10, `{"name": "a", "settings": {"shift": 1}}, {"name": "b", "settings": {"shift": 2}}, {"name": "c", "settings": {"shift": 3}}`)
	require.Len(t, p.Units(Test), 40)
	whole := run(t, t.TempDir()+"/whole", p, new(noise), Test)
	_, err := whole.Report(false)
	require.NoError(t, err)

	dir := t.TempDir() + "/killed"
	s, err := Create(dir, p)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(2, 3))
	done := make(map[string]bool)
	begun := 0
	for round := range 6 {
		require.NoError(t, os.WriteFile(logOf(dir), nil, 0o666))
		var processes []*exec.Cmd
		for range 2 {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), folderVariable+"="+dir)
			cmd.Stderr = os.Stderr
			require.NoError(t, cmd.Start())
			processes = append(processes, cmd)
		}
		if round < 5 {
			for enough := 1 + random.IntN(6); strings.Count(readLog(t, dir), "begin") < enough; {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
			for _, cmd := range processes {
				require.NoError(t, cmd.Process.Kill())
			}
		}
		for _, cmd := range processes {
			if err := cmd.Wait(); round == 5 {
				require.NoError(t, err)
			}
		}
		running := make(map[string]bool)
		for line := range strings.Lines(readLog(t, dir)) {
			event, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
			if event == "end" {
				delete(running, hash)
				continue
			}
			begun++
			require.False(t, running[hash], "two processes run a unit at once")
			require.False(t, done[hash], "a unit runs again")
			running[hash] = true
		}
		for _, u := range p.Units(Test) {
			done[u.Hash()] = s.Done(u)
		}
	}
	t.Logf("40 units were begun %d times", begun)
	require.LessOrEqual(t, begun, 40+5*4) // each kill lost what four workers were doing
	_, err = s.Report(false)
	require.NoError(t, err)
	require.Equal(t, contents(t, whole.Path()), contents(t, dir))
}

func readLog(t *testing.T, dir string) string {
	data, err := os.ReadFile(logOf(dir))
	require.NoError(t, err)
	return string(data)
}

// contents returns the contents of the files of a study, apart from locks and costs.
func contents(t *testing.T, dir string) map[string]string {
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == costFile || strings.HasSuffix(path, ".lock") {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(data)
		return err
	})
	require.NoError(t, err)
	return files
}
