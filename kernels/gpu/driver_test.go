package gpu_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
)

func TestDim(t *testing.T) {
	for d, want := range map[gpu.Dim]string{
		{X: 256}:             "256",
		{X: 16, Y: 16}:       "16×16",
		{X: 1, Y: 1, Z: 3}:   "1×1×3",
		{X: 7, Y: 1, Z: 1}:   "7",
		{X: 2, Y: 65535}:     "2×65535",
		{X: 2, Y: 0, Z: 1}:   "2",
		{X: 128, Y: 2, Z: 2}: "128×2×2",
	} {
		require.Equal(t, want, d.String())
	}
	require.Equal(t, 24, gpu.Dim{X: 2, Y: 3, Z: 4}.Size())
	require.Equal(t, 2, gpu.Dim{X: 2}.Size())
	require.Equal(t, gpu.Dim{X: 2, Y: 1, Z: 1}, gpu.Dim{X: 2}.Norm())
}

type kernel []gpu.Param

func (kernel) Name() string          { return "k" }
func (k kernel) Params() []gpu.Param { return k }

// CheckArgs accepts each kind of argument for exactly the parameter types that the comment
// on its constructor, such as Int32, lists.
func TestCheckArgs(t *testing.T) {
	types := []string{"u64", "b64", "s64", "u32", "s32", "b32", "f32", "f64", "u16", "b8[16]"}
	for _, c := range []struct {
		arg  gpu.Arg
		fits string
	}{
		{gpu.Ptr(8), "u64 b64"},
		{gpu.Uint64(8), "u64 b64 s64"},
		{gpu.Int32(-8), "u32 s32 b32"},
		{gpu.Uint32(8), "u32 s32 b32"},
		{gpu.Float32(8), "f32"},
		{gpu.Float64(8), "f64"},
		{gpu.Arg{}, ""},
	} {
		var fits string
		for _, typ := range types {
			if gpu.CheckArgs(kernel{{Name: "p", Type: typ}}, []gpu.Arg{c.arg}) == nil {
				fits += " " + typ
			}
		}
		if fits != "" {
			fits = fits[1:]
		}
		require.Equal(t, c.fits, fits, "%v", c.arg)
	}
	require.EqualError(t, gpu.CheckArgs(kernel{{Name: "p", Type: "f32"}}, []gpu.Arg{gpu.Int32(1)}),
		"kernel k: argument 0 is an int32, but parameter p is .f32")
	require.EqualError(t, gpu.CheckArgs(kernel{{Name: "p", Type: "f32"}}, nil), "kernel k takes 1 arguments, got 0")
}
