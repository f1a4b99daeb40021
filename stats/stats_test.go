package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The exact tests count what listing every arrangement counts, ties included.
func TestRankTestsAgainstAllArrangements(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n, m := 1+random.IntN(6), 1+random.IntN(6)
		a, b := make([]float64, n), make([]float64, m)
		for i := range a {
			a[i] = float64(random.IntN(7))
		}
		for i := range b {
			b[i] = float64(random.IntN(7))
		}
		all := append(append([]float64(nil), a...), b...)
		u := func(chosen uint) float64 {
			sum := 0.0
			for i, x := range all {
				for j, y := range all {
					if chosen>>i&1 == 1 && chosen>>j&1 == 0 {
						switch {
						case x > y:
							sum++
						case x == y:
							sum += 0.5
						}
					}
				}
			}
			return sum
		}
		var ways, greater, less float64
		observed := u(1<<n - 1)
		for chosen := range uint(1) << (n + m) {
			if popcount(chosen) != n {
				continue
			}
			ways++
			v := u(chosen)
			if v >= observed {
				greater++
			}
			if v <= observed {
				less++
			}
		}
		got := MannWhitney(a, b)
		near(t, observed, got.U)
		near(t, greater/ways, got.Greater)
		near(t, less/ways, got.Less)

		d := make([]float64, n)
		for i := range d {
			d[i] = float64(random.IntN(9) - 4)
		}
		sign := Wilcoxon(d)
		greater, less, ways = 0, 0, 0
		for signs := range uint(1) << n {
			flipped := make([]float64, n)
			for i, v := range d {
				if flipped[i] = v; signs>>i&1 == 1 {
					flipped[i] = -v
				}
			}
			w := Wilcoxon(flipped).Plus
			ways++
			if w >= sign.Plus {
				greater++
			}
			if w <= sign.Plus {
				less++
			}
		}
		near(t, greater/ways, sign.Greater)
		near(t, less/ways, sign.Less)
	}
}

func popcount(x uint) int {
	n := 0
	for ; x > 0; x &= x - 1 {
		n++
	}
	return n
}

func TestWithoutVariance(t *testing.T) {
	same := Paired([]float64{0, 0, 0})
	require.True(t, math.IsNaN(same.T) && math.IsNaN(same.TwoSided))
	shift := Paired([]float64{2, 2, 2})
	require.Equal(t, PValues{0, 0, 1}, shift.PValues)
	require.Equal(t, Interval{Estimate: 2, Low: 2, High: 2}, shift.Interval(0.9))
	require.Equal(t, PValues{1, 1, 1}, Wilcoxon([]float64{0, 0}).PValues)
	require.Equal(t, Order{0.5, 0.5}, AlmostStochasticOrder([]float64{3, 3}, []float64{3, 3}, 0.95, 10, 1))
}

// Where the hypothesis holds, an exact test rejects no more often than its level.
func TestExactTestsKeepTheirLevel(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const trials = 4000
	var wilcoxon, mannWhitney int
	for range trials {
		a, b := make([]float64, 8), make([]float64, 7)
		for i := range a {
			a[i] = random.NormFloat64()
		}
		for i := range b {
			b[i] = random.NormFloat64()
		}
		if Wilcoxon(a).TwoSided <= 0.05 {
			wilcoxon++
		}
		if MannWhitney(a, b).TwoSided <= 0.05 {
			mannWhitney++
		}
	}
	// Four standard deviations above the level.
	most := int(0.05*trials + 4*math.Sqrt(trials*0.05*0.95))
	require.Less(t, wilcoxon, most)
	require.Less(t, mannWhitney, most)
	require.Greater(t, wilcoxon, trials/50)
	require.Greater(t, mannWhitney, trials/50)
}

func TestBootstrapIsDecidedBySeed(t *testing.T) {
	x := []float64{1, 4, 2, 8, 5, 7}
	first := Bootstrap(x, Mean, 500, 0.95, 7)
	require.Equal(t, first, Bootstrap(x, Mean, 500, 0.95, 7))
	require.NotEqual(t, first, Bootstrap(x, Mean, 500, 0.95, 8))
	require.Equal(t, 4.5, first.Estimate)
	require.True(t, first.Low < 4.5 && 4.5 < first.High)
	require.Equal(t, []float64{1, 4, 2, 8, 5, 7}, x)
}

func TestQuantilesOfInfiniteValues(t *testing.T) {
	inf := math.Inf(1)
	require.Equal(t, 2.0, Median([]float64{inf, 1, 2}))
	require.Equal(t, -inf, Median([]float64{-inf, -inf, 1}))
	require.Equal(t, inf, Median([]float64{inf, 0, inf, inf}))
	require.Equal(t, inf, Median([]float64{inf, 1}))
	require.Equal(t, inf, Quantile([]float64{1, inf}, 1))
}

func TestMannWhitneyOfManyValues(t *testing.T) {
	require.PanicsWithValue(t, "stats: MannWhitney: samples of 3000 and 3000 values need more than a gigabyte: use MannWhitneyNormal",
		func() { MannWhitney(make([]float64, 3000), make([]float64, 3000)) })
}

func TestRefusals(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		want string
		call func()
	}{
		{"stats: 2 measurements are paired with 1", func() { Differences([]float64{1, 2}, []float64{1}) }},
		{"stats: NaN at index 1 of the differences", func() { Wilcoxon([]float64{1, nan}) }},
		{"stats: the number of values in the differences is 1, want at least 2", func() { Paired([]float64{1}) }},
		{"stats: the number of values in the second sample is 0, want at least 1", func() { CliffsDelta([]float64{1}, nil) }},
		{"stats: NaN at index 0 of the first sample", func() { Welch([]float64{nan, 1}, []float64{1, 2}) }},
		{"stats: the number of values in the sample is 0, want at least 1", func() { Mean(nil) }},
		{"stats: NaN at index 1 of the sample", func() { Mean([]float64{1, nan}) }},
		{"stats: Holm: p-value 1 is 1.5, want a number from 0 to 1", func() { Holm([]float64{0.5, 1.5}) }},
		{"stats: Bootstrap: confidence 95, want a number between 0 and 1", func() { Bootstrap([]float64{1}, Mean, 9, 95, 1) }},
		{"stats: Bootstrap: 0 resamples, want at least 2", func() { Bootstrap([]float64{1}, Mean, 0, 0.9, 1) }},
	} {
		require.PanicsWithValue(t, c.want, c.call)
	}
}
