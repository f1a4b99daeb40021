package cpu_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRegisters checks that no function for AVX2 uses a register that only AVX-512 has. The
// generator of the assembly allocates such registers without a warning if a function needs
// more than 16.
func TestRegisters(t *testing.T) {
	files, err := filepath.Glob("internal/*/*_amd64.s")
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
