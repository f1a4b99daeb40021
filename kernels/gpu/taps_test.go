package gpu

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// The steps of a correlation visit every pair (outer index, tap) exactly once, for any
// number of outer indices and of taps. Only the last row of taps holds NoTap.
func TestArrange(t *testing.T) {
	testArrange(t, 8)
	testArrange(t, 16)
}

// testArrange tests rows of depth taps.
func testArrange(t *testing.T, depth int) {
	for taps := range 30 {
		for outers := range 40 {
			in := terms{outer: outers, aStep: 1000, bStep: 100_000}
			for i := range taps {
				in.add(i, i, 0, 7)
			}
			var c work.Correlation
			rows := in.arrange(&c, []work.Tap{{A: 5}}, depth)[1:]
			seen := map[work.Tap]int{}
			gaps := 0
			for step := range int(c.Steps) {
				row, repeat := step-int(c.Repeated*c.Repeats)+int(c.Repeated), 0
				if step < int(c.Repeated*c.Repeats) {
					row, repeat = step/int(c.Repeats), step%int(c.Repeats)
				}
				for _, tap := range rows[depth*row : depth*(row+1)] {
					if tap == work.NoTap {
						gaps++
						continue
					}
					tap.A += int32(repeat) * c.AStep
					tap.B += int32(repeat) * c.BStep
					seen[tap]++
				}
			}
			require.Len(t, seen, taps*outers)
			for outer := range outers {
				for i := range taps {
					want := work.Tap{A: int32(i + 1000*outer), B: int32(7*i + 100_000*outer), Pair: pair(i, 0)}
					require.Equal(t, 1, seen[want], "tap %d of %d, outer index %d of %d", i, taps, outer, outers)
				}
			}
			if taps*outers > 0 {
				require.Less(t, gaps, depth)
			} else {
				require.Equal(t, depth, gaps, "one empty step")
			}
			require.LessOrEqual(t, len(rows), depth*taps+depth*taps+depth, "rows are few")
		}
	}
}
