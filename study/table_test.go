package study

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Every column of the table of evidence begins or ends at one place, however long a name is.
func TestTableIsAligned(t *testing.T) {
	e := &Evidence{Title: "t", Baseline: "β", Seeds: 9, Compared: []Comparison{
		{Metric: "m", Arm: "a", Difference: -1.25, Low: -2, High: 1e-7, Holm: 0.5, Verdict: Undecided},
		{Metric: "feature_precision@1000", Arm: "arm with a name longer than forty-four characters, ε", Verdict: Missing},
	}}
	lines := strings.Split(strings.TrimSuffix(e.String(), "\n"), "\n")
	require.Len(t, lines, 4)
	place := func(line int, cell string) int {
		before, _, found := strings.Cut(lines[line], cell)
		require.True(t, found, lines[line])
		return utf8.RuneCountInString(before)
	}
	require.Equal(t, place(1, "verdict"), place(2, "undecided"))
	require.Equal(t, place(1, "verdict"), place(3, "missing"))
	require.Equal(t, place(1, "arm − β"), place(2, "a "))
	require.Equal(t, place(1, "arm − β"), place(3, "arm with"))
	require.Equal(t, place(1, "95 % interval")+len("95 % interval"), place(2, "]")+1)
}
