package topoloss_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

func parse(t testing.TB, text string) topoloss.Specs {
	specs, err := topoloss.Parse(text)
	require.NoError(t, err)
	return specs
}

func objective(t testing.TB, text string, o topoloss.Options) *topoloss.Objective {
	obj, err := topoloss.New(parse(t, text), o)
	require.NoError(t, err)
	return obj
}

// An objective of the original's terms has the values and gradients of the losses
// of each place, bit for bit.
func TestObjectiveIsTheSumOfItsPlaces(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	truth, output, latent := randomCloud(1, 20, 3), randomCloud(2, 20, 3), randomCloud(3, 20, 2)
	weights, onLatent := [7]float64{1, 2, 3, 4, 0.5, 6, 7}, [7]float64{1, 0, 2, 0, 0, 0, 0}
	h := topoloss.DefaultHyperparameters()
	first, err := topoloss.Original(topoloss.Output, weights, 1, h)
	require.NoError(t, err)
	second, err := topoloss.Original(topoloss.Latent, onLatent, 1, h)
	require.NoError(t, err)
	obj, err := topoloss.New(append(first, second...), topoloss.Options{})
	require.NoError(t, err)
	require.Equal(t, 1, obj.Degree())
	require.True(t, obj.Needs(topoloss.Output, 0))
	require.True(t, obj.Needs(topoloss.Latent, 0))
	require.False(t, obj.Needs(topoloss.Samples, 0))

	tape := autograd.NewTape(dev)
	defer tape.Free()
	step := topoloss.Step{
		Batch:  tape.Constant(truth, 20, 3),
		Output: tape.Variable(autograd.TensorOf(dev, output, 20, 3)),
		Latent: tape.Variable(autograd.TensorOf(dev, latent, 20, 2)),
	}
	target, err := obj.Target(t.Context(), step.Batch)
	require.NoError(t, err)
	out, err := obj.Apply(t.Context(), step, target)
	require.NoError(t, err)
	tape.Backward(out.Var)

	a, err := topoloss.Weighted(weights, 1, h)
	require.NoError(t, err)
	b, err := topoloss.Weighted(onLatent, 1, h)
	require.NoError(t, err)
	wantA, gradA := apply(t, a, dev, output, truth, 3)
	require.True(t, out.OK)
	other := autograd.NewTape(dev)
	defer other.Free()
	z := other.Variable(autograd.TensorOf(dev, latent, 20, 2))
	wantB, err := b.Apply(t.Context(), z, target)
	require.NoError(t, err)
	other.Backward(wantB.Var)
	require.Equal(t, wantA.Value+wantB.Value, out.Value)
	require.Len(t, out.Terms, 9)
	for i, v := range append(wantA.Terms, wantB.Terms...) {
		require.Equal(t, topoloss.TermValue(v), out.Terms[i])
	}
	got := make([]float32, 60)
	require.NoError(t, dev.Read(got, step.Output.Grad()))
	require.Equal(t, gradA, got)
	got, gradB := make([]float32, 40), make([]float32, 40)
	require.NoError(t, dev.Read(got, step.Latent.Grad()))
	require.NoError(t, dev.Read(gradB, z.Grad()))
	require.Equal(t, gradB, got)
}

func TestObjectiveRefusals(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	obj := objective(t, "bottleneck0@latent=1,entropy0@samples=1", topoloss.Options{})
	batch := tape.Constant(randomCloud(1, 9, 2), 9, 2)
	target, err := obj.Target(t.Context(), batch)
	require.NoError(t, err)
	step := topoloss.Step{Number: 7, Batch: batch, Latent: batch}
	_, err = obj.Apply(t.Context(), step, target)
	require.EqualError(t, err, "topoloss: a term looks at the samples of step 7, which is nil")
	step.Samples = tape.Constant([]float32{1, float32(math.NaN())}, 1, 2)
	_, err = obj.Apply(t.Context(), step, target)
	require.ErrorContains(t, err, "samples: topoloss: row 0 of the cloud has coordinate 1 = NaN")
	step.Samples = batch
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = obj.Apply(cancelled, step, target)
	require.ErrorIs(t, err, context.Canceled)
	_, err = obj.Target(cancelled, batch)
	require.ErrorIs(t, err, context.Canceled)

	_, err = topoloss.New(nil, topoloss.Options{Gradient: topoloss.Gradient{Method: topoloss.Average}})
	require.ErrorContains(t, err, "bandwidth 0")
	_, err = topoloss.New(nil, topoloss.Options{Fallback: topoloss.Specs{{Name: "pusch"}}})
	require.ErrorContains(t, err, "fallback: topoloss: term 1: no term is named \"pusch\"")
}

