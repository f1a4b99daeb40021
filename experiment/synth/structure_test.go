package synth

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/viz"
)

var (
	tableSeeds   = flag.Int("table", 0, "measure all variants with as many `seeds` and print a table")
	curvesFolder = flag.String("curves", "", "draw the distance of each variant by step as PNG files in a `folder`")
)

// A variant is an experiment with or without options.
type variant struct {
	experiment int
	name       string
	change     func(*Config)
}

func variants() []variant {
	plain := func(*Config) {}
	average := func(c *Config) { c.Gradient = topoloss.Gradient{Method: topoloss.Average, Bandwidth: 1} }
	attract := func(c *Config) {
		c.Topo = slices.Clone(c.Topo)
		for i := range c.Topo {
			c.Topo[i].Options = map[string]string{"attract": "yes"}
		}
	}
	both := func(c *Config) {
		attract(c)
		c.Gradient = topoloss.Gradient{Method: topoloss.Interpolate, Bandwidth: 1}
	}
	return []variant{
		{1, "plain", plain},
		{1, "average", average},
		{1, "attract, interpolate", both},
		{2, "plain", plain},
		{2, "attract", attract},
		{2, "attract, interpolate", both},
		{3, "plain", plain},
		{3, "attract", attract},
		{3, "attract, interpolate", both},
	}
}

// An outcome is the structure of a cloud in the course of an experiment.
type outcome struct {
	count, want Count
	steps       []float64 // the steps at which distance was measured
	distance    []float64 // the larger of the bottleneck distances in degrees 0 and 1
	structure   int       // the first step with the right structure; -1: none
	close       int       // the first step with a distance below half a unit; −1: none
}

// follow makes all steps, and counts clusters and loops at intervals.
func follow(t testing.TB, dev kernels.Device, c Config, every int) outcome {
	t.Helper()
	require.NoError(t, c.Validate())
	aim, err := c.aim(t.Context(), dev)
	require.NoError(t, err)
	defer aim.free()
	m, err := NewMover(dev, c.Start, aim.loss, c.Optimizer, c.LearningRate)
	require.NoError(t, err)
	defer m.Free()
	var matcher distance.Matcher
	out := outcome{want: CountLonger(aim.diagrams, c.Gap), structure: -1, close: -1}
	for step := 0; ; step++ {
		if step%every == 0 || step == c.Steps {
			points, err := m.Cloud()
			require.NoError(t, err)
			diagrams, err := DiagramsOf(t.Context(), dev, points)
			require.NoError(t, err)
			distance := 0.0
			for degree, d := range diagrams {
				one, _, err := matcher.Bottleneck(t.Context(), d.Finite(), aim.target.Bars(degree))
				require.NoError(t, err)
				distance = max(distance, one)
			}
			out.count = CountLonger(diagrams, c.Gap)
			if out.structure < 0 && out.count == out.want {
				out.structure = step
			}
			if out.close < 0 && distance < 0.5 {
				out.close = step
			}
			out.steps, out.distance = append(out.steps, float64(step)), append(out.distance, distance)
		}
		if step == c.Steps {
			return out
		}
		_, err := m.Step(t.Context())
		require.NoError(t, err)
	}
}

// TestStructure checks that the experiments end with the clusters and loops of their targets,
// with one seed and fewer steps than they have. TestTable measures more seeds.
func TestStructure(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	want := [...]Count{1: {Clusters: 3}, 2: {Clusters: 4}, 3: {Clusters: 1, Loops: 1}}
	for _, v := range variants() {
		if v.name == "attract, interpolate" {
			continue // covered by its parts
		}
		t.Run(fmt.Sprint(v.experiment, v.name), func(t *testing.T) {
			c, err := Experiment(v.experiment, 2)
			require.NoError(t, err)
			v.change(&c)
			if v.experiment != 2 {
				c.Steps /= 4 // from this seed they need no more
			}
			o := follow(t, dev, c, c.Steps)
			require.Equal(t, want[v.experiment], o.want)
			require.Equal(t, o.want, o.count)
		})
	}
}

// TestTable measures how often and how fast the experiments succeed.
func TestTable(t *testing.T) {
	if *tableSeeds == 0 && *curvesFolder == "" {
		t.Skip("a measurement, of minutes: ask for it with -table 10, or for its pictures with -curves folder")
	}
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	var table strings.Builder
	table.WriteString("| experiment | options | structure right | first right at step | distance < 0.5 at step | last distance |\n|---|---|---|---|---|---|\n")
	series := make([][]viz.Series, 1+Experiments)
	for _, v := range variants() {
		var structure, close, last []float64
		right, seeds := 0, max(1, *tableSeeds)
		for seed := 1; seed <= seeds; seed++ {
			c, err := Experiment(v.experiment, uint64(seed))
			require.NoError(t, err)
			v.change(&c)
			o := follow(t, dev, c, 10)
			if o.count == o.want {
				right++
			}
			structure, close = append(structure, never(o.structure)), append(close, never(o.close))
			last = append(last, o.distance[len(o.distance)-1])
			if seed == 1 {
				series[v.experiment] = append(series[v.experiment], viz.Series{Name: v.name, X: o.steps, Y: o.distance})
			}
		}
		fmt.Fprintf(&table, "| %d | %s | %d of %d | %s | %s | %.3f |\n", v.experiment, v.name, right, seeds,
			steps(structure), steps(close), middle(last))
	}
	fmt.Print(table.String())
	for experiment := 1; experiment <= Experiments && *curvesFolder != ""; experiment++ {
		c, err := Experiment(experiment, 1)
		require.NoError(t, err)
		f, err := os.Create(filepath.Join(*curvesFolder, fmt.Sprintf("experiment-%d.png", experiment)))
		require.NoError(t, err)
		defer f.Close()
		require.NoError(t, viz.Curves(f, c.Title, "step", "bottleneck distance to the target", series[experiment]...))
	}
}

func never(step int) float64 {
	if step < 0 {
		return math.Inf(1)
	}
	return float64(step)
}

// steps returns the median and the extremes of numbers of steps.
func steps(values []float64) string {
	word := func(v float64) string {
		if math.IsInf(v, 1) {
			return "never"
		}
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%s (%s–%s)", word(middle(values)), word(slices.Min(values)), word(slices.Max(values)))
}

func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
