// Package cli is what the programs share between the operating system and the
// library: exit codes, interrupts, and flags, also those that hold lists.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"unicode"
)

// Exit codes of the programs.
const (
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130 // as shells report a program that SIGINT ended
)

// ErrInterrupted says that a program stopped early because the user asked it to. An error that
// wraps it says what was kept.
var ErrInterrupted = errors.New("interrupted")

// A UsageError is a mistake of the user's: a wrong flag, a folder that does
// not fit. Nothing has been written.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }
func (e UsageError) Unwrap() error { return e.Err }

// Usagef returns a UsageError with a formatted message.
func Usagef(format string, args ...any) error {
	return UsageError{fmt.Errorf(format, args...)}
}

// A Program runs with arguments (without the program's name) until it is done
// or ctx is cancelled. Results go to stdout, everything else to stderr.
type Program func(ctx context.Context, args []string, stdout, stderr io.Writer) error

// Main runs a program as the operating system's process and exits. The first
// SIGINT, SIGTERM or SIGHUP cancels the program's context, so that it can save; the second
// ends the process at once.
func Main(name string, program Program) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	os.Exit(Report(name, Run(ctx, program, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// Run runs a program. If the program succeeds but a write to stdout failed, the error is that
// of the write: results that nobody can read are not a success.
func Run(ctx context.Context, program Program, args []string, stdout, stderr io.Writer) error {
	out := &checkedWriter{w: stdout}
	if err := program(ctx, args, out, stderr); err != nil && !errors.Is(err, flag.ErrHelp) || out.err == nil {
		return err
	}
	return out.err
}

// A checkedWriter keeps the first error of a writer.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// Report writes err, if it is one, as one line and returns the exit code.
func Report(name string, err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	message := strings.TrimPrefix(err.Error(), name+": ") // a package's, of the program's name
	var usage UsageError
	switch {
	case errors.Is(err, ErrInterrupted):
		fmt.Fprintf(stderr, "%s: %s\n", name, printable(message))
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "%s: %s\n", name, printable(strings.ReplaceAll(message, "\n", "; ")))
		return exitUsage
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, printable(message))
	return exitFailure
}

// maxMessage bounds the length of a message, in runes.
const maxMessage = 2000

// printable returns a message without control characters but ends of lines, so that
// what comes from files and servers cannot steer a terminal, and cut to a length that
// fits one.
func printable(message string) string {
	var b strings.Builder
	n := 0
	for _, r := range message {
		if n++; n > maxMessage {
			b.WriteString("…")
			break
		}
		if r != '\n' && !unicode.IsPrint(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Parse parses args into flags, which must have been made with
// [flag.ContinueOnError]. Help goes to stdout with the given synopsis above the
// flags; a mistake is a UsageError of one line. Arguments that are not flags are
// a mistake.
func Parse(flags *flag.FlagSet, args []string, synopsis string, stdout io.Writer) error {
	rest, err := ParseArguments(flags, args, synopsis, stdout)
	if err == nil && len(rest) > 0 {
		err = Usagef("unexpected argument %q: only flags are accepted (see %s -help)", rest[0], flags.Name())
	}
	return err
}

// ParseArguments does as [Parse] does, and returns the arguments from the first
// on that is not a flag.
func ParseArguments(flags *flag.FlagSet, args []string, synopsis string, stdout io.Writer) (rest []string, err error) {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stdout, strings.TrimSpace(synopsis))
		fmt.Fprintln(stdout, "\nFlags:")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, Usagef("%w (see %s -help)", mistake(flags, err), flags.Name())
	}
	return flags.Args(), nil
}

// Unchangeable returns a mistake if a flag has been given that has no say when a
// run resumes: one that is neither -output nor -resume nor among those that may
// change.
func Unchangeable(flags *flag.FlagSet, may ...string) error {
	last := len(may) - 1
	var err error
	flags.Visit(func(f *flag.Flag) {
		if f.Name != "output" && f.Name != "resume" && !slices.Contains(may, f.Name) {
			err = Usagef("-%s cannot change when a run resumes: -%s and -%s can", f.Name, strings.Join(may[:last], ", -"), may[last])
		}
	})
	return err
}
