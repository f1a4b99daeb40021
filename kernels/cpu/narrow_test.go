package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNarrowLoops compares with plain Go what copies pieces of images, and what
// lies around the pieces, of all sizes up to a few steps.
func TestNarrowLoops(t *testing.T) {
	for name, g := range here() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(5, 6))
			for range 500 {
				testNarrowLoops(t, rng, g)
			}
		})
	}
}

func testNarrowLoops(t *testing.T, rng *rand.Rand, g *tiling) {
	n, rows, columns := 1+rng.IntN(4), 1+rng.IntN(5), 1+rng.IntN(70)
	lds, ldd := 2*columns+rng.IntN(3), 2*columns+rng.IntN(3)
	src, before := normals(rng, n*rows*lds+3)[3:], normals(rng, n*rows*ldd+1)[1:]
	both := func(what string, plain, fast func(dst *float32)) {
		want, got := slices.Clone(before), slices.Clone(before)
		plain(&want[0])
		fast(&got[0])
		require.Equal(t, want, got, "%s, %d blocks of %d×%d", what, n, rows, columns)
	}
	var to, from ramp
	doff, soff := to.multiples(n, 4*rows*ldd), from.multiples(n, 4*rows*lds)
	rng.Shuffle(n, func(i, j int) { soff[i], soff[j] = soff[j], soff[i] })
	for _, add := range []bool{false, true} {
		both(fmt.Sprintf("blocks, add %t", add),
			func(dst *float32) {
				blocksPlain(dst, &doff[0], 4*ldd, &src[0], &soff[0], 4*lds, n, rows, columns, add)
			},
			func(dst *float32) {
				g.blocks(dst, &doff[0], 4*ldd, &src[0], &soff[0], 4*lds, n, rows, columns, add)
			})
	}
	both("pick",
		func(dst *float32) { pickPlain(dst, 4*ldd, &src[0], 4*lds, rows, columns, 2) },
		func(dst *float32) { g.pick(dst, 4*ldd, &src[0], 4*lds, rows, columns) })
	both("place",
		func(dst *float32) { placePlain(dst, 4*ldd, &src[0], 4*lds, rows, columns, 2) },
		func(dst *float32) { g.place(dst, 4*ldd, &src[0], 4*lds, rows, columns) })
}

func TestPickedIsPlacedBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for step := 1; step <= 5; step++ {
		const rows, n = 3, 7
		src := normals(rng, rows*40)
		picked, got := make([]float32, rows*n), make([]float32, rows*40)
		pickPlain(&picked[0], 4*n, &src[0], 4*40, rows, n, step)
		placePlain(&got[0], 4*40, &picked[0], 4*n, rows, n, step)
		for i, v := range got {
			want := float32(0)
			if column := i % 40; column%step == 0 && column/step < n {
				want = src[i]
			}
			require.Equal(t, want, v, "step %d, element %d", step, i)
		}
	}
}
