package simd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFromEnvironment(t *testing.T) {
	for set := Plain; set <= AMX; set++ {
		t.Setenv(Environment, set.String())
		got, err := FromEnvironment()
		if set <= Best() {
			require.NoError(t, err)
			require.Equal(t, set, got)
		} else {
			require.ErrorContains(t, err, "TOPOGEN_CPU="+set.String()+", but the best instruction set here is "+Best().String())
			require.Equal(t, Plain, got)
		}
	}
	t.Setenv(Environment, "sse9")
	got, err := FromEnvironment()
	require.ErrorContains(t, err, `TOPOGEN_CPU="sse9" is not an instruction set; want amx, avx512, avx2, plain`)
	require.Equal(t, Plain, got)
	t.Setenv(Environment, "")
	got, err = FromEnvironment()
	require.NoError(t, err)
	require.Equal(t, Best(), got)
}
