package gpu_test

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

var roofline = flag.Int("roofline", 0, "batch `size` of the training step whose counts make the table in docs/gpu.md")

// An h100 is the simulator with the number of multiprocessors of an H100 (SXM), on which
// the schedules of products depend.
type h100 struct{ *ptxsim.GPU }

const (
	multiprocessors = 132
	bytesPerSecond  = 3.35e12
	// cachedPerSecond is the bandwidth of the L2 cache, in bytes a second, as measured by
	// others.
	cachedPerSecond = 5.5e12
	// warpsPerSecond is the peak rate of warp instructions: each multiprocessor issues
	// four in a cycle. With multiply-adds that is 67 TFLOP/s.
	warpsPerSecond = multiprocessors * 4 * 1.98e9
)

func (h h100) Properties() gpu.Properties {
	p := h.GPU.Properties()
	p.Multiprocessors = multiprocessors
	return p
}

// TestRoofline prints the traffic and the instructions of the kernels of a training step,
// and a lower bound of their time on an H100: the sectors that a launch touches must come
// from memory once, and its instructions must issue. The model ignores latency, launch
// overhead and grids that leave multiprocessors idle.
func TestRoofline(t *testing.T) {
	batch := *roofline
	if batch == 0 {
		batch = 2 // enough to test the counting
	}
	sim := ptxsim.New(ptxsim.Options{Unchecked: true, Footprints: true})
	dev, err := gpu.New(h100{sim})
	require.NoError(t, err)
	vae := models.NewVAE(dev, 10, 1)
	adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 5e-4})
	tape := autograd.NewTape(dev)
	pixels := autograd.NewTensor(dev, batch, 1, 28, 28)
	dev.Uniform(pixels.Buffer(), 1, 1)
	require.NoError(t, dev.Sync())
	sim.ResetCounters()
	start := time.Now()
	x := tape.Input(pixels)
	loss := vae.Forward(x, 1, 0).Total
	tape.Backward(autograd.Scale(loss, 1/float32(batch)))
	require.NoError(t, adam.Step())
	require.NoError(t, dev.Sync())
	took := time.Since(start)

	type row struct {
		name          string
		launches      int64
		bytes, asked  float64
		fma, all, min float64
	}
	var rows []row
	total := row{name: "**all**"}
	threads := int64(0)
	for _, name := range sim.KernelNames() {
		c := sim.Counters(name)
		if c.Launches == 0 {
			continue
		}
		r := row{name: name, launches: c.Launches, bytes: float64(c.Footprint), asked: float64(c.GlobalBytes()), fma: float64(c.Warps[ptxsim.FMA])}
		for kind := range ptxsim.NumKinds {
			r.all += float64(c.Warps[kind])
			threads += c.Threads[kind]
		}
		r.min = max(r.bytes/bytesPerSecond, r.all/warpsPerSecond)
		rows = append(rows, r)
		total.launches += r.launches
		total.bytes += r.bytes
		total.asked += r.asked
		total.fma += r.fma
		total.all += r.all
		total.min += r.min
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.min, a.min), strings.Compare(a.name, b.name)) })
	var table strings.Builder
	for _, r := range append(rows, total) {
		fmt.Fprintf(&table, "| %s | %d | %.2f | %.2f | %.0f | %.1f | %.1f | %.1f | %.1f |\n",
			r.name, r.launches, r.bytes/1e6, r.asked/1e6, 100*r.fma/r.all, 1e6*r.bytes/bytesPerSecond, 1e6*r.asked/cachedPerSecond, 1e6*r.all/warpsPerSecond, 1e6*r.min)
	}
	t.Logf("a step with a batch of %d: %.0f million instructions of threads a second\n"+
		"| kernel | launches | MB touched | MB asked for | multiply-adds, %% | memory, µs | cache, µs | instructions, µs | at least, µs |\n|---|---|---|---|---|---|---|---|---|\n%s",
		batch, float64(threads)/took.Seconds()/1e6, table.String())
	// The products of a step, forward and backward, need 15 million multiply-adds for each
	// image. The counts include those on padding, and exclude taps outside the images.
	require.Greater(t, 32*total.fma, 14e6*float64(batch))
	require.NoError(t, dev.Close())
}
