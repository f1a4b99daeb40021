package stats

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
)

type sides struct{ A, B []float64 }

type pValues struct {
	TwoSided float64 `json:"p_two_sided"`
	Greater  float64 `json:"p_greater"`
	Less     float64 `json:"p_less"`
}

type reference struct {
	Samples map[string]sides
	Paired  []struct {
		Sample string
		T      *struct {
			pValues
			T    float64
			DF   float64
			Mean float64    `json:"mean_difference"`
			CI   [2]float64 `json:"ci95"`
		}
		Wilcoxon *struct {
			pValues
			N     int
			Plus  float64 `json:"w_plus"`
			Minus float64 `json:"w_minus"`
		}
	}
	Unpaired []struct {
		Sample      string
		MannWhitney struct {
			U          float64
			Exact      *pValues
			Asymptotic struct {
				TwoSided float64 `json:"two_sided"`
				Greater  float64
				Less     float64
			}
		} `json:"mann_whitney"`
		Delta float64 `json:"cliffs_delta"`
		Welch *struct {
			T, DF    float64
			TwoSided float64 `json:"p_two_sided"`
		}
	}
	Bootstrap []struct {
		Sample, Side string
		Resamples    [][]int
		Mean, Median struct {
			Estimate      float64
			CI95, CI90    [2]float64
			StandardError float64 `json:"standard_error"`
		}
	}
	Holm []struct{ P, Adjusted []float64 }
	ASO  []struct {
		Sample     string
		Confidence float64
		DT         float64
		Ratio      float64  `json:"violation_ratio"`
		Epsilon    float64  `json:"epsilon_min"`
		Exact      *float64 `json:"violation_ratio_exact"`
		A          [][]int  `json:"resamples_a"`
		B          [][]int  `json:"resamples_b"`
	}
}

func near(t *testing.T, want, got float64, what ...any) {
	t.Helper()
	require.InDelta(t, want, got, 1e-12*math.Max(1, math.Abs(want)), what...)
}

func equalP(t *testing.T, want pValues, got PValues, name string) {
	t.Helper()
	near(t, want.TwoSided, got.TwoSided, name)
	near(t, want.Greater, got.Greater, name)
	near(t, want.Less, got.Less, name)
}

func TestAgainstRecordedValues(t *testing.T) {
	var r reference
	golden.Read(t, &r, "golden2", "stats.json")
	for _, c := range r.Paired {
		d := Differences(r.Samples[c.Sample].A, r.Samples[c.Sample].B)
		if c.T != nil {
			got := Paired(d)
			equalP(t, c.T.pValues, got.PValues, c.Sample)
			near(t, c.T.T, got.T, c.Sample)
			near(t, c.T.DF, got.DegreesOfFreedom)
			near(t, c.T.Mean, got.Difference)
			near(t, c.T.CI[0], got.Interval(0.95).Low)
			near(t, c.T.CI[1], got.Interval(0.95).High)
		}
		if c.Wilcoxon != nil {
			got := Wilcoxon(d)
			equalP(t, c.Wilcoxon.pValues, got.PValues, c.Sample)
			require.Equal(t, c.Wilcoxon.N, got.N)
			near(t, c.Wilcoxon.Plus, got.Plus)
			near(t, c.Wilcoxon.Minus, got.Minus)
		}
	}
	for _, c := range r.Unpaired {
		s := r.Samples[c.Sample]
		exact, normal := MannWhitney(s.A, s.B), MannWhitneyNormal(s.A, s.B)
		near(t, c.MannWhitney.U, exact.U)
		near(t, c.MannWhitney.U, normal.U)
		if c.MannWhitney.Exact != nil {
			equalP(t, *c.MannWhitney.Exact, exact.PValues, c.Sample)
		}
		a := c.MannWhitney.Asymptotic
		equalP(t, pValues{a.TwoSided, a.Greater, a.Less}, normal.PValues, c.Sample)
		near(t, c.Delta, CliffsDelta(s.A, s.B))
		if c.Welch != nil {
			got := Welch(s.A, s.B)
			near(t, c.Welch.T, got.T)
			near(t, c.Welch.DF, got.DegreesOfFreedom)
			near(t, c.Welch.TwoSided, got.TwoSided)
		}
	}
	for _, c := range r.Bootstrap {
		x := r.Samples[c.Sample].A
		if c.Side == "b" {
			x = r.Samples[c.Sample].B
		}
		given := func() func([]int) {
			k := 0
			return func(index []int) { copy(index, c.Resamples[k]); k++ }
		}
		for _, confidence := range []float64{0.95, 0.9} {
			mean := bootstrap(x, Mean, len(c.Resamples), confidence, given())
			median := bootstrap(x, Median, len(c.Resamples), confidence, given())
			wantMean, wantMedian := c.Mean.CI95, c.Median.CI95
			if confidence == 0.9 {
				wantMean, wantMedian = c.Mean.CI90, c.Median.CI90
			}
			near(t, wantMean[0], mean.Low)
			near(t, wantMean[1], mean.High)
			near(t, wantMedian[0], median.Low)
			near(t, wantMedian[1], median.High)
			near(t, c.Mean.Estimate, mean.Estimate)
			near(t, c.Median.Estimate, median.Estimate)
			near(t, c.Mean.StandardError, mean.StandardError)
			near(t, c.Median.StandardError, median.StandardError)
		}
	}
	for _, c := range r.Holm {
		got := Holm(c.P)
		for i := range got {
			near(t, c.Adjusted[i], got[i])
		}
	}
	for _, c := range r.ASO {
		a, b := slices.Sorted(slices.Values(r.Samples[c.Sample].A)), slices.Sorted(slices.Values(r.Samples[c.Sample].B))
		got := violation(a, b)
		if c.Exact != nil {
			near(t, *c.Exact, got, c.Sample)
		}
		// The recorded package sums over a grid; this grid, written out, must
		// give its numbers, and the exact integral must be near them.
		require.InDelta(t, c.Ratio, gridViolation(a, b, c.DT), 1e-9, c.Sample)
		require.InDelta(t, c.Ratio, got, 0.011, c.Sample)
	}
}

// gridViolation is deepsig's ratio, with its grid and its first point in the
// denominator only.
func gridViolation(a, b []float64, dt float64) float64 {
	at := func(s []float64, p float64) float64 {
		return s[max(int(math.Ceil(float64(len(s))*p))-1, 0)]
	}
	var against, all float64
	for i := range 199 {
		p := dt + float64(i)*dt
		d := at(b, p) - at(a, p)
		all += d * d
		if d > 0 && i > 0 {
			against += d * d
		}
	}
	if all == 0 {
		return 0.5
	}
	return against / all
}
