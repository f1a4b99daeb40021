package run

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/nn/safetensors"
)

// A counter is a stepper whose state is the number of its steps.
type counter struct {
	made, recorded int
	stopIn         int // the step whose Recorded is cancelled
	failIn         int // the step that fails
	cancel         func()
}

func (c *counter) Columns() []string { return []string{"step"} }

func (c *counter) Step(_ context.Context, number int) ([]float64, string, error) {
	if number == c.failIn {
		return nil, "", errors.New("the loss became NaN")
	}
	c.made++
	return []float64{float64(number)}, "", nil
}

func (c *counter) Recorded(ctx context.Context, number int) error {
	if number == c.stopIn {
		c.cancel()
		c.stopIn = 0
	}
	if ctx.Err() == nil {
		c.recorded++
	}
	return ctx.Err()
}

func (c *counter) Save(f *safetensors.File) error {
	f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "made", Shape: []int{1}, Values: []float32{float32(c.made)}})
	return nil
}

func (c *counter) Restore(f *safetensors.File, steps int) error {
	c.made, c.recorded = int(f.Tensor("made").Values[0]), steps
	return nil
}

func loop(t *testing.T, f *Folder, c *counter, o Options) *Loop {
	t.Helper()
	l, err := NewLoop(Environment{Folder: f}, c, o)
	require.NoError(t, err)
	return l
}

func reopen(t *testing.T, f *Folder) *Folder {
	t.Helper()
	again, err := Open(f.Path(), new(config))
	require.NoError(t, err)
	return again
}

// TestLoopStopsWhileItRecords checks that a step which was made but not recorded is recorded
// when the run goes on.
func TestLoopStopsWhileItRecords(t *testing.T) {
	f := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := &counter{stopIn: 3, cancel: cancel}
	l := loop(t, f, c, Options{Total: 5})
	require.ErrorIs(t, l.Run(ctx), context.Canceled)
	require.NoError(t, l.Close())
	made, total := l.Steps()
	require.Equal(t, []int{3, 5, 2}, []int{made, total, l.Recorded()})

	again := &counter{}
	l = loop(t, reopen(t, f), again, Options{Total: 5})
	require.Equal(t, 2, l.Recorded())
	again.recorded = 2
	require.NoError(t, l.Run(t.Context()))
	require.NoError(t, l.Close())
	require.Equal(t, []int{5, 5}, []int{again.made, again.recorded})
	table, err := os.ReadFile(f.Path("metrics.csv"))
	require.NoError(t, err)
	require.Equal(t, "step\n1\n2\n3\n4\n5\n", string(table))
}

// TestLoopSaysThatItCouldNotSave checks the error of a run that is stopped but cannot save: it
// must not be that of the context, which says that the run is saved.
func TestLoopSaysThatItCouldNotSave(t *testing.T) {
	f := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	l := loop(t, f, &counter{stopIn: 3, cancel: cancel}, Options{Total: 5})
	require.NoError(t, os.Mkdir(f.Path(checkpointFile), 0o700))
	require.NoError(t, os.WriteFile(f.Path(checkpointFile, "x"), nil, 0o600))
	require.NoError(t, os.Mkdir(f.Path(checkpointBefore), 0o700))
	require.NoError(t, os.WriteFile(f.Path(checkpointBefore, "x"), nil, 0o600))
	err := l.Run(ctx)
	require.ErrorContains(t, err, "checkpoint: rename ")
	require.NotErrorIs(t, err, context.Canceled)
	require.NoError(t, l.Close())
}

// TestLoopSaves checks that a loop saves after the configured number of steps and time.
func TestLoopSaves(t *testing.T) {
	for want, o := range map[int]Options{4: {SaveSteps: 2}, 5: {SaveEvery: time.Nanosecond}, 0: {}} {
		f := folder(t)
		o.Total = 9
		l := loop(t, f, &counter{failIn: 6}, o)
		require.EqualError(t, l.Run(t.Context()), "step 6: the loss became NaN")
		require.NoError(t, l.Close())
		again := &counter{}
		l = loop(t, reopen(t, f), again, Options{Total: 9})
		made, _ := l.Steps()
		require.Equal(t, want, made)
		require.NoError(t, l.Run(t.Context()))
		require.NoError(t, l.Close())
		require.Equal(t, 9, again.made)
	}
}

// TestEditedTable: a run does not go on from a table whose rows were changed, and leaves
// it as it is. Rows after the checkpoint do not count.
func TestEditedTable(t *testing.T) {
	for table, wrong := range map[string]bool{
		"step\n1\n2\n3\n":           false,
		"step\n1\n2\n3\n4\n5\n7":    false,
		"step\n1\n2.5\n3\n":         true,
		"step\n1\n\n3\n":            true,
		"step\n1\n2\n3.0\n4\n":      true,
		"step\n01\n2\n3\n":          true,
		"step\n1\n3\n2\n":           true,
		"step\n1\n2\n3\r\n":         true,
		"step\n1\n1\n2\n3\n":        true,
		"step\n1\n2\nInfinity\n4\n": true,
	} {
		f := folder(t)
		l := loop(t, f, &counter{}, Options{Total: 3})
		require.NoError(t, l.Run(t.Context()))
		require.NoError(t, l.Close())
		path := f.Path("metrics.csv")
		require.NoError(t, os.WriteFile(path, []byte(table), 0o600))
		again := reopen(t, f)
		l, err := NewLoop(Environment{Folder: again}, &counter{}, Options{Total: 4})
		if !wrong {
			require.NoError(t, err)
			require.NoError(t, l.Run(t.Context()))
			require.NoError(t, l.Close())
			continue
		}
		require.Error(t, err, "%q", table)
		require.ErrorContains(t, err, "metrics "+path+": ")
		require.NoError(t, again.Close())
		left, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, table, string(left))
	}
}
