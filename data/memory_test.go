package data

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBytes(t *testing.T) {
	b := &Bytes{Dims: []int{1, 2, 3}, Values: make([]uint8, 18), Class: &Labels{Classes: []int{2, 0, 1}, Names: []string{"a", "b", "c"}}}
	for i := range b.Values {
		b.Values[i] = uint8(i * 7)
	}
	require.Equal(t, 3, b.Len())
	require.Equal(t, 6, ExampleSize(b))
	indices := []int{2, 0, 2}
	x := make([]float32, 18)
	b.Decode(x, indices)
	for k, i := range indices {
		for p := range 6 {
			require.Equal(t, float32(b.Values[i*6+p])/float32(255), x[k*6+p])
		}
	}
	require.Zero(t, testing.AllocsPerRun(10, func() { b.Decode(x, indices) }))
	require.PanicsWithValue(t, "data: decoding 3 examples of shape [1 2 3] into 17 values", func() { b.Decode(x[:17], indices) })

	m := b.Gray(1)
	require.Equal(t, b.Values[6+3+2], m.GrayAt(2, 1).Y)
	require.Equal(t, 6, cap(m.Pix))

	picked := b.Pick(indices)
	require.Equal(t, []int{1, 2, 1}, picked.Class.Classes)
	y := make([]float32, 18)
	picked.Decode(y, AllIndices(3))
	require.Equal(t, x, y)
	b.Class = nil
	require.Nil(t, b.Pick(indices).Labels())
}

func TestFloats(t *testing.T) {
	f := &Floats{Dims: []int{2}, Values: []float32{1, 2, 3, 4, 5, 6}}
	require.Equal(t, 3, f.Len())
	x := make([]float32, 4)
	f.Decode(x, []int{2, 0})
	require.Equal(t, []float32{5, 6, 1, 2}, x)
	require.Equal(t, []float32{3, 4}, f.At(1))
	require.Equal(t, []float32{3, 4, 3, 4}, f.Pick([]int{1, 1}).Values)
	require.Nil(t, f.Labels())
	require.Panics(t, func() { f.Decode(x, []int{1}) })
}
