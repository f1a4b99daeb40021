package stats

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// bigMoments returns mean and variance of x in 4000 bits.
func bigMoments(x []float64) (mean, variance *big.Float) {
	const precision = 4000
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }
	mean, variance = number(0), number(0)
	for _, v := range x {
		mean.Add(mean, number(v))
	}
	mean.Quo(mean, number(float64(len(x))))
	for _, v := range x {
		d := number(0).Sub(number(v), mean)
		variance.Add(variance, d.Mul(d, d))
	}
	return mean, variance.Quo(variance, number(float64(len(x)-1)))
}

func float(x *big.Float) float64 { v, _ := x.Float64(); return v }

// closeTo compares up to rounding, also that of the least numbers.
func closeTo(t *testing.T, want, got float64, what ...any) {
	t.Helper()
	if want == got {
		return
	}
	require.InDelta(t, 1, got/want, 1e-12+2*math.SmallestNonzeroFloat64/math.Abs(want), "want %v, got %v: %v", want, got, fmt.Sprint(what...))
}

// extremes are samples whose sums or squares overflow or underflow.
func extremes() map[string][]float64 {
	const most, least = math.MaxFloat64, math.SmallestNonzeroFloat64
	all := map[string][]float64{
		"largest":               {most, most, most, most},
		"of both signs":         {most, -most, most, -most, most / 2},
		"apart":                 {1.5e308, 1.2e308, 1e308, -1e308},
		"one large":             {1, 2, 1e308},
		"squares overflow":      {1e200, 2e200, -5e200},
		"squares underflow":     {1e-200, 2e-200, -5e-200},
		"least":                 {least, 3 * least, 5 * least, 0},
		"subnormal":             {1e-310, 2e-310, 1.5e-310},
		"large and small":       {1e-308, 1e308, -1e308, 1e-300},
		"nearly equal":          {1, 1, 1, math.Nextafter(1, 2)},
		"nearly equal, largest": {most, math.Nextafter(most, 0), most},
		"equal":                 {0.1, 0.1, 0.1},
		"zeros":                 {0, 0},
	}
	random := rand.New(rand.NewPCG(1, 1))
	for k := range 200 {
		x := make([]float64, 2+random.IntN(9))
		from, width := random.IntN(2098)-1074, 1+random.IntN(60)
		for i := range x {
			x[i] = math.Ldexp(random.NormFloat64()/8, min(from+random.IntN(width), 1024))
		}
		all[fmt.Sprint("drawn ", k)] = x
	}
	return all
}

func TestMomentsOfExtremes(t *testing.T) {
	for name, x := range extremes() {
		m, v := bigMoments(x)
		wantMean, wantDeviation := float(m), float(v.Sqrt(v))
		got, deviation := moments(x)
		deviationOf := func() float64 { return deviation.float() }
		size := largest(x)
		// The sum may cancel: its error is relative to the values.
		require.InDelta(t, wantMean/size, got.float()/size, 1e-15, name)
		closeTo(t, wantDeviation, deviationOf(), name)
		require.InDelta(t, wantMean/size, Mean(x)/size, 1e-15, name)
		if wantDeviation <= math.MaxFloat64 {
			closeTo(t, wantDeviation, StandardDeviation(x), name)
		}
	}
}

// T-tests of finite numbers have finite differences and errors, and the T of 4000 bits.
func TestTTestsOfExtremes(t *testing.T) {
	one := func(i int) *big.Float { return new(big.Float).SetPrec(4000).SetInt64(int64(i)) }
	ratio := func(difference, square *big.Float) float64 {
		return float(one(0).Quo(difference, one(0).Sqrt(square)))
	}
	for name, x := range extremes() {
		n := len(x)
		m, v := bigMoments(x)
		v.Quo(v, one(n))
		if v.Sign() > 0 {
			got := Paired(x)
			// Where a sum cancels, its error is relative to the largest value, not to the sum.
			slack := 1e-14 * largest(x) / got.StandardError
			want := ratio(m, v)
			require.InDelta(t, want, got.T, 1e-11*math.Abs(want)+slack+1e-15, name)
			finiteTest(t, got, name)
		}
		for _, other := range [][]float64{{1, 2}, {3, 3}, {1e-300, 2e-300}, {-1e200, 1e200}} {
			if len(x) > 1 && v.Sign() > 0 {
				k, w := bigMoments(other)
				w.Quo(w, one(len(other)))
				got := Welch(x, other)
				want := ratio(one(0).Sub(m, k), one(0).Add(v, w))
				slack := 1e-14 * largest(append(x[:n:n], other...)) / got.StandardError
				require.InDelta(t, want, got.T, 1e-11*math.Abs(want)+slack+1e-15, name)
				df := float(one(0).Quo(
					one(0).Mul(one(0).Add(v, w), one(0).Add(v, w)),
					one(0).Add(one(0).Quo(one(0).Mul(v, v), one(n-1)), one(0).Quo(one(0).Mul(w, w), one(len(other)-1)))))
				closeTo(t, df, got.DegreesOfFreedom, name)
				finiteTest(t, got, name)
			}
		}
	}
}

