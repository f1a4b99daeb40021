package topoloss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/topoloss"
)

// Begin changes no result: not if the step is applied, if it is given up, if terms change
// before Apply, or if the step is applied twice.
func TestBegin(t *testing.T) {
	driver := ptxsim.New(ptxsim.Options{})
	device, err := gpu.New(driver)
	require.NoError(t, err)
	defer func() { require.NoError(t, device.Close()) }()
	require.True(t, topoloss.CanBegin(device))
	terms, err := topoloss.Parse("wasserstein1@output=1,deaths0@samples=1(every=2),signature@output=1(learn=no),energy@samples=1,stress@latent=1")
	require.NoError(t, err)
	objective, err := topoloss.New(terms, topoloss.Options{})
	require.NoError(t, err)

	const n, dim = 20, 3
	tape := autograd.NewTape(device)
	defer tape.Free()
	truth := autograd.TensorOf(device, randomCloud(1, n, dim), n, dim)
	target, err := objective.Target(t.Context(), tape.Input(truth))
	require.NoError(t, err)
	var clouds [2]*autograd.Tensor
	for i := range clouds {
		clouds[i] = autograd.TensorOf(device, randomCloud(uint64(2+i), n, dim), n, dim)
	}
	begin := func(number uint64, swapped int) topoloss.Step {
		tape.Reset()
		s := topoloss.Step{Number: number, Batch: tape.Input(truth)}
		s.Output, s.Samples = tape.Variable(clouds[swapped]), tape.Variable(clouds[1-swapped])
		s.Latent = s.Output
		return s
	}
	apply := func(s topoloss.Step) (values []topoloss.TermValue, gradients [][]float32) {
		r, err := objective.Apply(t.Context(), s, target)
		require.NoError(t, err)
		tape.Backward(r.Var)
		for _, v := range []*autograd.Var{s.Output, s.Samples} {
			g := make([]float32, n*dim)
			require.NoError(t, device.Read(g, v.Grad()))
			gradients = append(gradients, g)
		}
		return append(values, r.Terms...), gradients
	}
	same := func(number uint64, s topoloss.Step, swapped int) {
		t.Helper()
		values, gradients := apply(s)
		wantValues, want := apply(begin(number, swapped))
		require.Equal(t, wantValues, values)
		require.Equal(t, want, gradients)
	}

	s := begin(0, 0)
	samples := s
	samples.Output = nil
	require.True(t, objective.Begin(&samples))
	samples.Output = s.Output
	require.True(t, objective.Begin(&samples))
	require.NoError(t, device.Sync())
	launches := driver.Counters("lunes").Launches + driver.Counters("spanning_tree").Launches
	waits := driver.Waits()
	same(0, samples, 0)
	require.Equal(t, launches+2, driver.Counters("lunes").Launches+driver.Counters("spanning_tree").Launches, "Apply with Begin launched none again")
	require.Greater(t, driver.Waits(), waits)

	// Given up. The variables of the next step have the same addresses.
	s = begin(0, 0)
	require.True(t, objective.Begin(&s))
	same(0, begin(0, 1), 1)

	// Begun again, with other clouds.
	s = begin(0, 0)
	require.True(t, objective.Begin(&s))
	s = begin(0, 1)
	require.True(t, objective.Begin(&s))
	same(0, s, 1)

	// A term that does not count in the step is not begun.
	s = begin(1, 0)
	s.Output = nil
	require.False(t, objective.Begin(&s))
	s.Output = s.Latent
	same(1, s, 0)

	// Terms change.
	s = begin(0, 0)
	require.True(t, objective.Begin(&s))
	objective.Loss(topoloss.Output).Terms[0].Weight = 0
	same(0, s, 0)

	// Applied twice.
	s = begin(0, 0)
	objective.Begin(&s)
	first, err := objective.Apply(t.Context(), s, target)
	require.NoError(t, err)
	want := append([]topoloss.TermValue(nil), first.Terms...)
	again, err := objective.Apply(t.Context(), s, target)
	require.NoError(t, err)
	require.Equal(t, want, again.Terms)

	host := cpu.New()
	defer host.Close()
	require.False(t, topoloss.CanBegin(host))
	own := autograd.NewTape(host)
	s = topoloss.Step{Output: own.Input(autograd.TensorOf(kernels.Device(host), []float32{1, 2}, 2, 1))}
	require.False(t, objective.Begin(&s))
}
