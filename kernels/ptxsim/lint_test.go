package ptxsim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/ptxsim"
)

const doubtful = `.version 6.3
.target sm_70
.address_size 64
.entry k(.param .u64 p,
	.param .u32 n)
{
	.reg .f32 %f<4>;
	.reg .u32 %r<3>;
	.reg .u64 %p;
	.reg .pred %q;
	ld.param.u64 %p, [p];
	ld.f32 %f0, [%p];
	add.f32 %f1, %f0, %f0;
	mul.ftz.f32 %f1, %f1, %f2;
	add.rn.f32 %f1, %f1, %f1;
	setp.lt.f32 %q, %f1, 0f00000000;
	mov.u32 %r1, 1;
	@%q bra SKIP;
	st.global.f32 [%p], %f1;
	bra SKIP;
	st.global.f32 [%p], %f0;
	st.global.f32 [%p], %f1;
AGAIN:
	ret;
SKIP:
	ret;
}
`

func TestLint(t *testing.T) {
	warnings, err := ptxsim.Lint("k.ptx", doubtful)
	require.NoError(t, err)
	var got []string
	for _, w := range warnings {
		got = append(got, w.String())
	}
	require.Equal(t, []string{
		"k.ptx:4: kernel k: has no .maxntid or .reqntid, so the compiler cannot know how many registers a thread may use",
		"k.ptx:5: kernel k: parameter n is not read",
		"k.ptx:12: kernel k: ld.f32 names no state space; write .global or .shared, which is faster",
		"k.ptx:13: kernel k: the compiler may fuse add.f32 to an fma; write add.rn",
		"k.ptx:14: kernel k: the compiler may fuse mul.ftz.f32 to an fma; write mul.rn",
		"k.ptx:14: kernel k: register %f2 is read but never written",
		"k.ptx:17: kernel k: register %r1 is written but never read",
		"k.ptx:21: kernel k: this instruction cannot be reached",
	}, got)

	for _, src := range []string{readPTX(t, "vectoradd.ptx"), sgemm(4, true)} {
		warnings, err := ptxsim.Lint("k.ptx", src)
		require.NoError(t, err)
		require.Empty(t, warnings)
	}
	_, err = ptxsim.Lint("k.ptx", "nonsense")
	require.ErrorContains(t, err, "k.ptx:1:1")
	_, err = ptxsim.Lint("k.ptx", header+"nonsense; }")
	require.ErrorContains(t, err, "k.ptx:24: nonsense: unknown instruction")
}
