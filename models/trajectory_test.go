package models_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// A trajectory holds the values of the reference in some steps of Adam.
type trajectory struct {
	name    string
	steps   []step
	rounded []step         // the reference's steps in float32, if tolerances depend on them
	grads   []summary      // before the first step
	after   []summary      // parameters after the last
	loss    *topoloss.Loss // added to the VAE's; may be nil
}

// A weight is an element of a parameter.
type weight struct{ param, element int }

// requireTrajectory makes the steps of a trajectory and compares their values.
//
// Adam's first step moves each weight by the sign of its gradient. Some of the 1.7 million
// gradients are 0 but for rounding. Devices that sum in different orders find different
// signs for them, and then all later steps differ. The test passes if the values agree with
// the reference for some choice of these signs. It tries to flip one after another.
func (tr *trial) requireTrajectory(t *testing.T, c trajectory) {
	worst, where, doubtful := tr.follow(t, c, nil)
	var flipped []weight
	for _, p := range doubtful {
		if worst <= 1 {
			break
		}
		try := append(slices.Clip(flipped), p)
		if w, at, _ := tr.follow(t, c, try); w < worst {
			worst, where, flipped = w, at, try
		}
	}
	require.True(t, worst <= 1, "%s: %s deviates by %v of what is allowed, with %d of %d doubtful signs flipped", c.name, where, worst, len(flipped), len(doubtful))
}

// follow makes the steps of a trajectory, with some signs of the first gradient flipped. It
// returns the worst deviation as a multiple of the tolerance, what it is a deviation of, and
// the weights for which the sign of the first gradient is doubtful.
func (tr *trial) follow(t *testing.T, c trajectory, flipped []weight) (worst float64, where string, doubtful []weight) {
	compare := func(deviation, allowed float64, format string, args ...any) {
		if d := deviation / allowed; d > worst || math.IsNaN(d) {
			worst, where = d, fmt.Sprintf(format, args...)
		}
	}
	tr.restart()
	adam := nn.NewAdam(tr.params, nn.OptimizerOptions{LearningRate: 5e-4})
	defer adam.Free()
	for k, want := range c.steps {
		x, r := tr.forward()
		bce, kld := r.Losses[0].Var, r.Losses[1].Var
		near := func(name string, got, want, rounded float64) {
			allowed := tolerance * math.Abs(want)
			if c.rounded != nil { // ten times the difference of the reference in float32 and float64
				allowed += 10 * math.Abs(rounded-want)
			}
			compare(math.Abs(got-want), allowed, "%s before step %d", name, k+1)
		}
		item := func(v *autograd.Var) float64 {
			value, err := v.Item()
			require.NoError(t, err)
			return float64(value)
		}
		var rounded step
		if c.rounded != nil {
			rounded = c.rounded[k]
		}
		near("BCE", item(bce), want.BCE, rounded.BCE)
		near("KLD", item(kld), want.KLD, rounded.KLD)
		if k == len(c.steps)-1 {
			break
		}
		loss := autograd.Add(bce, kld)
		if c.loss != nil {
			target, err := c.loss.Target(t.Context(), x)
			require.NoError(t, err)
			result, err := c.loss.Apply(t.Context(), r.Reconstruction, target)
			require.NoError(t, err)
			near("topological loss", result.Value, want.Topo, rounded.Topo)
			loss = autograd.Add(loss, result.Var)
		}
		tr.tape.Backward(autograd.Scale(loss, 1/float32(tr.n)))
		if k == 0 {
			for i, p := range tr.params {
				gradient := values(t, p.Grad)
				require.Equal(t, p.Name, c.grads[i].Name)
				compare(c.grads[i].deviation(gradient, i), tolerance, "gradient of %s", p.Name)
				doubtful = append(doubtful, nearZero(i, gradient)...)
			}
			for _, f := range flipped {
				at := tr.params[f.param].Grad.Buffer().Slice(f.element, f.element+1)
				dev := tr.tape.Device()
				dev.Affine(at, at, -1, 0, kernels.Overwrite)
			}
		}
		require.NoError(t, adam.Step())
	}
	for i, want := range c.after {
		p := tr.params[i]
		compare(want.deviation(values(t, p.Value), i), tolerance, "%s after all steps", p.Name)
	}
	return worst, where, doubtful
}

// nearZero returns the weights whose gradient is not zero, but within rounding of zero.
func nearZero(param int, gradient []float32) []weight {
	var largest float32
	for _, g := range gradient {
		largest = max(largest, g, -g)
	}
	var weights []weight
	for i, g := range gradient {
		if g != 0 && max(g, -g) <= largest*0x1p-23 {
			weights = append(weights, weight{param, i})
		}
	}
	return weights
}
