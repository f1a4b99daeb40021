package topoloss_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/cubical"
	"github.com/topogen/topogen/topoloss"
)

// randomImages returns n images of a size. The values of an image are apart from each
// other, so that their order does not change within a step of a difference.
func randomImages(seed uint64, n, size int) (x []float32) {
	random := rand.New(rand.NewPCG(seed, 5))
	for range n {
		for _, i := range random.Perm(size) {
			x = append(x, (float32(i)+0.5*random.Float32())/float32(size))
		}
	}
	return x
}

// TestImages compares values with those of single images and the gradient with central
// differences, alone and beside terms of clouds whose gradient is spread.
func TestImages(t *testing.T) {
	const n, channels, rows, columns = 3, 2, 6, 7
	const size = rows * columns
	shape := []int{n, channels, rows, columns}
	points, truth := randomImages(1, n*channels, size), randomImages(2, n*channels, size)
	dev, single := cpu.New(cpu.Threads(3)), cpu.New(cpu.Threads(1))
	defer dev.Close()
	defer single.Close()
	for _, text := range []string{
		"cubical0=1", "cubical1=1", "cubical0=1(level=sub,touch=side)", "cubical1=1(by=total,power=1.5,level=sub)", "cubical0=1(by=bottleneck)",
		"cubical0=2,cubical1=1,deaths0=0.1,energy=1",
	} {
		t.Run(text, func(t *testing.T) {
			obj := objective(t, text, topoloss.Options{})
			tape := autograd.NewTape(dev)
			defer tape.Free()
			var target *topoloss.Target
			at := func(x *autograd.Var) topoloss.Outcome {
				batch := x.Tape().Constant(truth, shape...)
				var err error
				if target == nil {
					target, err = obj.Target(t.Context(), batch)
					require.NoError(t, err)
				}
				out, err := obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: x}, target)
				require.NoError(t, err)
				require.True(t, out.OK)
				return out
			}
			v := tape.Variable(autograd.TensorOf(dev, points, shape...))
			out := at(v)
			tape.Backward(autograd.Scale(out.Var, 2))
			grad := make([]float32, len(points))
			require.NoError(t, dev.Read(grad, v.Grad()))
			for i, g := range grad {
				closest := math.Inf(1)
				for _, h := range []float32{1e-2, 3e-3, 1e-3, 3e-4} {
					x := slices.Clone(points)
					x[i] += h
					tape.Reset()
					above, right := at(tape.Constant(x, shape...)).Value, x[i]
					x[i] = points[i] - h
					below := at(tape.Constant(x, shape...)).Value
					closest = min(closest, math.Abs(2*(above-below)/float64(right-x[i])-float64(g)))
				}
				require.Less(t, closest, 6e-3*max(1, math.Abs(float64(g))), "pixel %d with derivative %v", i, g)
			}
			other := autograd.NewTape(single)
			defer other.Free()
			require.Equal(t, out.Value, at(other.Constant(points, shape...)).Value)
		})
	}

	// The value is the sum over images.
	var want float64
	term := topoloss.Wasserstein{Order: 2, Norm: 2}
	bars := func(values []float32) (bars []ph.Bar) {
		r, err := cubical.Compute(t.Context(), cubical.Image[float32]{Shape: []int{rows, columns}, Values: values}, cubical.Options{Superlevel: true})
		require.NoError(t, err)
		for _, c := range r.Classes[1] {
			bars = append(bars, c.Bar)
		}
		return bars
	}
	for i := range n * channels {
		p := bars(points[i*size : (i+1)*size])
		v, _ := term.Evaluate(p, bars(truth[i*size:(i+1)*size]), make([]topoloss.BarGradient, len(p)))
		want += v
	}
	tape := autograd.NewTape(dev)
	defer tape.Free()
	obj := objective(t, "cubical1=1", topoloss.Options{})
	batch := tape.Constant(truth, shape...)
	target, err := obj.Target(t.Context(), batch)
	require.NoError(t, err)
	out, err := obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: tape.Constant(points, shape...)}, target)
	require.NoError(t, err)
	require.InEpsilon(t, want, out.Value, 1e-6)

	// What is not there or not finite is refused.
	_, err = obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: tape.Constant(points, n, channels*size)}, target)
	require.ErrorContains(t, err, "cubical1: it compares images: want a variable of shape images×…×rows×columns, not [3 84]")
	_, err = obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: tape.Constant(points[:size], 1, rows, columns)}, target)
	require.ErrorContains(t, err, "there are 1 images and 6 true ones")
	_, err = obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: batch}, nil)
	require.ErrorContains(t, err, "the target does not hold the bars of the true images")
	bad := slices.Clone(points)
	bad[channels*size+1] = float32(math.NaN())
	_, err = obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: tape.Constant(bad, shape...)}, target)
	require.ErrorContains(t, err, "row 1 of the cloud has coordinate 1 = NaN")

	// A constant image has no bars.
	flat := tape.Variable(autograd.TensorOf(dev, make([]float32, n*channels*size), shape...))
	out, err = obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: flat}, target)
	require.NoError(t, err)
	require.False(t, out.OK)
}
