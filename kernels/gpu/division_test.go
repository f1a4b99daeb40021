package gpu

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// want is a division by the name of its tile.
type want struct {
	tile          string
	splits, depth int
}

func TestDivide(t *testing.T) {
	for _, c := range []struct {
		rows, columns, depth, cores int
		maySplit                    bool
		spread                      int
		want                        want
	}{
		{4096, 4096, 4096, 132, true, 0, want{"128", 1, 4096}},
		{512, 512, 512, 132, true, 0, want{"64", 4, 128}},       // 64 tiles, each shared by four
		{128, 3136, 256, 132, true, 0, want{"32", 1, 256}},      // 98 squares of 64 would leave schedulers idle
		{128, 256, 3136, 132, true, 0, want{"64", 24, 136}},     // a layer of the VAE: 8 tiles
		{32, 16, 25088, 132, true, 0, want{"32", 196, 128}},     // weights of its first convolution
		{32, 16, 25088, 132, false, 0, want{"32", 1, 25088}},    // split never
		{64, 6272, 512, 132, false, 0, want{"32x128", 1, 512}},  // its second: 98 squares of 64 leave schedulers idle
		{64, 62720, 512, 132, false, 0, want{"64", 1, 512}},     // ten times as many do not
		{32, 62720, 512, 132, false, 0, want{"32x128", 1, 512}}, // squares of 64 would be half empty
		{32, 25088, 256, 132, false, 1, want{"32", 1, 256}},
		{32, 25088, 256, 132, false, 4, want{"32x128", 1, 256}}, // its input's gradient: other phases' weights come along
		{1, 1, 0, 132, true, 0, want{"32", 1, 0}},               // nothing to add up
		{10, 10, 130, 132, true, 0, want{"32", 1, 136}},         // steps are whole
		{32, 32, 5 * 128, 132, true, 0, want{"32", 5, 128}},     // no smaller parts than these
		{32, 32, 5*128 + 1, 132, true, 0, want{"32", 5, 136}},   // the last is shorter
	} {
		tiles := work.Squares
		if !c.maySplit {
			tiles = work.Tiles
		}
		v := divide(c.rows, c.columns, c.depth, c.cores, tiles, c.maySplit, max(1, c.spread))
		require.Equal(t, c.want, want{v.tile.Name(), v.splits, v.depth}, "%+v", c)
	}
}
