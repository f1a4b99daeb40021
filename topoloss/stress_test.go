package topoloss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/topoloss"
)

// Of three points, distances 3, 4, 5 against 1, 1, 2.
func TestStressByHand(t *testing.T) {
	c := &topoloss.Clouds{N: 3, M: 3, X: []float32{0, 3, 4, 3, 0, 5, 4, 5, 0}, Y: []float32{0, 1, 1, 1, 0, 2, 1, 2, 0}}
	value, ok, err := topoloss.Stress{}.Compare(t.Context(), c)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, (4.+9+9)/3, value)
	_, _, err = topoloss.Stress{}.Compare(t.Context(), &topoloss.Clouds{N: 3, M: 2})
	require.ErrorContains(t, err, "there are 3 points and 2 true ones")
}
