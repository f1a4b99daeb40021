package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/nn"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name     string
		schedule nn.Schedule
		want     []float64
	}{
		{"warm-up", nn.Warmup(4, nil), []float64{0.25, 0.5, 0.75, 1, 1, 1}},
		{"no warm-up", nn.Warmup(0, nil), []float64{1, 1}},
		{"warm-up, then from the start of another", nn.Warmup(2, nn.StepDecay(1, 0.5)), []float64{0.5, 1, 1, 0.5, 0.25}},
		{"no warm-up to another", nn.Warmup(0, nn.StepDecay(1, 0.5)), []float64{1, 0.5, 0.25}},
		{"step", nn.StepDecay(2, 0.1), []float64{1, 1, 0.1, 0.1, 0.01}},
		{"cosine", nn.Cosine(4, 0.2), []float64{1, 0.882842712474619, 0.6, 0.317157287525381, 0.2, 0.2, 0.2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for step, want := range c.want {
				require.InDelta(t, want, c.schedule(step), 1e-12, "step %d", step)
			}
		})
	}
	require.PanicsWithValue(t, "nn: StepDecay by 0.5 after every 0 steps", func() { nn.StepDecay(0, 0.5) })
}
