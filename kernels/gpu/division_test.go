package gpu

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDivide(t *testing.T) {
	for _, c := range []struct {
		rows, columns, depth, cores int
		maySplit                    bool
		want                        division
	}{
		{4096, 4096, 4096, 132, true, division{128, 1, 4096}},
		{512, 512, 512, 132, true, division{32, 1, 512}},     // 256 tiles
		{128, 3136, 256, 132, true, division{32, 1, 256}},    // 392 tiles
		{128, 256, 3136, 132, true, division{32, 4, 784}},    // a layer of the VAE: 32 tiles
		{32, 16, 25088, 132, true, division{32, 131, 192}},   // weights of its first convolution
		{32, 16, 25088, 132, false, division{32, 1, 25088}},  // split never
		{64, 25088, 512, 132, false, division{64, 1, 512}},   // its second
		{1, 1, 0, 132, true, division{32, 1, 0}},             // nothing to add up
		{16, 100000, 8, 1, true, division{32, 1, 8}},         // large tiles would be half empty
		{10, 10, 130, 132, true, division{32, 1, 136}},       // steps are whole
		{128, 128, 1000, 2, true, division{64, 1, 1000}},     // one large tile would leave a core idle
		{256, 128, 1000, 2, true, division{128, 1, 1000}},    // two do not
		{32, 32, 5 * 128, 132, true, division{32, 5, 128}},   // no smaller parts than these
		{32, 32, 5*128 + 1, 132, true, division{32, 5, 136}}, // the last is shorter
	} {
		require.Equal(t, c.want, divide(c.rows, c.columns, c.depth, c.cores, c.maySplit), "%+v", c)
	}
}
