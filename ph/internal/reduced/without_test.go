package reduced

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/metric"
)

// A loop of the net bounds the deaths of the others only if it is born below the edge, and as many
// loops of the net must live as are alive.
func TestLengthWithoutDeaths(t *testing.T) {
	loop := func(birth, death float64) Loop[float64] {
		return Loop[float64]{Birth: metric.Edge[float64]{Length: birth}, Death: metric.Edge[float64]{Length: death}}
	}
	k := skipper[float64]{loops: []Loop[float64]{loop(2, 10), loop(0.5, 5), loop(0.25, 4)}}
	k.net.Stretch = 1
	for _, c := range []struct {
		alive        int
		length, want float64
	}{
		{1, 3, 9}, {2, 3, 4}, {3, 3, 3}, {4, 3, 0},
		{1, 2, 4}, {2, 2, 3}, {3, 2, 0}, // the first loop is born at 2, not below
		{1, 0.4, 3}, {1, 0.1, 0},
	} {
		got := k.without(c.alive, c.length)
		require.LessOrEqual(t, got, c.want)
		require.InDelta(t, c.want, got, 1e-3, "%d alive at %v", c.alive, c.length)
	}
	k.net.Stretch = 5
	require.Zero(t, k.without(2, 3), "a net too coarse to say anything")
}
