package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReport(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		line string
	}{
		{nil, 0, ""},
		{flag.ErrHelp, 0, ""},
		{errors.New("disk full"), 1, "prog: disk full\n"},
		{Usagef("-n is %d", 0), 2, "prog: -n is 0\n"},
		{fmt.Errorf("start: %w", Usagef("a\nb")), 2, "prog: start: a; b\n"},
		{fmt.Errorf("%w: saved", ErrInterrupted), 130, "prog: interrupted: saved\n"},
	} {
		var out bytes.Buffer
		require.Equal(t, c.code, Report("prog", c.err, &out))
		require.Equal(t, c.line, out.String())
	}
}

// TestRunReportsLostResults: a program that ignores the errors of its results fails, too.
func TestRunReportsLostResults(t *testing.T) {
	full := errors.New("no space left on device")
	own := errors.New("disk on fire")
	for _, c := range []struct {
		writes    int
		err, want error
	}{{0, nil, nil}, {1, nil, full}, {3, nil, full}, {1, own, own}, {0, flag.ErrHelp, flag.ErrHelp}, {1, flag.ErrHelp, full}} {
		program := func(_ context.Context, _ []string, stdout, _ io.Writer) error {
			for range c.writes {
				fmt.Fprintln(stdout, "a result")
			}
			return c.err
		}
		require.Equal(t, c.want, Run(t.Context(), program, nil, brokenWriter{full}, io.Discard))
		require.Equal(t, c.err, Run(t.Context(), program, nil, io.Discard, io.Discard))
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

func TestParse(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // part of the error
	}{
		{[]string{"-n", "3", "-w", "1,2.5"}, ""},
		{[]string{"-n", "x"}, "-n x: want an integer"},
		{[]string{"-nope"}, "-nope (see prog -help)"},
		{[]string{"-w", "1"}, "1 numbers, want 2"},
		{[]string{"-w", "1,NaN"}, `"NaN" is not a finite number`},
		{[]string{"-w", "1,two"}, `"two" is not a finite number`},
		{[]string{"stray"}, `unexpected argument "stray"`},
	} {
		flags := flag.NewFlagSet("prog", flag.ContinueOnError)
		n := flags.Int("n", 1, "a number")
		w := []float64{0, 0}
		FloatsVar(flags, w, "w", "two numbers")
		err := Parse(flags, c.args, "prog does", io.Discard)
		if c.want == "" {
			require.NoError(t, err)
			require.Equal(t, 3, *n)
			require.Equal(t, []float64{1, 2.5}, w)
			continue
		}
		var usage UsageError
		require.ErrorAs(t, err, &usage, "%v", c.args)
		require.Contains(t, err.Error(), c.want)
	}
}

func TestParseHelp(t *testing.T) {
	flags := flag.NewFlagSet("prog", flag.ContinueOnError)
	FloatsVar(flags, []float64{1, 0.5}, "w", "two `numbers`")
	var out bytes.Buffer
	require.ErrorIs(t, Parse(flags, []string{"-help"}, "prog does this", &out), flag.ErrHelp)
	require.Contains(t, out.String(), "prog does this")
	require.Contains(t, out.String(), "-w numbers")
	require.Contains(t, out.String(), "1,0.5")
}

// TestReportIsPrintable: what stands in an error neither steers a terminal nor floods
// it.
func TestReportIsPrintable(t *testing.T) {
	var b strings.Builder
	Report("p", errors.New("the server said \x1b[2J\u202ehello\r"), &b)
	require.Equal(t, "p: the server said \\u001b[2J\\u202ehello\\u000d\n", b.String())
	b.Reset()
	Report("p", Usagef("%s", strings.Repeat("é", 1<<20)), &b)
	require.Less(t, b.Len(), 5000)
	require.True(t, strings.HasSuffix(b.String(), "é…\n"))
}
