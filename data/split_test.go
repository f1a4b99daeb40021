package data

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		n        int
		fraction float64
		first    int
	}{{0, 0.5, 0}, {1, 0.5, 1}, {10, 0, 0}, {10, 1, 10}, {10, 0.25, 3}, {60000, 0.8, 48000}} {
		a, b := Split(test.n, test.fraction, 7)
		require.Len(t, a, test.first)
		all := slices.Concat(a, b)
		slices.Sort(all)
		for i, v := range all {
			require.Equal(t, i, v)
		}
		require.Len(t, all, test.n)
	}
	a, b := Split(1000, 0.8, 1)
	sameA, sameB := Split(1000, 0.8, 1)
	require.Equal(t, a, sameA)
	require.Equal(t, b, sameB)
	other, _ := Split(1000, 0.8, 2)
	require.NotEqual(t, a, other)
	require.Panics(t, func() { Split(10, 1.5, 0) })
}

func TestBatches(t *testing.T) {
	numbers := []int{5, 3, 8, 1, 9, 4, 7}
	before := slices.Clone(numbers)
	for _, size := range []int{1, 2, 3, 7, 100} {
		batches := Batches(numbers, size, 3)
		require.Len(t, batches, (len(numbers)+size-1)/size)
		for _, b := range batches[:len(batches)-1] {
			require.Len(t, b, size)
		}
		require.ElementsMatch(t, numbers, slices.Concat(batches...))
		require.Equal(t, batches, Batches(numbers, size, 3))
	}
	require.Equal(t, before, numbers)
	require.Empty(t, Batches(nil, 3, 1))
	require.NotEqual(t, Batches(numbers, 7, 1), Batches(numbers, 7, 2))
	require.Panics(t, func() { Batches(numbers, 0, 1) })
	require.Panics(t, func() { BatchesInOrder(numbers, 0) })
}

// What a seed decides stays decided.
func TestSplitAndBatchesAreFixed(t *testing.T) {
	first, second := Split(10, 0.8, 1234)
	require.Equal(t, []int{4, 8, 2, 7, 3, 9, 0, 5}, first)
	require.Equal(t, []int{1, 6}, second)
	require.Equal(t, [][]int{{8, 0, 3, 9, 7}, {4, 5, 2}}, Batches(first, 5, 1234))
}
