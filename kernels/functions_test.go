package kernels_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
)

// TestFunctionsByHand compares values with numbers from tables.
func TestFunctionsByHand(t *testing.T) {
	for _, c := range []struct {
		f    kernels.Func
		x, y float64
	}{
		{kernels.Identity, -3, -3}, {kernels.ReLU, -3, 0}, {kernels.ReLU, 3, 3}, {kernels.Neg, 3, -3}, {kernels.Abs, -3, 3},
		{kernels.Sigmoid, 0, 0.5}, {kernels.Sigmoid, 1, 0.7310585786300049}, {kernels.Tanh, 1, 0.7615941559557649},
		{kernels.Exp, 1, math.E}, {kernels.Log, math.E, 1}, {kernels.Sqrt, 2, math.Sqrt2}, {kernels.Square, -3, 9},
		{kernels.Softplus, 0, math.Ln2}, {kernels.Softplus, 1000, 1000}, {kernels.Softplus, -1000, 0},
		{kernels.Reciprocal, 4, 0.25}, {kernels.Sin, math.Pi / 6, 0.5}, {kernels.Cos, math.Pi / 3, 0.5},
	} {
		require.InDelta(t, c.y, c.f.Value(c.x), 1e-15, "%v(%v)", c.f, c.x)
	}
}

// TestFunctionsDifferentiate compares every derivative with central differences of the
// value, and checks that the derivative reads only what GradFromOutput says.
func TestFunctionsDifferentiate(t *testing.T) {
	const h = 1e-6
	for _, f := range kernels.Funcs() {
		require.NotEmpty(t, f.String())
		for x := 0.1; x < 5; x += 0.37 {
			for _, x := range []float64{x, -x} {
				if math.IsNaN(f.Value(x)) {
					continue
				}
				y, unread := f.Value(x), math.NaN()
				got := f.Derivative(x, unread)
				if f.GradFromOutput() {
					got = f.Derivative(unread, y)
				}
				want := (f.Value(x+h) - f.Value(x-h)) / (2 * h)
				require.InDelta(t, want, got, 1e-7*max(1, math.Abs(want)), "%v at %v", f, x)
			}
		}
	}
}
