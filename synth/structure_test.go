package synth

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

var (
	allSeeds  = flag.Int("seeds", 2, "seeds to run each experiment with")
	spreads   = flag.Bool("variants", false, "compare ways to use the gradient")
	watchStep = 10
)

// An outcome is what came of an experiment.
type outcome struct {
	count, want Count
	reached     int // the first step from which the structure was right and stayed so; −1: never
	first       int // the first step at which it was right; −1: never
}

// follow makes all steps and looks at the structure on the way.
func follow(t testing.TB, dev kernels.Device, c Config) outcome {
	t.Helper()
	require.NoError(t, c.Validate())
	loss, err := c.loss()
	require.NoError(t, err)
	target, err := c.target(dev)
	require.NoError(t, err)
	m, err := NewMover(dev, c.Start, loss, target, c.Optimizer, c.LearningRate)
	require.NoError(t, err)
	defer m.Free()
	out := outcome{want: CountLonger(withEssential(target), c.Gap), reached: -1, first: -1}
	for step := 0; ; step++ {
		if step%watchStep == 0 || step == c.Steps {
			points, err := m.Cloud()
			require.NoError(t, err)
			diagrams, err := diagramsOf(dev, points)
			require.NoError(t, err)
			out.count = CountLonger(diagrams, c.Gap)
			switch {
			case out.count != out.want:
				out.reached = -1
			case out.reached < 0:
				out.reached = step
				if out.first < 0 {
					out.first = step
				}
			}
		}
		if step == c.Steps {
			return out
		}
		_, err := m.Step()
		require.NoError(t, err)
	}
}

// TestVariants is a measurement, not a check.
func TestVariants(t *testing.T) {
	if !*spreads {
		t.Skip("a measurement that takes minutes; -variants runs it")
	}
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	for number := 1; number <= Experiments; number++ {
		for _, v := range []struct {
			name   string
			change func(*Config)
		}{
			{"plain", func(*Config) {}},
			{"attract", func(c *Config) { c.Attract = true }},
			{"average 1", func(c *Config) { c.Spread.Bandwidth = 1 }},
			{"average 2", func(c *Config) { c.Spread.Bandwidth = 2 }},
			{"average 1 attract", func(c *Config) { c.Spread.Bandwidth = 1; c.Attract = true }},
			{"interpolate 1", func(c *Config) { c.Spread = Spread{Interpolate, 1} }},
			{"interpolate 2", func(c *Config) { c.Spread = Spread{Interpolate, 2} }},
			{"interpolate 1 attract", func(c *Config) { c.Spread = Spread{Interpolate, 1}; c.Attract = true }},
			{"interpolate 2 attract", func(c *Config) { c.Spread = Spread{Interpolate, 2}; c.Attract = true }},
		} {
			line := fmt.Sprintf("%d %-22s", number, v.name)
			good := 0
			for seed := 1; seed <= *allSeeds; seed++ {
				c, err := Experiment(number, uint64(seed))
				require.NoError(t, err)
				v.change(&c)
				o := follow(t, dev, c)
				if o.count == o.want {
					good++
				}
				line += fmt.Sprintf(" %5d/%5d", o.first, o.reached)
			}
			fmt.Println(line, good)
		}
	}
}
