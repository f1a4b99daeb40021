package gpu

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// However many taps and layers there are, the steps of a correlation bring every
// term once, in whole rows of which only the last has gaps.
func TestArrange(t *testing.T) {
	for taps := range 30 {
		for layers := range 40 {
			in := terms{layers: layers, aStep: 1000, bStep: 100_000}
			for i := range taps {
				in.add(i, i, 0, 7)
			}
			var c work.Correlation
			rows := in.arrange(&c, []work.Tap{{A: 5}})[1:]
			seen := map[work.Tap]int{}
			gaps := 0
			for step := range int(c.Steps) {
				row, repeat := step-int(c.Repeated*c.Repeats)+int(c.Repeated), 0
				if step < int(c.Repeated*c.Repeats) {
					row, repeat = step/int(c.Repeats), step%int(c.Repeats)
				}
				for _, tap := range rows[work.TileDepth*row : work.TileDepth*(row+1)] {
					if tap == work.NoTap {
						gaps++
						continue
					}
					tap.A += int32(repeat) * c.AStep
					tap.B += int32(repeat) * c.BStep
					seen[tap]++
				}
			}
			require.Len(t, seen, taps*layers)
			for layer := range layers {
				for i := range taps {
					want := work.Tap{A: int32(i + 1000*layer), B: int32(7*i + 100_000*layer), Pair: pair(i, 0)}
					require.Equal(t, 1, seen[want], "tap %d of %d in layer %d of %d", i, taps, layer, layers)
				}
			}
			if taps*layers > 0 {
				require.Less(t, gaps, work.TileDepth)
			} else {
				require.Equal(t, work.TileDepth, gaps, "a step of nothing")
			}
			require.LessOrEqual(t, len(rows), work.TileDepth*taps+work.TileDepth*taps+work.TileDepth, "rows are few")
		}
	}
}
