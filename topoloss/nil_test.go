package topoloss_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// A nil cloud is an error, and a nil context or step panics, with words that name it.
func TestNilArguments(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	x := tape.Variable(autograd.NewTensor(dev, 3, 2))
	terms, err := topoloss.Parse("deaths0=1")
	require.NoError(t, err)
	objective, err := topoloss.New(terms, topoloss.Options{})
	require.NoError(t, err)
	loss := objective.Loss(topoloss.Output)
	const nothing = "topoloss: the cloud is nil"
	_, err = objective.Target(t.Context(), nil)
	require.EqualError(t, err, nothing)
	_, err = loss.Target(t.Context(), nil)
	require.EqualError(t, err, nothing)
	_, err = loss.Apply(t.Context(), nil, nil)
	require.EqualError(t, err, nothing)
	_, err = loss.ApplyDiagrams(t.Context(), nil, nil, nil)
	require.EqualError(t, err, nothing)
	_, err = topoloss.TargetFromPoints(t.Context(), nil, 0)
	require.EqualError(t, err, nothing)
	var none context.Context
	const missing = "topoloss: the context is nil: want context.Background() if nothing cancels"
	for i, call := range []func(){
		func() { _, _ = objective.Target(none, x) },
		func() { _, _ = objective.Apply(none, topoloss.Step{Output: x}, nil) },
		func() { _, _ = loss.Apply(none, x, nil) },
		func() { _, _ = loss.ApplyDiagrams(none, x, nil, nil) },
		func() { _, _ = topoloss.TargetFromPoints(none, autograd.NewTensor(dev, 2, 1), 0) },
	} {
		require.PanicsWithValue(t, missing, call, "call %d", i)
	}
	require.PanicsWithValue(t, "topoloss: Begin of a nil step", func() { objective.Begin(nil) })
}
