package training

import (
	"context"
	"errors"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMemory(t *testing.T) {
	flags := flag.NewFlagSet("prog", flag.ContinueOnError)
	m := Memory{Remedy: "fewer points"}
	m.Define(flags)
	require.NoError(t, flags.Parse([]string{"-max-memory", "1MB"}))
	require.NoError(t, m.Check(1000))
	require.EqualError(t, m.Check(3e9), "this needs at least 3 GB of memory, -max-memory allows 1 MB: give fewer points, or a greater -max-memory")

	// A test takes more than a megabyte.
	ctx, stop := m.Watch(t.Context())
	defer stop()
	<-ctx.Done()
	require.ErrorContains(t, m.Ended(ctx, ctx.Err()), "of memory, -max-memory allows 1 MB: give fewer points, or a greater -max-memory")
	other := errors.New("other")
	require.Equal(t, other, m.Ended(ctx, other))
	require.NoError(t, m.Ended(ctx, nil))

	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, m.Ended(interrupted, interrupted.Err()), context.Canceled)
}
