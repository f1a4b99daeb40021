package run

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/nn/safetensors"
)

func folder(t *testing.T) *Folder {
	t.Helper()
	f, err := Create(filepath.Join(t.TempDir(), "run"), config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// state returns a checkpoint whose content depends on the step.
func state(steps int) *safetensors.File {
	return &safetensors.File{Tensors: []safetensors.Tensor{
		{Name: "x", Shape: []int{1, 2}, Values: []float32{float32(steps), 2}}, {Name: "a", Shape: []int{0}, Values: []float32{}},
	}}
}

func TestCheckpoint(t *testing.T) {
	f := folder(t)
	steps, c, note, err := f.ReadCheckpoint(0, nil)
	require.NoError(t, err)
	require.Zero(t, steps)
	require.Nil(t, c)
	require.Empty(t, note)

	facts := Facts{"rate": "0.5", "data": "abc"}
	require.NoError(t, f.WriteCheckpoint(7, facts, state(7)))
	steps, c, note, err = f.ReadCheckpoint(7, facts)
	require.NoError(t, err)
	require.Equal(t, 7, steps)
	require.Empty(t, note)
	require.Equal(t, float32(7), c.Tensor("x").Values[0])
	_, _, _, err = f.ReadCheckpoint(6, facts)
	require.EqualError(t, err, "the run has made 7 steps already, more than the 6 asked for")
	_, _, _, err = f.ReadCheckpoint(7, Facts{"rate": "0.5", "data": "abd"})
	require.ErrorContains(t, err, "checkpoint.safetensors: it is of another run: data is abc there, abd here")
	_, _, _, err = f.ReadCheckpoint(7, Facts{"seed": "1"})
	require.ErrorContains(t, err, "seed is missing there, 1 here")

	bad := state(8)
	bad.Tensors[0].Values[1] = float32(math.NaN())
	require.ErrorContains(t, f.WriteCheckpoint(8, facts, bad), "after step 8, value 1 of x is NaN: the state is not saved")
	steps, _, _, err = f.ReadCheckpoint(8, facts)
	require.NoError(t, err)
	require.Equal(t, 7, steps)
}

// TestEveryBitCounts checks that a checkpoint with any byte changed is refused, or read as the
// same.
func TestEveryBitCounts(t *testing.T) {
	f := folder(t)
	require.NoError(t, f.WriteCheckpoint(3, Facts{"rate": "0.5"}, state(3)))
	path := f.Path(checkpointFile)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range whole {
		damaged := append([]byte(nil), whole...)
		damaged[i] ^= 1
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		_, _, _, err := f.ReadCheckpoint(9, Facts{"rate": "0.5"})
		require.Error(t, err, "byte %d", i)
	}
	for i := range whole {
		require.NoError(t, os.WriteFile(path, whole[:i], 0o600))
		_, _, _, err := f.ReadCheckpoint(9, nil)
		require.ErrorContains(t, err, checkpointFile)
	}
}

func TestDamagedCheckpointGivesWayToTheOneBefore(t *testing.T) {
	f := folder(t)
	for _, steps := range []int{1, 2, 3} {
		require.NoError(t, f.WriteCheckpoint(steps, nil, state(steps)))
	}
	steps, _, note, err := f.ReadCheckpoint(9, nil)
	require.NoError(t, err)
	require.Equal(t, 3, steps)
	require.Empty(t, note)

	path := f.Path(checkpointFile)
	require.NoError(t, os.Truncate(path, 60))
	steps, c, note, err := f.ReadCheckpoint(9, nil)
	require.NoError(t, err)
	require.Equal(t, 2, steps)
	require.Equal(t, float32(2), c.Tensor("x").Values[0])
	require.Contains(t, note, path)
	require.Contains(t, note, "going on from the checkpoint before")

	require.NoError(t, os.Remove(path))
	steps, _, note, err = f.ReadCheckpoint(9, nil)
	require.NoError(t, err)
	require.Equal(t, 2, steps)
	require.Contains(t, note, "checkpoint.safetensors is missing")

	require.NoError(t, os.Truncate(f.Path(checkpointBefore), 60))
	_, _, _, err = f.ReadCheckpoint(9, nil)
	require.ErrorContains(t, err, checkpointBefore)
}

func TestOldFormatIsRefused(t *testing.T) {
	f := folder(t)
	old := state(1)
	old.Metadata = map[string]string{"steps": "1"}
	require.NoError(t, safetensors.WriteFile(f.Path(checkpointFile), old))
	_, _, _, err := f.ReadCheckpoint(9, nil)
	require.ErrorContains(t, err, `checkpoint.safetensors: it has the format "", this program reads "3"`)
}

func TestFactsOf(t *testing.T) {
	facts, err := FactsOf(struct {
		Seed int    `json:"seed"`
		Rate int    `json:"rate"`
		Long string `json:"long"`
	}{1, 2, strings.Repeat("x", 500)}, "rate")
	require.NoError(t, err)
	require.Equal(t, "1", facts["seed"])
	require.NotContains(t, facts, "rate")
	require.Regexp(t, "^sha256 [0-9a-f]{64}$", facts["long"])
}

// TestOneProcess checks that only one process at a time can open a folder.
func TestOneProcess(t *testing.T) {
	f := folder(t)
	_, err := Open(f.Path(), new(config))
	require.ErrorContains(t, err, fmt.Sprintf("output folder %s is in use by process %d", f.Path(), os.Getpid()))
	require.NoError(t, f.Close())
	require.NoError(t, f.Close(), "again")
	again, err := Open(f.Path(), new(config))
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

// TestLeftovers checks that files which a killed process leaves behind do not stop a later run.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	leave := func(names ...string) {
		for _, name := range names {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		}
	}
	leave(".config.json.0123abcd", lockFile)
	f, err := Create(dir, config{})
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(dir, ".config.json.0123abcd"))
	require.NoError(t, f.Close())

	leave(".grid.png.89abcdef", checkpointNext, "notes.txt", ".hidden")
	f, err = Open(dir, new(config))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoFileExists(t, filepath.Join(dir, ".grid.png.89abcdef"))
	require.NoFileExists(t, filepath.Join(dir, checkpointNext))
	require.FileExists(t, filepath.Join(dir, "notes.txt"))
	require.FileExists(t, filepath.Join(dir, ".hidden"))
}
