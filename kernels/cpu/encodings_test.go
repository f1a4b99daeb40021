package cpu_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEncodings compares the bytes of instructions that Go's assembler lacks with those that
// another assembler gave for the instruction in the comment behind the bytes. Every
// instruction that the assembly has must be in the record, and every record in the assembly.
func TestEncodings(t *testing.T) {
	text, err := os.ReadFile("testdata/encodings.txt")
	require.NoError(t, err)
	want, record := map[string]string{}, regexp.MustCompile(`^((?:[0-9a-f]{2} )+)(.*)`)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := record.FindStringSubmatch(line)
		want[f[2]] = strings.TrimSpace(f[1])
	}
	files, err := filepath.Glob("internal/*/*_amd64.s")
	require.NoError(t, err)
	bytesOf, found := regexp.MustCompile(`BYTE \$0x([0-9a-f]{2})`), map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			bytes, instruction, ok := strings.Cut(strings.TrimSpace(line), " // ")
			if !ok || !strings.HasPrefix(bytes, "BYTE") {
				continue
			}
			var got []string
			for _, b := range bytesOf.FindAllStringSubmatch(bytes, -1) {
				got = append(got, b[1])
			}
			require.Equal(t, want[instruction], strings.Join(got, " "), fmt.Sprintf("%s: %s", file, instruction))
			found[instruction] = true
		}
	}
	require.Len(t, found, len(want))
}
