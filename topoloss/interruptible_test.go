package topoloss_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// TestInterruptible: matchings hear a context, and what a matcher refuses is an error.
func TestInterruptible(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	bars := []ph.Bar{{Birth: 0, Death: 1}, {Birth: 0.5, Death: 2}}
	bad := []ph.Bar{{Birth: math.NaN(), Death: 1}, {Birth: 0, Death: 1}}
	gradients := make([]topoloss.BarGradient, len(bars))
	for _, r := range []topoloss.Interruptible{
		new(topoloss.Bottleneck), &topoloss.Wasserstein{Order: 2, Norm: 2}, &topoloss.Sliced{Directions: 5},
	} {
		_, ok, err := r.EvaluateContext(t.Context(), bars, bars[:1], gradients)
		require.NoError(t, err, "%T", r)
		require.True(t, ok, "%T", r)
		_, _, err = r.EvaluateContext(cancelled, bars, bars[:1], gradients)
		require.ErrorIs(t, err, context.Canceled, "%T", r)
		_, ok, err = r.EvaluateContext(t.Context(), bad, bars[:1], gradients)
		require.ErrorContains(t, err, "bar 0", "%T", r)
		require.False(t, ok, "%T", r)
		require.Panics(t, func() { r.Evaluate(bad, bars[:1], gradients) }, "%T", r)
	}
}

// stopping is a regularizer whose evaluation a test cancels.
type stopping struct {
	topoloss.Func
	cancel context.CancelFunc
}

func (s stopping) EvaluateContext(ctx context.Context, _, _ []ph.Bar, _ []topoloss.BarGradient) (float64, bool, error) {
	s.cancel()
	return 0, false, ctx.Err()
}

// TestLossHandsItsContextOn to the terms that can be interrupted.
func TestLossHandsItsContextOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	x := tape.Variable(autograd.TensorOf(dev, []float32{0, 0, 3, 4}, 2, 2))
	loss := topoloss.Loss{Terms: []topoloss.Term{{Name: "slow", Weight: 1, Regularizer: stopping{cancel: cancel}}}}
	_, err := loss.Apply(ctx, x, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "slow")
}
