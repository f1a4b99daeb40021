package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/term"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return rips(ctx, args, os.Stdin, stdout, stderr)
}

func rips(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if f, ok := stdin.(*os.File); ok && o.readsInput() && term.IsTerminal(int(f.Fd())) {
		what := string(o.format)
		if o.complex == cubicalComplex {
			what = "an image"
		}
		fmt.Fprintf(stderr, "rips: reading %s from the terminal, up to Ctrl-D (see rips -help)\n", what)
	}
	if o.complex == cubicalComplex {
		return o.runCubical(ctx, stdin, stdout)
	}
	d, result, err := o.run(ctx, stdin, stderr)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	if o.json {
		err = writeJSON(out, o, d, result)
	} else {
		writeText(out, o, d, result)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil || o.png == "" {
		return err
	}
	return draw(o.png, d, result)
}

// readsInput reports whether standard input is read.
func (o *options) readsInput() bool { return o.file == "" || o.file == "-" }

// read reads the input. It writes to stderr what it skips or changes.
func (o *options) read(stdin io.Reader, stderr io.Writer) (d ph.Distances, err error) {
	note := func(text string) { fmt.Fprintf(stderr, "rips: %s\n", text) }
	if o.double {
		d, err = read[float64](o, stdin, note)
	} else {
		d, err = read[float32](o, stdin, note)
	}
	switch o.format {
	case input.LowerDistance, input.UpperDistance, input.Distance:
		if err != nil && !errors.As(err, new(*fs.PathError)) {
			err = fmt.Errorf("%w (of coordinates, the -format is %s)", err, input.PointCloud)
		}
	}
	return d, err
}

func read[T ph.Float](o *options, stdin io.Reader, note func(string)) (ph.Distances, error) {
	if !o.readsInput() {
		return input.ReadFile[T](o.file, o.format, note)
	}
	d, err := input.Read[T](stdin, o.format, note)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return d, nil
}

// run reads the input and computes its persistent homology. It returns early if ctx
// is done, even while it waits for input.
func (o *options) run(ctx context.Context, stdin io.Reader, stderr io.Writer) (ph.Distances, *ph.Result, error) {
	c := o.compute
	c.Simplices = o.json
	c.Cycles = c.Cycles || o.drawsLoop()
	type answer struct {
		ph.Distances
		*ph.Result
		error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		if a.Distances, a.error = o.read(stdin, stderr); a.error == nil {
			a.Result, a.error = ph.Rips(ctx, a.Distances, c)
		}
		done <- a
	}()
	select {
	case a := <-done:
		if ctx.Err() != nil {
			return nil, nil, cli.ErrInterrupted
		}
		if a.error == nil {
			o.dropShort(a.Result)
		}
		return a.Distances, a.Result, a.error
	case <-ctx.Done():
		return nil, nil, cli.ErrInterrupted
	}
}

// dropShort removes the classes of length 0 and those that -ratio excludes.
func (o *options) dropShort(r *ph.Result) {
	for k := range r.Classes {
		r.Classes[k] = slices.DeleteFunc(r.Classes[k], func(c ph.Class) bool {
			return !(c.Death > c.Birth && c.Death > c.Birth*o.ratio)
		})
	}
}
