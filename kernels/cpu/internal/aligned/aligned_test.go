package aligned

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestMake(t *testing.T) {
	for _, c := range []struct{ n, alignment int }{
		{0, 1}, {1, 64}, {17, 64}, {hugePage / 2, hugePage}, {hugePage, hugePage},
	} {
		x := Make(c.n)
		require.Len(t, x, c.n)
		if c.n == 0 {
			continue
		}
		require.Zero(t, uintptr(unsafe.Pointer(&x[0]))%uintptr(c.alignment), "%d elements", c.n)
		for i := range x {
			require.Zero(t, x[i])
			x[i] = 1 // each element is writable
		}
	}
}

func TestGrow(t *testing.T) {
	var s []float32
	first := Grow(&s, 100)
	require.Len(t, first, 100)
	require.Same(t, &first[0], &Grow(&s, 50)[0], "fewer elements reuse the memory")
	require.Len(t, Grow(&s, 200), 200)
	require.Zero(t, testing.AllocsPerRun(10, func() { Grow(&s, 200) }))
}
