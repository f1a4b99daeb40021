package topoloss_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// variants are terms that differ from their kind's default in more than numbers.
var variants = []string{
	"bottleneck1=1(attract=yes)", "dsigma1=1(sigma=0.5)", "dsigma0=1(sigma=0.5)", "density=1(sigma=0.3,scale=0.5,maxrange=2)",
	"wasserstein0=1(order=3,norm=inf)", "wasserstein1=1(order=1,norm=2)", "wasserstein1=1(root=yes)",
	"total1=1(power=2)", "rest0=1(k=3)", "longest0=1(k=2,power=1.5)",
	"signature=1(normalize=plain,learn=no,scale=0.7)", "cross1=1(side=fidelity,k=0)", "cross0=1(side=coverage,k=7)",
	"rtd=1(normalize=plain)", "rtdlite=1(normalize=plain)", "energy=1(estimate=biased)", "energy=1(k=5)", "mmd=1(bandwidth=0.4)", "bottleneck0=1(share=0.5)", "signature=1(share=0.7)",
}

// everyTerm returns a term of each kind of clouds with its defaults, and the variants.
func everyTerm() []string {
	var all []string
	for _, name := range topoloss.Names() {
		if !strings.HasPrefix(name, "cubical") { // of images: see TestImages
			all = append(all, name+"=1")
		}
	}
	return append(all, variants...)
}

// value applies an objective at the output.
func value(t testing.TB, obj *topoloss.Objective, x *autograd.Var, truth []float32) topoloss.Outcome {
	dim := autograd.Size(x.Shape()[1:])
	batch := x.Tape().Constant(truth, len(truth)/dim, dim)
	target, err := obj.Target(context.Background(), batch)
	require.NoError(t, err)
	out, err := obj.Apply(context.Background(), topoloss.Step{Number: 3, Batch: batch, Output: x}, target)
	require.NoError(t, err)
	return out
}

// TestFiniteDifferences compares the gradient of every term with central differences
// of its value. Terms have kinks, where another edge is the shortest: no one step is
// small enough for all and large enough for float32, so the best of several counts.
// Terms that hold a quantile of the learnable distances constant are left out; they
// are checked in TestReference.
func TestFiniteDifferences(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, text := range everyTerm() {
		switch text {
		case "rtd=1", "rtdlite=1", "mmd=1":
			continue
		case "sliced0=1", "sliced1=1": // a kink for each direction and pair of bars
			text = text + "(directions=4)"
		}
		t.Run(text, func(t *testing.T) {
			obj := objective(t, text, topoloss.Options{Seed: 5})
			obj.Parameters(dev)
			tape := autograd.NewTape(dev)
			defer tape.Free()
			counted := 0
			for trial := range uint64(3) {
				points := randomCloud(36+trial, 12, 2)
				truth := randomCloud(136+trial, 12, 2)
				at := func(i int, move float32) (moved, v float64) {
					x := slices.Clone(points)
					x[i] += move
					tape.Reset()
					return float64(x[i]), value(t, obj, tape.Constant(x, 12, 2), truth).Value
				}
				tape.Reset()
				v := tape.Variable(autograd.TensorOf(dev, points, 12, 2))
				out := value(t, obj, v, truth)
				if !out.OK {
					continue
				}
				counted++
				tape.Backward(out.Var)
				grad := make([]float32, len(points))
				require.NoError(t, dev.Read(grad, v.Grad()))
				for i, g := range grad {
					closest := math.Inf(1)
					for _, h := range []float32{1e-2, 3e-3, 1e-3, 3e-4, 1e-4} {
						right, above := at(i, h)
						left, below := at(i, -h)
						closest = min(closest, math.Abs((above-below)/(right-left)-float64(g)))
					}
					require.Less(t, closest, 4e-3*max(1, math.Abs(float64(g))), "coordinate %d of trial %d with derivative %v", i, trial, g)
				}
			}
			require.Positive(t, counted)
		})
	}
}

// TestSamplesOfPoints: which points a term draws depends on the seed and the number of
// the step.
func TestSamplesOfPoints(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	x, y := tape.Constant(randomCloud(1, 40, 2), 40, 2), tape.Constant(randomCloud(2, 50, 2), 50, 2)
	at := func(seed, number uint64) float64 {
		obj := objective(t, "cross0=1(k=10),cross1=1(k=10)", topoloss.Options{Seed: seed})
		out, err := obj.Apply(t.Context(), topoloss.Step{Number: number, Batch: y, Output: x}, nil)
		require.NoError(t, err)
		return out.Value
	}
	require.Equal(t, at(1, 2), at(1, 2))
	require.NotEqual(t, at(1, 2), at(1, 3))
	require.NotEqual(t, at(1, 2), at(2, 2))
}

// TestComparisonRefusals: what cannot be compared is refused by name.
func TestComparisonRefusals(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	nan := float32(math.NaN())
	flat := func(x []float32, dim int) *autograd.Var { return tape.Constant(x, len(x)/dim, dim) }
	cloud := flat(randomCloud(1, 9, 2), 2)
	for _, c := range []struct {
		text        string
		x, batch    *autograd.Var
		want        string
		noParameter bool
	}{
		{"signature=1", flat(randomCloud(1, 8, 2), 2), cloud, "topoloss: signature: it compares each point with its true point, but there are 8 points and 9 true ones", false},
		{"signature=1", cloud, cloud, "signature: its scale is learnable: give Objective.Parameters to the optimizer, or say learn=no", true},
		{"cross0=1", flat(randomCloud(1, 6, 3), 3), cloud, "cross0: it measures distances between learnable and true points, but these have 3 and 2 coordinates", false},
		{"cross0=1", flat([]float32{1, 2, 3, nan}, 2), cloud, "row 1 of the cloud has coordinate 1 = NaN", false},
		{"energy=1", cloud, flat([]float32{1, 2, 3, nan}, 2), "the true points: topoloss: row 1 of the cloud has coordinate 1 = NaN", false},
		{"energy=1", flat([]float32{-3e38, 0, 3e38, 0}, 2), cloud, "points are too far apart", false},
		{"rtd=1", flat([]float32{1, 2, 3, nan}, 2), flat([]float32{1, 2, 3, 4}, 2), "row 1 of the cloud has coordinate 1 = NaN", false},
	} {
		obj := objective(t, c.text, topoloss.Options{})
		if !c.noParameter {
			obj.Parameters(dev)
		}
		var target *topoloss.Target
		if c.text != "energy=1" {
			var err error
			target, err = obj.Target(t.Context(), c.batch)
			require.NoError(t, err)
		}
		_, err := obj.Apply(t.Context(), topoloss.Step{Batch: c.batch, Output: c.x}, target)
		require.ErrorContains(t, err, c.want)
	}
	_, err := topoloss.Parse("signature@samples=1")
	require.ErrorContains(t, err, "signature compares each point with its true point, which samples do not have: the places are output, latent")

	loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "energy", Weight: 1, Comparison: topoloss.Energy{}}}}
	_, err = loss.Apply(t.Context(), cloud, nil)
	require.ErrorContains(t, err, "known to an Objective only")
	_, err = loss.Evaluate(nil, nil)
	require.ErrorContains(t, err, "only diagrams are given")
	loss.Terms[0].Comparison = &topoloss.RTD{}
	_, err = loss.Apply(t.Context(), cloud, nil)
	require.ErrorContains(t, err, "the target does not hold the distances of the true points")
}
