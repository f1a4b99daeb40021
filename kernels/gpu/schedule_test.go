package gpu

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// want is an expected schedule, with the name of its tile.
type want struct {
	tile          string
	splits, depth int
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		rows, columns, depth, cores int
		maySplit                    bool
		aSectors                    int
		want                        want
	}{
		{4096, 4096, 4096, 132, true, 0, want{"128", 1, 4096}},
		{512, 512, 512, 132, true, 0, want{"64", 4, 128}},       // 64 tiles, four splits each
		{128, 3136, 256, 132, true, 0, want{"32", 1, 256}},      // 98 tiles of 64×64, two warps each, would leave most schedulers idle
		{128, 256, 3136, 132, true, 0, want{"64", 24, 136}},     // a layer of the VAE: 8 tiles
		{32, 16, 25088, 132, true, 0, want{"32", 196, 128}},     // weight gradient of its first convolution
		{32, 16, 25088, 132, false, 0, want{"32", 1, 25088}},    // must not be split
		{64, 6272, 512, 132, false, 0, want{"32x128", 1, 512}},  // second convolution: 98 tiles of 64×64 would leave most schedulers idle
		{64, 62720, 512, 132, false, 0, want{"64", 1, 512}},     // ten times as many columns fill the GPU
		{32, 62720, 512, 132, false, 0, want{"32x128", 1, 512}}, // tiles of 64×64 would be half empty
		{32, 25088, 256, 132, false, 1, want{"32", 1, 256}},
		{32, 25088, 256, 132, false, 4, want{"32x128", 1, 256}}, // its input gradient: only a quarter of a sector's weights are of the tile's phase
		{1, 1, 0, 132, true, 0, want{"32", 1, 0}},               // an empty sum
		{10, 10, 130, 132, true, 0, want{"32", 1, 136}},         // a whole number of steps
		{32, 32, 5 * 128, 132, true, 0, want{"32", 5, 128}},     // the smallest splits
		{32, 32, 5*128 + 1, 132, true, 0, want{"32", 5, 136}},   // the last split is shorter
	} {
		tiles := work.Squares
		if !c.maySplit {
			tiles = work.Tiles
		}
		v := newSchedule(c.rows, c.columns, c.depth, c.cores, tiles, c.maySplit, max(1, c.aSectors))
		require.Equal(t, c.want, want{v.tile.Name(), v.splits, v.depth}, "%+v", c)
	}
}
