package cpu

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnvironmentForcesInstructions(t *testing.T) {
	for set := plainGo; set <= avx512; set++ {
		t.Setenv(environment, set.String())
		d := New(Threads(1))
		if set <= available() {
			require.NoError(t, d.Sync())
			require.Equal(t, "cpu ("+set.String()+", 1 threads)", d.Name())
		} else {
			require.ErrorContains(t, d.Sync(), "TOPOGEN_CPU="+set.String()+", but this processor has "+available().String())
			require.Equal(t, d.Sync(), d.Read(nil, d.Alloc(0)), "Read returns the same error")
		}
		require.NoError(t, d.Close())
	}
	t.Setenv(environment, "sse9")
	d := New(Threads(1))
	require.ErrorContains(t, d.Sync(), `TOPOGEN_CPU="sse9" is no instruction set; want avx512, avx2, plain`)
	require.NoError(t, d.Close())
	t.Setenv(environment, "")
	d = New(Threads(1))
	require.NoError(t, d.Sync())
	require.Equal(t, available(), d.set)
	require.NoError(t, d.Close())
}

// TestRegisters finds AVX-512's upper registers in functions for AVX2: the
// generator allocates them silently when the lower 16 do not suffice.
func TestRegisters(t *testing.T) {
	files, err := filepath.Glob("*_amd64.s")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	upper := regexp.MustCompile(`\b([XYZ](1[6-9]|2\d|3[01])|[ZK]\d+)\b`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		function := ""
		for number, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "TEXT") {
				function = line
			}
			if strings.Contains(function, "AVX2(SB)") && upper.MatchString(line) {
				t.Errorf("%s:%d: %s in a function for AVX2", file, number+1, strings.TrimSpace(line))
				break
			}
		}
	}
}
