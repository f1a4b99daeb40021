package axes_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/axes"
)

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		shape, first, second []int
		wantShape            []int
		wantFirst, wantOther []int
	}{
		{[]int{2, 3, 4}, []int{12, 4, 1}, []int{12, 4, 1}, []int{24}, []int{1}, []int{1}},
		{[]int{2, 3, 4}, []int{12, 4, 1}, []int{0, 4, 1}, []int{2, 12}, []int{12, 1}, []int{0, 1}},
		{[]int{3, 4}, []int{1, 3}, []int{4, 1}, []int{4, 3}, []int{3, 1}, []int{1, 4}}, // a transpose
		{[]int{1, 5, 1}, []int{9, 2, 9}, []int{9, 1, 9}, []int{5}, []int{2}, []int{1}},
		{[]int{}, []int{}, []int{}, []int{1}, []int{1}, []int{1}},
		{[]int{1, 1}, []int{7, 7}, []int{7, 7}, []int{1}, []int{1}, []int{1}},
		{[]int{2, 0}, []int{1, 1}, []int{1, 1}, nil, nil, nil},
	} {
		t.Run(fmt.Sprint(c.shape, c.first, c.second), func(t *testing.T) {
			a := axes.Axes{Rank: 99}
			a.Merge(c.shape, c.first, c.second)
			require.Equal(t, len(c.wantShape), a.Rank)
			require.Equal(t, c.wantShape, append([]int(nil), a.Shape[:a.Rank]...))
			require.Equal(t, c.wantFirst, append([]int(nil), a.Strides[0][:a.Rank]...))
			require.Equal(t, c.wantOther, append([]int(nil), a.Strides[1][:a.Rank]...))
		})
	}
}

func TestDense(t *testing.T) {
	require.Equal(t, [kernels.MaxRank]int{12, 4, 1}, axes.Dense([]int{2, 3, 4}))
	require.Equal(t, [kernels.MaxRank]int{}, axes.Dense(nil))
}
