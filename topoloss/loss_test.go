package topoloss_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// randomCloud returns n points of dimension dim, uniform in a cube of side 2.
func randomCloud(seed uint64, n, dim int) []float32 {
	random := rand.New(rand.NewPCG(seed, 99))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = 2 * random.Float32()
	}
	return x
}

// all returns the loss of all seven regularizers, with numbers that make each
// matter for a cloud of size 1.
func all(t testing.TB) *topoloss.Loss {
	h := topoloss.DefaultHyperparameters()
	h.DensityScale, h.DensityRange, h.DensitySigma = 0.5, 2, 0.3
	loss, err := topoloss.Weighted([7]float64{1, 2, 3, 4, 0.5, 6, 7}, 1, h)
	require.NoError(t, err)
	return loss
}

// apply returns a loss between two clouds and its gradient at the first.
func apply(t testing.TB, loss *topoloss.Loss, dev *cpu.Device, x, y []float32, dim int) (topoloss.Result, []float32) {
	tape := autograd.NewTape(dev)
	defer tape.Free()
	v := tape.Variable(autograd.TensorOf(dev, x, len(x)/dim, dim))
	target, err := topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, y, len(y)/dim, dim), 1)
	require.NoError(t, err)
	r, err := loss.Apply(t.Context(), v, target)
	require.NoError(t, err)
	tape.Backward(r.Var)
	grad := make([]float32, len(x))
	if r.OK {
		require.NoError(t, dev.Read(grad, v.Grad()))
	}
	item, err := r.Var.Item()
	require.NoError(t, err)
	require.Equal(t, float32(r.Value), item)
	r.Var = nil // it died with the tape
	return r, grad
}

func TestWeighted(t *testing.T) {
	h := topoloss.DefaultHyperparameters()
	loss, err := topoloss.Weighted([7]float64{10, 0, 0, 5, 0, 0, 1}, 1, h)
	require.NoError(t, err)
	var names []string
	for _, term := range loss.Terms {
		names = append(names, fmt.Sprint(term.Name, " ", term.Degree, " ", term.Weight))
	}
	require.Equal(t, []string{"bottleneck0 0 10", "entropy1 1 5", "density 0 1"}, names)
	require.Equal(t, 1, loss.Degree())

	loss, err = topoloss.Weighted([7]float64{10, 0, 10, 0, 0, 0, 1}, 0, h)
	require.NoError(t, err)
	require.Equal(t, 0, loss.Degree())
	loss, err = topoloss.Weighted([7]float64{}, 0, h)
	require.NoError(t, err)
	require.Equal(t, -1, loss.Degree())

	for i, name := range topoloss.OriginalNames() {
		var weights [7]float64
		weights[i] = 3
		_, err := topoloss.Weighted(weights, 0, h)
		if i%2 == 1 {
			require.ErrorContains(t, err, name+" has weight 3 but the degree is 0")
		} else {
			require.NoError(t, err)
		}
		weights[i] = math.NaN()
		_, err = topoloss.Weighted(weights, 1, h)
		require.ErrorContains(t, err, "the weight of "+name+" is NaN")
	}
	_, err = topoloss.Weighted([7]float64{}, 2, h)
	require.ErrorContains(t, err, "degree 2, must be 0 or 1")
}

