package topoloss_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

func TestTargetFromDiagrams(t *testing.T) {
	given := ph.Diagram{Degree: 1, Bars: bars(3, 4, 1, 2, 2, 2, 0.5, math.Inf(1))}
	target, err := topoloss.TargetFromDiagrams(given)
	require.NoError(t, err)
	require.Empty(t, target.Bars(0), "a degree that is left out")
	require.Equal(t, bars(3, 4, 1, 2), target.Bars(1), "neither the point on the diagonal nor the essential bar")
	require.Empty(t, target.Bars(2))
	require.Empty(t, target.Bars(-1))
	given.Bars[0].Birth = 9
	require.Equal(t, 3.0, target.Bars(1)[0].Birth, "a copy")
	require.Equal(t, []ph.Diagram{{Degree: 0}, {Degree: 1, Bars: bars(3, 4, 1, 2)}}, target.Diagrams())

	var none *topoloss.Target
	require.Empty(t, none.Bars(0))

	for want, d := range map[string]ph.Diagram{
		"degree -1": {Degree: -1},
		"degree 0: bar 1 is born at 2 and dies at 1":     {Bars: bars(0, 1, 2, 1)},
		"degree 3: bar 0 is born at NaN":                 {Degree: 3, Bars: bars(math.NaN(), 1)},
		"bar 0 is born at 0 and dies at NaN":             {Bars: bars(0, math.NaN())},
		"degree 0: bar 0 is born at -Inf and dies at +I": {Bars: bars(math.Inf(-1), math.Inf(1))},
	} {
		_, err := topoloss.TargetFromDiagrams(d)
		require.ErrorContains(t, err, want)
		loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "push", Weight: 1, Regularizer: topoloss.Push{}}}}
		_, err = loss.Evaluate([]ph.Diagram{d}, nil)
		require.ErrorContains(t, err, want)
	}
}

func TestTargetFromPoints(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	// A square of side 2 and a point that is there twice.
	x := autograd.TensorOf(dev, []float32{0, 0, 2, 0, 2, 2, 0, 2, 0, 2}, 5, 2)
	target, err := topoloss.TargetFromPoints(t.Context(), x, 1)
	require.NoError(t, err)
	require.Len(t, target.Bars(0), 3)
	for _, b := range target.Bars(0) {
		require.Equal(t, 2.0, b.Death)
	}
	require.Len(t, target.Bars(1), 1)
	require.Equal(t, 2.0, target.Bars(1)[0].Birth)
	require.InDelta(t, math.Sqrt(8), target.Bars(1)[0].Death, 1e-6)

	target, err = topoloss.TargetFromPoints(t.Context(), x, 0)
	require.NoError(t, err)
	require.Len(t, target.Diagrams(), 1)
	_, err = topoloss.TargetFromPoints(t.Context(), x, -1)
	require.ErrorContains(t, err, "degree -1")

	_, err = topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, nil, 0, 2), 1)
	require.ErrorContains(t, err, "a cloud of shape [0 2]: want at least one point")

	// A loss looks only as high as its terms do.
	tape := autograd.NewTape(dev)
	defer tape.Free()
	low := &topoloss.Loss{Terms: []topoloss.Term{{Weight: 1, Regularizer: topoloss.Push{}}, {Degree: 1, Regularizer: topoloss.Push{}}}}
	target, err = low.Target(t.Context(), tape.Input(x))
	require.NoError(t, err)
	require.Len(t, target.Diagrams(), 1)
	target, err = new(topoloss.Loss).Target(t.Context(), tape.Input(x))
	require.NoError(t, err)
	require.Len(t, target.Diagrams(), 1)
}