func TestObjectiveFallback(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	obj := objective(t, "bottleneck0=1", topoloss.Options{Fallback: parse(t, "push0=2")})
	batch := tape.Constant([]float32{0, 0, 20, 0}, 2, 2)
	target, err := obj.Target(t.Context(), batch)
	require.NoError(t, err)
	x := tape.Variable(autograd.TensorOf(dev, []float32{0, 0, 3, 4}, 2, 2))
	out, err := obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: x}, target)
	require.NoError(t, err)
	require.True(t, out.OK)
	require.True(t, out.Fallback)
	require.Equal(t, -5.0, out.Value)
	require.Equal(t, []topoloss.TermValue{{}}, out.Terms)

	// Without terms there is nothing to compute.
	none := objective(t, "", topoloss.Options{})
	target, err = none.Target(t.Context(), batch)
	require.NoError(t, err)
	out, err = none.Apply(t.Context(), topoloss.Step{Batch: batch}, target)
	require.NoError(t, err)
	require.False(t, out.OK)
	require.Nil(t, out.Var)
	require.Equal(t, -1, none.Degree())
	require.Nil(t, none.Loss(topoloss.Output))
}

// TestFallbackKnowsItsPlace: fallback terms count where no term of their place depends on
// anything learnable, whatever share of the points terms and fallback look at.
func TestFallbackKnowsItsPlace(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	batch := tape.Constant([]float32{0, 0, 20, 0, 0, 30, 40, 40}, 4, 2)
	near := tape.Variable(autograd.TensorOf(dev, []float32{0, 0, 3, 4, 6, 8, 9, 12}, 4, 2))
	for _, c := range []struct {
		terms, fallback string
		step            uint64
		value           bool // the objective has a value
		isFallback      bool
	}{
		{"total0=1(share=0.5)", "push0=1", 0, true, false},
		{"total0=1", "push0=1(share=0.5)", 0, true, false},
		{"total0=1(share=0.5),bottleneck0=1", "push0=1", 0, true, false},
		{"bottleneck0=1(share=0.5)", "push0=1", 0, true, true},
		{"bottleneck0=1(share=0.5,every=2)", "push0=1", 1, false, false},
		{"total0=1(every=2),bottleneck0=1(share=0.5)", "push0=1", 1, true, true},
		{"", "push0=1,push0=2(share=0.5)", 0, true, true},
		{"total0@latent=1", "push0=1", 0, true, true}, // no term looks at the output
	} {
		obj := objective(t, c.terms, topoloss.Options{Fallback: parse(t, c.fallback)})
		target, err := obj.Target(t.Context(), batch)
		require.NoError(t, err)
		out, err := obj.Apply(t.Context(), topoloss.Step{Number: c.step, Batch: batch, Output: near, Latent: near}, target)
		require.NoError(t, err)
		require.Equal(t, []bool{c.value, c.isFallback}, []bool{out.OK, out.Fallback}, "%s, fallback %s", c.terms, c.fallback)
		require.Equal(t, c.value, obj.Needs(topoloss.Output, c.step), "%s, fallback %s", c.terms, c.fallback)
	}
}

// TestFallbackLearnsItsScale: a learnable scale of a fallback term is a parameter of the
// objective, like that of a term.
func TestFallbackLearnsItsScale(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	obj := objective(t, "signature@latent=1", topoloss.Options{Fallback: parse(t, "signature=1")})
	var names []string
	for _, p := range obj.Parameters(dev) {
		names = append(names, p.Name)
	}
	require.Equal(t, []string{"latent_signature.scale", "fallback_signature.scale"}, names)
	batch := tape.Constant([]float32{0, 0, 20, 0}, 2, 2)
	x := tape.Variable(autograd.TensorOf(dev, []float32{0, 0, 3, 4}, 2, 2))
	target, err := obj.Target(t.Context(), batch)
	require.NoError(t, err)
	out, err := obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: x, Latent: x}, target)
	require.NoError(t, err)
	require.True(t, out.Fallback)
	tape.Backward(out.Var)
	for _, p := range obj.Parameters(dev) {
		gradient, err := p.Grad.Values()
		require.NoError(t, err)
		require.NotZero(t, gradient[0], p.Name)
	}
}