func TestHyperparameters(t *testing.T) {
	require.NoError(t, topoloss.DefaultHyperparameters().Validate())
	for name, spoil := range map[string]func(*topoloss.Hyperparameters){
		"entropy delta in degree 0": func(h *topoloss.Hyperparameters) { h.EntropyDelta0 = -1 },
		"entropy delta in degree 1": func(h *topoloss.Hyperparameters) { h.EntropyDelta1 = math.Inf(1) },
		"dsigma sigma in degree 0":  func(h *topoloss.Hyperparameters) { h.DsigmaSigma0 = 0 },
		"dsigma sigma in degree 1":  func(h *topoloss.Hyperparameters) { h.DsigmaSigma1 = math.NaN() },
		"density sigma":             func(h *topoloss.Hyperparameters) { h.DensitySigma = 0 },
		"density scale":             func(h *topoloss.Hyperparameters) { h.DensityScale = -1 },
		"density maxrange":          func(h *topoloss.Hyperparameters) { h.DensityRange = 0 },
		"density npoints":           func(h *topoloss.Hyperparameters) { h.DensityNPoints = 0 },
		"npoints is 9000000":        func(h *topoloss.Hyperparameters) { h.DensityNPoints = 9_000_000 },
	} {
		h := topoloss.DefaultHyperparameters()
		spoil(&h)
		require.ErrorContains(t, h.Validate(), name)
		_, err := topoloss.Weighted([7]float64{}, 1, h)
		require.ErrorContains(t, err, name)
	}
}

// TestSum checks that a loss is the weighted sum of its terms, and its gradient
// that of theirs.
func TestSum(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	x, y := randomCloud(1, 20, 3), randomCloud(2, 17, 3)
	together, grad := apply(t, all(t), dev, x, y, 3)
	require.True(t, together.OK)
	require.Len(t, together.Terms, 7)

	var value float64
	sum := make([]float64, len(x))
	for i, term := range all(t).Terms {
		alone, g := apply(t, &topoloss.Loss{Terms: []topoloss.Term{term}}, dev, x, y, 3)
		require.Equal(t, alone.Terms[0], together.Terms[i])
		require.Equal(t, alone.Value, term.Weight*alone.Terms[0].Value)
		value += alone.Value
		for k, v := range g {
			sum[k] += float64(v)
		}
	}
	require.InDelta(t, value, together.Value, 1e-12)
	for k := range grad {
		require.InDelta(t, sum[k], grad[k], 1e-5)
	}
}

// TestNothingLearnable: no value, no gradient, but still something to add to.
func TestNothingLearnable(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	one := []float32{1, 2}
	r, grad := apply(t, all(t), dev, one, randomCloud(1, 9, 2), 2)
	require.False(t, r.OK)
	require.Zero(t, r.Value)
	require.Equal(t, []float32{0, 0}, grad)
	require.Equal(t, make([]topoloss.Value, 7), r.Terms)

	tape := autograd.NewTape(dev)
	defer tape.Free()
	x := tape.Variable(autograd.TensorOf(dev, one, 1, 2))
	result, err := all(t).Apply(t.Context(), x, nil)
	require.NoError(t, err)
	tape.Backward(autograd.Add(autograd.Sum(x), result.Var))
	g := make([]float32, 2)
	require.NoError(t, dev.Read(g, x.Grad()))
	require.Equal(t, []float32{1, 1}, g)

	// Without weights there is nothing to compute, whatever the points.
	result, err = new(topoloss.Loss).Apply(t.Context(), tape.Constant([]float32{float32(math.NaN())}, 1), nil)
	require.NoError(t, err)
	require.False(t, result.OK)
}

// TestOtherwise: Push takes over where all terms depend on nothing learnable.
func TestOtherwise(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	loss := &topoloss.Loss{
		Terms:    []topoloss.Term{{Name: "bottleneck0", Weight: 1, Regularizer: &topoloss.Bottleneck{}}},
		Fallback: []topoloss.Term{{Name: "push0", Weight: 2, Regularizer: topoloss.Push{}}},
	}
	x := []float32{0, 0, 3, 4}
	r, grad := apply(t, loss, dev, x, []float32{0, 0, 20, 0}, 2)
	require.True(t, r.OK)
	require.True(t, r.Fallback)
	require.False(t, r.Terms[0].OK)
	require.Equal(t, -5.0, r.Value)
	require.InDeltaSlice(t, []float32{0.6, 0.8, -0.6, -0.8}, grad, 1e-6)

	r, grad = apply(t, loss, dev, x, []float32{0, 0, 4, 0}, 2)
	require.True(t, r.OK)
	require.False(t, r.Fallback)
	require.Equal(t, 1.0, r.Value)
	require.InDeltaSlice(t, []float32{-0.6, -0.8, 0.6, 0.8}, grad, 1e-6)

	r, _ = apply(t, loss, dev, x[:2], x, 2)
	require.False(t, r.OK)
	require.False(t, r.Fallback)
}

