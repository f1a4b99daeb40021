package gpu_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// Numbers of elements of arrays in a training step of the variational autoencoder.
const (
	batch     = 128
	pixels    = batch * 784          // the images
	features  = batch * 32 * 14 * 14 // the output of the first convolution
	hidden    = batch * 256          // the output of a hidden layer
	latents   = batch * 10
	parameter = 1_690_000 // about all parameters
)

// A rig is a device on a simulated GPU whose counters tests read. When the test ends, it
// closes the device.
type rig struct {
	*gpu.Device
	sim *ptxsim.GPU
	t   *testing.T
}

func newRig(t *testing.T, o ptxsim.Options, opts ...gpu.Option) *rig {
	sim := ptxsim.New(o)
	d, err := gpu.New(sim, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return &rig{d, sim, t}
}

// ones returns a buffer with n ones.
func (r *rig) ones(n int) kernels.Buffer {
	b := r.Alloc(n)
	r.Fill(b, 1)
	return b
}

// traffic returns the bytes of all sectors that a call reads and writes.
func (r *rig) traffic(call func()) int64 {
	require.NoError(r.t, r.Sync())
	r.sim.ResetCounters()
	call()
	require.NoError(r.t, r.Sync())
	c := r.sim.Counters("")
	return c.GlobalBytes()
}

// Kernels move at most 1.15 times the necessary bytes. Necessary is one read of every
// element of the inputs and one write of every element of the output; for sums, the reads
// alone.
func TestTraffic(t *testing.T) {
	r := newRig(t, ptxsim.Options{Unchecked: true})
	a, b, c, e := r.ones(parameter), r.ones(parameter), r.ones(parameter), r.ones(parameter)
	one := r.ones(1)
	first := func(x kernels.Buffer, n int) kernels.Buffer { return x.Slice(0, n) }
	type operation struct {
		name     string
		elements int // necessary reads and writes of elements
		call     func()
	}
	var all []operation
	add := func(name string, spans, n int, call func()) {
		all = append(all, operation{name, spans * n, call})
	}
	for _, f := range kernels.Funcs() {
		if f != kernels.Identity { // Map(Identity) is a copy by the driver, which counts no traffic
			add("Map "+f.String(), 2, features, func() { r.Map(f, first(b, features), first(a, features)) })
			spans := 3
			if f == kernels.Neg {
				spans = 2 // −dy depends on dy alone
			}
			add("MapGrad "+f.String(), spans, features, func() {
				r.MapGrad(f, first(b, features), first(a, features), first(c, features), first(c, features), kernels.Overwrite)
			})
			add("MapGrad Add "+f.String(), spans+1, features, func() {
				r.MapGrad(f, first(b, features), first(a, features), first(c, features), first(c, features), kernels.Accumulate)
			})
		}
	}
	for _, op := range kernels.Ops() {
		add("Zip "+op.String(), 3, pixels, func() {
			r.Zip(op, first(b, pixels), first(a, pixels), first(c, pixels), kernels.Overwrite)
		})
		// The second operand is one row for all images. Each read of it counts as traffic,
		// though on hardware caches would serve it.
		add("ZipStrided "+op.String(), 3, pixels, func() {
			r.ZipStrided(op, first(b, pixels), first(a, pixels), []int{784, 1}, first(c, 784), []int{0, 1}, []int{batch, 784}, kernels.Overwrite)
		})
	}
	add("Affine", 2, hidden, func() { r.Affine(first(b, hidden), first(a, hidden), 2, 1, kernels.Overwrite) })
	add("AddScaled", 3, hidden, func() { r.AddScaled(first(b, hidden), 2, first(a, hidden)) })
	add("Sum, all", 1, pixels, func() {
		r.Sum(one, first(a, pixels), kernels.SumShape{K0: 1, R0: pixels, K1: 1, R1: 1}, 1, kernels.Overwrite)
	})
	add("Sum, rows", 1, pixels, func() {
		r.Sum(first(b, batch), first(a, pixels), kernels.SumShape{K0: batch, R0: 784, K1: 1, R1: 1}, 1, kernels.Overwrite)
	})
	add("Sum, columns", 1, hidden, func() {
		r.Sum(first(b, 256), first(a, hidden), kernels.SumShape{K0: 1, R0: batch, K1: 256, R1: 1}, 1, kernels.Overwrite)
	})
	add("Sum, channels of 14×14", 1, features, func() {
		r.Sum(first(b, 32), first(a, features), kernels.SumShape{K0: 1, R0: batch, K1: 32, R1: 196}, 1, kernels.Overwrite)
	})
	add("Sum, channels of 7×7", 1, features/2, func() {
		r.Sum(first(b, 64), first(a, features/2), kernels.SumShape{K0: 1, R0: batch, K1: 64, R1: 49}, 1, kernels.Overwrite)
	})
	add("Dot", 2, parameter, func() { r.Dot(one, a, b) })
	add("BCE", 2, pixels, func() { r.BCE(one, first(a, pixels), first(b, pixels)) })
	add("BCEGrad", 3, pixels, func() { r.BCEGrad(first(c, pixels), first(a, pixels), first(b, pixels), one, kernels.Overwrite) })
	add("BCELogits", 2, pixels, func() { r.BCELogits(one, first(a, pixels), first(b, pixels)) })
	add("BCELogitsGrad", 3, pixels, func() {
		r.BCELogitsGrad(first(c, pixels), first(a, pixels), first(b, pixels), one, kernels.Overwrite)
	})
	add("KLD", 2, latents, func() { r.KLD(one, first(a, latents), first(b, latents)) })
	add("KLDGrad", 4, latents, func() {
		r.KLDGrad(first(c, latents), first(e, latents), first(a, latents), first(b, latents), one, kernels.Overwrite, kernels.Overwrite)
	})
	add("Uniform", 1, latents, func() { r.Uniform(first(b, latents), 1, 2) })
	add("Normal", 1, latents, func() { r.Normal(first(b, latents), 1, 2) })
	add("Reparameterize", 4, latents, func() {
		r.Reparameterize(first(e, latents), first(a, latents), first(b, latents), first(c, latents))
	})
	add("ReparameterizeGrad", 4, latents, func() {
		r.ReparameterizeGrad(first(a, latents), first(e, latents), first(e, latents), first(b, latents), first(c, latents), kernels.Overwrite, kernels.Overwrite)
	})
	add("Adam", 7, parameter, func() { r.Adam(a, b, c, e, kernels.Adam{Step: 1, Epsilon: 1, GradientScale: 1}) })
	add("SGD", 3, parameter, func() { r.SGD(a, b, kernels.Buffer{}, kernels.SGD{GradientScale: 1}) })
	add("SGD, momentum", 5, parameter, func() { r.SGD(a, b, c, kernels.SGD{GradientScale: 1, Momentum: 0.5}) })

	for _, o := range all {
		t.Run(o.name, func(t *testing.T) {
			moved, least := r.traffic(o.call), int64(4*o.elements)
			ratio := float64(moved) / float64(least)
			t.Logf("%d bytes of at least %d: %.3f", moved, least, ratio)
			require.LessOrEqual(t, ratio, 1.15)
			require.GreaterOrEqual(t, ratio, 0.99)
		})
	}
}
