package autograd

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
)

func TestCollapse(t *testing.T) {
	tape := new(Tape)
	for _, test := range []struct {
		name                    string
		shape, a, b             []int // strides of both operands
		wantShape, wantA, wantB []int
	}{
		{"scalar", []int{}, []int{}, []int{}, []int{1}, []int{1}, []int{1}},
		{"ones", []int{1, 1}, []int{1, 1}, []int{0, 0}, []int{1}, []int{1}, []int{1}},
		{"dense", []int{2, 3, 4}, []int{12, 4, 1}, []int{12, 4, 1}, []int{24}, []int{1}, []int{1}},
		{"dense but for an axis of one", []int{2, 1, 4}, []int{4, 4, 1}, []int{4, 0, 1}, []int{8}, []int{1}, []int{1}},
		{"row repeated", []int{2, 3, 4}, []int{12, 4, 1}, []int{0, 0, 1}, []int{6, 4}, []int{4, 1}, []int{0, 1}},
		{"row repeated, the other way", []int{2, 3, 4}, []int{0, 0, 1}, []int{12, 4, 1}, []int{6, 4}, []int{0, 1}, []int{4, 1}},
		{"channel", []int{2, 3, 4, 5}, []int{60, 20, 5, 1}, []int{0, 1, 0, 0}, []int{2, 3, 20}, []int{60, 20, 1}, []int{0, 1, 0}},
		{"scalar repeated", []int{2, 3}, []int{3, 1}, []int{0, 0}, []int{6}, []int{1}, []int{0}},
		{"empty", []int{2, 0, 3}, []int{0, 2, 4}, []int{9, 3, 1}, []int{0}, []int{1}, []int{1}},
		{"transposed", []int{2, 3}, []int{3, 1}, []int{1, 2}, []int{2, 3}, []int{3, 1}, []int{1, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			shape, a, b := tape.collapse(test.shape, operand{kernels.Buffer{}, test.a}, operand{kernels.Buffer{}, test.b})
			require.Equal(t, test.wantShape, shape)
			require.Equal(t, test.wantA, a.strides)
			require.Equal(t, test.wantB, b.strides)
		})
	}
}