// TestUpstream: the gradient is scaled by what arrives, the loss adds to the
// gradient that x has of other uses, and one loss may be applied several times
// before Backward, to arrays of any rank.
func TestUpstream(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	loss := all(t)
	x, z, y := randomCloud(1, 16, 6), randomCloud(3, 9, 6), randomCloud(2, 12, 6)
	_, gx := apply(t, loss, dev, x, y, 6)
	_, gz := apply(t, loss, dev, z, y, 6)

	tape := autograd.NewTape(dev)
	defer tape.Free()
	for range 3 { // the workspace of a step serves the next
		tape.Reset()
		vx := tape.Variable(autograd.TensorOf(dev, x, 16, 1, 2, 3))
		vz := tape.Variable(autograd.TensorOf(dev, z, 9, 6))
		target, err := loss.Target(t.Context(), tape.Constant(y, 12, 3, 2))
		require.NoError(t, err)
		a, err := loss.Apply(t.Context(), vx, target)
		require.NoError(t, err)
		b, err := loss.Apply(t.Context(), vz, target)
		require.NoError(t, err)
		tape.Backward(autograd.Add(autograd.Sum(vx), autograd.Add(autograd.Scale(a.Var, -2), b.Var)))
		for _, c := range []struct {
			v             *autograd.Var
			want          []float32
			scale, offset float32
		}{{vx, gx, -2, 1}, {vz, gz, 1, 0}} {
			got := make([]float32, c.v.Len())
			require.NoError(t, dev.Read(got, c.v.Grad()))
			for i := range got {
				require.InDelta(t, c.offset+c.scale*c.want[i], got[i], 1e-4)
			}
		}
	}
}

func TestWithoutGradient(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	x, y := randomCloud(1, 16, 6), randomCloud(2, 12, 6)
	want, _ := apply(t, all(t), dev, x, y, 6)
	loss := all(t)
	target, err := loss.Target(t.Context(), tape.Constant(y, 12, 6))
	require.NoError(t, err)
	r, err := loss.Apply(t.Context(), tape.Constant(x, 16, 6), target)
	require.NoError(t, err)
	require.True(t, r.OK)
	require.False(t, r.Var.NeedsGrad())
	require.Equal(t, want.Value, r.Value)
}

