package data

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScaling(t *testing.T) {
	rows := func() *Floats {
		return &Floats{Dims: []int{3}, Values: []float32{1, 10, 7, 2, 30, 7, 6, 20, 7}}
	}
	f := rows()
	s, err := FitScaling(f, ScaleStandard)
	require.NoError(t, err)
	s.Apply(f)
	for k := range 3 {
		var sum, square float64
		for i := range 3 {
			v := float64(f.At(i)[k])
			sum, square = sum+v, square+v*v
		}
		require.InDelta(t, 0, sum, 1e-6)
		require.InDelta(t, []float64{3, 3, 0}[k], square, 1e-6)
	}
	require.InDelta(t, 3, s.Shift[0], 1e-12)
	require.InDelta(t, math.Sqrt(200./3), s.Factor[1], 1e-12)

	f = rows()
	s, err = FitScaling(f, ScaleUnit)
	require.NoError(t, err)
	s.Apply(f)
	require.Equal(t, []float32{0, 0, 0, 0.2, 1, 0, 1, 0.5, 0}, f.Values)
	for i, v := range s.Invert(f.Values) {
		require.InDelta(t, rows().Values[i], v, 1e-6)
	}

	s, err = FitScaling(f, ScaleNone)
	require.NoError(t, err)
	require.Nil(t, s)
	s.Apply(f)
	require.Equal(t, float32(0.2), f.Values[3])
	require.Equal(t, []float64{0.5}, s.Invert([]float32{0.5}))
	_, err = FitScaling(f, "robust")
	require.ErrorContains(t, err, `no scaling "robust"`)
}

// TestScalingOfConstants: the mean of equal values is only nearly their value, and what is
// left of that difference is not a deviation to divide by.
func TestScalingOfConstants(t *testing.T) {
	for n := 1; n < 60; n++ {
		for _, v := range []float32{0, 0.1, -0.3, 1e-30, 123456.7, 3e38} {
			f := &Floats{Dims: []int{1}, Values: slices.Repeat([]float32{v}, n)}
			for _, method := range []string{ScaleStandard, ScaleUnit} {
				s, err := FitScaling(f, method)
				require.NoError(t, err)
				require.Equal(t, []float64{float64(v)}, s.Shift)
				require.Equal(t, []float64{1}, s.Factor, "%d times %v", n, v)
			}
		}
	}
}

// Scaling happens before rounding: large values whose differences no float32 shows keep them.
func TestScalingOfLargeValues(t *testing.T) {
	const start = 1.7e9 // a time in seconds; float32 has one value for 128 of them
	f := NewFloats([]int{2}, []float64{start, 1, start + 1, 2, start + 3, 3, start + 4, 4})
	f = f.Pick([]int{3, 1, 0, 2})
	s, err := FitScaling(f, ScaleUnit)
	require.NoError(t, err)
	require.Equal(t, []float64{start, 1}, s.Shift)
	require.Equal(t, []float64{4, 3}, s.Factor)
	s.Apply(f)
	require.Equal(t, []float32{1, 1, 0.25, 1. / 3, 0, 0, 0.75, 2. / 3}, f.Values)
	require.Nil(t, f.Exact)

	f = NewFloats([]int{1}, []float64{start, start + 2, start + 4})
	s, err = FitScaling(f, ScaleStandard)
	require.NoError(t, err)
	s.Apply(f)
	require.InDeltaSlice(t, []float32{-1.2247449, 0, 1.2247449}, f.Values, 1e-6)

	require.Nil(t, NewFloats([]int{1}, []float64{1, 0.5, -1 << 30}).Exact, "all of them float32")
	require.NotNil(t, NewFloats([]int{1}, []float64{1, 0.1}).Exact)
	s = nil
	s.Apply(f)
	require.Nil(t, f.Exact)
}
