package cli

import (
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMistakesOfFlags: a mistake names what is meant or wanted.
func TestMistakesOfFlags(t *testing.T) {
	for args, want := range map[string]string{
		"-forma x":                  "there is no flag -forma: did you mean -format? (see prog -help)",
		"-fromat x":                 "there is no flag -fromat: did you mean -format? (see prog -help)",
		"--Format x":                "there is no flag -Format: did you mean -format? (see prog -help)",
		"-thresh 1":                 "there is no flag -thresh: did you mean -threshold? (see prog -help)",
		"-n-seed 1":                 "there is no flag -n-seed: did you mean -seed? (see prog -help)",
		"-dimension 1":              "there is no flag -dimension: did you mean -dim? (see prog -help)",
		"-x 1":                      "there is no flag -x (see prog -help)",
		"-version":                  "there is no flag -version (see prog -help)",
		"-dim two":                  "-dim two: want an integer (see prog -help)",
		"-dim 1.5":                  "-dim 1.5: want an integer (see prog -help)",
		"-dim=":                     "-dim : want an integer (see prog -help)",
		"-dim 99999999999999999999": "-dim 99999999999999999999: want an integer (see prog -help)",
		"-seed -1":                  "-seed -1: want an integer that is not negative (see prog -help)",
		"-threshold 1,5":            "-threshold 1,5: want a number (see prog -help)",
		"-json=maybe":               "-json maybe: want true or false, as in -json=false (see prog -help)",
		"-w 1":                      `invalid value "1" for flag -w: 1 numbers, want 2 separated by commas (see prog -help)`,
		"-dim":                      "flag needs an argument: -dim (see prog -help)",
	} {
		flags := flag.NewFlagSet("prog", flag.ContinueOnError)
		flags.String("format", "", "")
		flags.Int("dim", 0, "")
		flags.Uint64("seed", 0, "")
		flags.Float64("threshold", 0, "")
		flags.Bool("json", false, "")
		FloatsVar(flags, []float64{0, 0}, "w", "")
		err := Parse(flags, strings.Fields(args), "", io.Discard)
		require.EqualError(t, err, want, args)
		require.ErrorAs(t, err, new(UsageError))
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "bca", 2}, {"kitten", "sitting", 3}, {"png", "npg", 1}} {
		require.Equal(t, c.want, edits(c.a, c.b), "%s %s", c.a, c.b)
		require.Equal(t, c.want, edits(c.b, c.a), "%s %s", c.b, c.a)
	}
}