func finiteTest(t *testing.T, got TTest, name string) {
	t.Helper()
	for _, v := range []float64{got.Difference, got.StandardError, got.TwoSided, got.Greater, got.Less} {
		require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s: %+v", name, got)
	}
	i := got.Interval(0.95)
	require.True(t, i.Low <= i.Estimate && i.Estimate <= i.High, "%s: %+v", name, i)
}

func TestQuantilesOfExtremes(t *testing.T) {
	const most = math.MaxFloat64
	require.Equal(t, 0.0, Median([]float64{-most, most}))
	require.Equal(t, most, Median([]float64{most, most}))
	require.InEpsilon(t, -most/2, Quantile([]float64{-most, most}, 0.25), 1e-15)
	require.Equal(t, 0.5e308, Quantile([]float64{-1e308, 1e308}, 0.75))
	require.Equal(t, math.Inf(-1), Quantile([]float64{math.Inf(-1), 1}, 0.5))
}

// Almost stochastic order stays the same if both samples are multiplied by a power of two.
func TestAlmostStochasticOrderOfExtremes(t *testing.T) {
	a, b := []float64{1, 4, 2, 8, 5}, []float64{2, 3, 3, 9, 1, 4}
	want := AlmostStochasticOrder(a, b, 0.95, 200, 1)
	for _, e := range []int{1020, 900, -900, -1070} {
		require.Equal(t, want, AlmostStochasticOrder(inUnits(a, -e), inUnits(b, -e), 0.95, 200, 1), e)
	}
	most := math.MaxFloat64
	require.Equal(t, Order{1, 1}, AlmostStochasticOrder([]float64{-most, -most}, []float64{most, most}, 0.95, 9, 1))
	require.Equal(t, Order{1, 1}, AlmostStochasticOrder([]float64{0, 1}, []float64{1e-170, 1}, 0.95, 9, 1).withoutEpsilon())
}

func (o Order) withoutEpsilon() Order { return Order{o.Violation, 1} }

func TestBootstrapOfExtremes(t *testing.T) {
	for _, scale := range []float64{1e307, 1e-310} {
		i := Bootstrap([]float64{-5 * scale, 9 * scale, 7 * scale, 8 * scale, -scale}, Mean, 400, 0.95, 1)
		require.InDelta(t, 3.6, i.Estimate/scale, 1e-9)
		require.InDelta(t, 2.5, i.StandardError/scale, 0.3)
		require.True(t, i.Low/scale > -4 && i.Low/scale < 0 && i.High/scale > 6 && i.High/scale < 9)
	}
	require.InDelta(t, 1e308, Bootstrap([]float64{1.5e308, 0.5e308}, Mean, 50, 0.9, 1).Estimate, 1e293)
}

func TestRefusalsOfExtremes(t *testing.T) {
	const most = math.MaxFloat64
	for _, c := range []struct {
		want string
		call func()
	}{
		{"stats: Differences: 1e+308 − -1e+308 at index 1 is too large for a float64: scale the values down",
			func() { Differences([]float64{1, 1e308}, []float64{1, -1e308}) }},
		{"stats: Welch: the difference of the means is too large for a float64: scale the values down",
			func() { Welch([]float64{1e308, 1.1e308}, []float64{-1e308, -1.2e308}) }},
		{"stats: StandardDeviation: the standard deviation is too large for a float64: scale the values down",
			func() { StandardDeviation([]float64{most, -most}) }},
	} {
		require.PanicsWithValue(t, c.want, c.call)
	}
	inf := math.Inf(1)
	require.Equal(t, []float64{inf, -inf}, Differences([]float64{inf, 1}, []float64{1, inf}))
	require.Equal(t, inf, Mean([]float64{inf, 1}))
	require.True(t, math.IsNaN(StandardDeviation([]float64{inf, 1})))
}
