package train_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// A waiting is a driver that counts the calls in which the host waits for the GPU.
type waiting struct {
	*ptxsim.GPU
	waits int
}

func (w *waiting) CopyOut(s gpu.Stream, dst []byte, src gpu.Pointer) error {
	w.waits++
	return w.GPU.CopyOut(s, dst, src)
}

func (w *waiting) Sync(s gpu.Stream) error {
	w.waits++
	return w.GPU.Sync(s)
}

func (w *waiting) SyncAll() error {
	w.waits++
	return w.GPU.SyncAll()
}

func (w *waiting) Free(p gpu.Pointer) error {
	w.waits++
	return w.GPU.Free(p)
}

// atSteps is a Progress that notes how often the host has waited when a step is done.
type atSteps struct {
	run.Silent
	driver *waiting
	waits  []int // after each step
}

func (a *atSteps) Step(int, string) { a.waits = append(a.waits, a.driver.waits) }

// In a training step of both models the host waits for the GPU twice: for the records of
// the persistence of the reconstructions, and for the losses, at the end. In the first step
// with a batch it also waits for the persistence of the images. Without terms it waits
// once.
func TestHostWaits(t *testing.T) {
	for _, terms := range []bool{true, false} {
		c := train.Default()
		c.Data = "embedded:11" // three batches in an epoch
		c.BatchSize, c.Epochs, c.MaxSteps, c.PlotEvery, c.SaveEvery = 3, 2, 5, 0, time.Hour
		first, later := 3, 2
		if !terms {
			c.Topo, c.Alone = nil, true
			first, later = 1, 1
		}
		driver := &waiting{GPU: ptxsim.New(ptxsim.Options{Unchecked: true, Uncounted: true})}
		dev, err := gpu.New(driver)
		require.NoError(t, err)
		env, progress := environment(t, c, 1), &atSteps{driver: driver}
		env.Device, env.Progress = dev, progress
		r, err := train.New(c, open(t, c), env)
		require.NoError(t, err)
		require.NoError(t, r.Train(t.Context()))
		require.NoError(t, r.Close())
		require.NoError(t, dev.Close())
		require.Len(t, progress.waits, 5)
		waits := func(step int) int { return progress.waits[step-1] - progress.waits[step-2] }
		require.Equal(t, []int{first, first}, []int{waits(2), waits(3)}, "terms %v", terms)
		// Between steps 3 and 4 the first epoch is evaluated.
		require.Equal(t, later, waits(5), "terms %v", terms)
	}
}