// TestRefusals: what cannot be computed is refused by name.
func TestRefusals(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	loss := all(t)
	for _, c := range []struct {
		name  string
		x     []float32
		shape []int
		want  string
	}{
		{"NaN", []float32{1, 2, 3, nan, 5, 6}, []int{3, 2}, "row 1 of the cloud has coordinate 1 = NaN"},
		{"infinity", []float32{1, 2, 3, 4, inf, 6}, []int{3, 2}, "row 2 of the cloud has coordinate 0 = -Inf"},
		{"all NaN", []float32{nan, nan}, []int{2, 1}, "row 0 of the cloud has coordinate 0 = NaN"},
		{"one row", []float32{0, inf}, []int{1, 2}, "row 0 of the cloud has coordinate 1 = -Inf"},
		{"images", []float32{0, 0, 0, 0, 0, 0, 0, nan}, []int{2, 1, 2, 2}, "row 1 of the cloud has coordinate 3 = NaN"},
		{"a scalar", []float32{1}, []int{}, "a scalar is not a cloud"},
		{"too far apart", []float32{-3e38, 3e38}, []int{2, 1}, "+Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := loss.Apply(t.Context(), tape.Variable(autograd.TensorOf(dev, c.x, c.shape...)), nil)
			require.ErrorContains(t, err, c.want)
			_, err = loss.Target(t.Context(), tape.Constant(c.x, c.shape...))
			require.ErrorContains(t, err, c.want)
			_, err = topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, c.x, c.shape...), 1)
			require.ErrorContains(t, err, c.want)
		})
	}

	term := func(name string, degree int, weight float64, r topoloss.Regularizer) *topoloss.Loss {
		return &topoloss.Loss{Terms: []topoloss.Term{{Name: name, Degree: degree, Weight: weight, Regularizer: r}}}
	}
	bad := func(value float64, slope topoloss.BarGradient) topoloss.Func {
		return func(_, _ []ph.Bar, gradients []topoloss.BarGradient) (float64, bool) {
			gradients[0] = slope
			return value, true
		}
	}
	degree0, err := topoloss.TargetFromDiagrams(ph.Diagram{Degree: 0, Bars: bars(0, 1)})
	require.NoError(t, err)
	for want, l := range map[string]*topoloss.Loss{
		"weight of odd is NaN, must be finite":         term("odd", 0, math.NaN(), topoloss.Push{}),
		"odd has a weight but no regularizer":          term("odd", 0, 1, nil),
		"odd compares diagrams of degree 1, but the t": term("odd", 1, 1, topoloss.Push{}),
		"odd compares diagrams of degree -1":           {Terms: append(term("odd", -1, 1, topoloss.Push{}).Terms, term("push", 0, 1, topoloss.Push{}).Terms...)},
		"degree 7":                                     term("odd", 7, 1, topoloss.Push{}),
		"odd is NaN":                                   term("odd", 0, 1, bad(math.NaN(), topoloss.BarGradient{})),
		"derivative of odd with respect":               term("odd", 0, 1, bad(1, topoloss.BarGradient{Birth: math.Inf(1)})),
		"too large for a float32":                      term("odd", 0, 1, bad(1, topoloss.BarGradient{Death: 1e60})),
		"gradient of bandwidth 0":                      {Terms: term("push", 0, 1, topoloss.Push{}).Terms, Gradient: topoloss.Gradient{Method: topoloss.Average}},
		"no gradient method 9":                         {Terms: term("push", 0, 1, topoloss.Push{}).Terms, Gradient: topoloss.Gradient{Method: 9, Bandwidth: 1}},
	} {
		_, err := l.Apply(t.Context(), tape.Variable(autograd.TensorOf(dev, randomCloud(1, 9, 2), 9, 2)), degree0)
		require.ErrorContains(t, err, want)
	}
	_, err = term("odd", 1, 1, topoloss.Push{}).Evaluate([]ph.Diagram{{Degree: 0, Bars: bars(0, 1)}}, nil)
	require.ErrorContains(t, err, "odd compares diagrams of degree 1, but there is no learnable one")
}

// TestSteadyState: a step like the one before it allocates nothing.
func TestSteadyState(t *testing.T) {
	dev := cpu.New(cpu.Threads(1))
	defer dev.Close()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	x := autograd.TensorOf(dev, randomCloud(1, 40, 5), 40, 5)
	target, err := topoloss.TargetFromPoints(t.Context(), autograd.TensorOf(dev, randomCloud(2, 40, 5), 40, 5), 1)
	require.NoError(t, err)
	for name, spread := range map[string]topoloss.Gradient{"sparse": {}, "average": {Method: topoloss.Average, Bandwidth: 1}} {
		loss := all(t)
		loss.Gradient = spread
		step := func() {
			tape.Reset()
			r, err := loss.Apply(t.Context(), tape.Variable(x), target)
			if err != nil {
				t.Fatal(err)
			}
			tape.Backward(r.Var)
		}
		for range 3 {
			step()
		}
		require.Zero(t, testing.AllocsPerRun(10, step), name)
	}
}
