package npy

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrittenArraysAreReadBack(t *testing.T) {
	for _, a := range []*Array{
		{Values: []float64{1.5}},
		{Shape: []int{3}, Values: []float64{0, math.Copysign(0, -1), math.Inf(1)}},
		{Shape: []int{2, 0, 3}, Values: []float64{}},
		{Shape: []int{2, 1, 2}, Values: []float64{1, 2, 3, math.MaxFloat64}},
	} {
		var b bytes.Buffer
		require.NoError(t, Write(&b, a))
		require.Zero(t, (b.Len()-8*len(a.Values))%64, "values are aligned")
		got, err := Read(&b)
		require.NoError(t, err)
		require.Equal(t, a, got)
	}
	// What numpy.save writes for an array of one axis.
	var b bytes.Buffer
	require.NoError(t, Write(&b, &Array{Shape: []int{1}, Values: []float64{1}}))
	require.Contains(t, b.String(), "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }  ")
	require.Panics(t, func() { Write(&b, &Array{Shape: []int{2}, Values: []float64{1}}) })
}
