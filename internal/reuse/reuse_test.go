package reuse

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSlice(t *testing.T) {
	var s []int
	s = Slice(s, 5)
	require.Len(t, s, 5)
	first := &s[0]
	s = Slice(s[:2], 0)
	require.Empty(t, s)
	s = Slice(s, 5)
	require.Len(t, s, 5)
	require.Same(t, first, &s[0])
	require.Len(t, Slice(s, 6), 6)
	require.Zero(t, testing.AllocsPerRun(10, func() { s = Slice(Slice(s, 1), 5) }))
}
