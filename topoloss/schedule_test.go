package topoloss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// TestSchedule: a term counts from its first step on, in every k-th step, with a weight
// that grows and falls.
func TestSchedule(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	x, y := tape.Constant([]float32{0, 0, 3, 4}, 2, 2), tape.Constant([]float32{0, 0, 4, 0}, 2, 2)
	for text, want := range map[string][]float64{
		"bottleneck0=6":                                       {6, 6, 6, 6, 6, 6},
		"bottleneck0=6(start=2)":                              {0, 0, 6, 6, 6, 6},
		"bottleneck0=6(warmup=3)":                             {2, 4, 6, 6, 6, 6},
		"bottleneck0=6(fade=4)":                               {6, 4.5, 3, 1.5, 0, 0},
		"bottleneck0=6(start=1,warmup=2,fade=3)":              {0, 3, 6, 4, 2, 0},
		"bottleneck0=6(start=1,every=2)":                      {0, 6, 0, 6, 0, 6},
		"bottleneck0=6(start=1,warmup=4,every=2)":             {0, 1.5, 0, 4.5, 0, 6},
		"energy=0.5(start=4),bottleneck0=1":                   {1, 1, 1, 1, 1.25, 1.25},
		"bottleneck0=1(start=3),push0=2(every=5)":             {-5, 0, 0, 1, 1, -4},
		"bottleneck0@latent=1,bottleneck0@samples=1(start=9)": {1, 1, 1, 1, 1, 1},
	} {
		obj := objective(t, text, topoloss.Options{})
		target, err := obj.Target(t.Context(), y)
		require.NoError(t, err)
		for step, value := range want {
			s := topoloss.Step{Number: uint64(step), Batch: y, Output: x, Latent: x}
			out, err := obj.Apply(t.Context(), s, target)
			require.NoError(t, err)
			if text[0] == 'e' && step >= 4 { // whatever the energy is, half of it
				value = 1 + out.Terms[0].Value/2
			}
			require.InDelta(t, value, out.Value, 1e-12, "%s in step %d", text, step)
			require.Equal(t, value != 0, out.OK)
		}
	}
	obj := objective(t, "bottleneck0@samples=1(start=3,every=2)", topoloss.Options{})
	require.False(t, obj.Needs(topoloss.Samples, 2))
	require.True(t, obj.Needs(topoloss.Samples, 3))
	require.False(t, obj.Needs(topoloss.Samples, 4))

	// In a step in which no term counts, no fallback does.
	obj = objective(t, "bottleneck0=1(every=2)", topoloss.Options{Fallback: parse(t, "push0=1")})
	out, err := obj.Apply(t.Context(), topoloss.Step{Number: 1, Output: x}, nil)
	require.NoError(t, err)
	require.False(t, out.OK)
}

// TestShare: a term that looks at a share of the points has the value and the gradient
// of these points alone.
func TestShare(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	const n = 20
	points, truth := randomCloud(1, n, 2), randomCloud(2, n, 2)
	for _, term := range []string{"deaths0", "signature", "energy"} {
		shared, whole := objective(t, term+"=1(share=0.25)", topoloss.Options{Seed: 3}), objective(t, term+"=1", topoloss.Options{})
		shared.Parameters(dev)
		whole.Parameters(dev)
		seen := map[int]bool{}
		for step := range uint64(30) {
			tape.Reset()
			s := topoloss.Step{Number: step, Batch: tape.Constant(truth, n, 2), Output: tape.Variable(autograd.TensorOf(dev, points, n, 2))}
			target, err := shared.Target(t.Context(), s.Batch)
			require.NoError(t, err)
			out, err := shared.Apply(t.Context(), s, target)
			require.NoError(t, err)
			tape.Backward(out.Var)
			grad := make([]float32, 2*n)
			require.NoError(t, dev.Read(grad, s.Output.Grad()))
			var rows []int32
			for i := range n {
				if grad[2*i] != 0 || grad[2*i+1] != 0 {
					rows = append(rows, int32(i))
					seen[i] = true
				}
			}
			require.Len(t, rows, 5)

			tape.Reset()
			batch := autograd.GatherRows(tape.Constant(truth, n, 2), rows)
			x := autograd.GatherRows(tape.Constant(points, n, 2), rows)
			target, err = whole.Target(t.Context(), batch)
			require.NoError(t, err)
			want, err := whole.Apply(t.Context(), topoloss.Step{Batch: batch, Output: x}, target)
			require.NoError(t, err)
			require.InEpsilon(t, want.Value, out.Value, 1e-6)
		}
		require.Len(t, seen, n, "each point in its time")
	}
	obj := objective(t, "deaths0=1(share=0.5)", topoloss.Options{})
	_, err := obj.Apply(t.Context(), topoloss.Step{Output: tape.Constant(points, n, 2)}, nil)
	require.ErrorContains(t, err, "a term looks at a share of the points, which needs the true points, Step.Batch")
	_, err = topoloss.Parse("deaths0=1(share=1.5)")
	require.ErrorContains(t, err, "option share of deaths0 is 1.5, must be at most 1")
}
