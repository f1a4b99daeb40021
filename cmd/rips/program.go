package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

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
		fmt.Fprintf(stderr, "rips: reading %s from the terminal, up to Ctrl-D (see rips -help)\n", o.format)
	}
	d, result, err := o.run(ctx, stdin)
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

func (o *options) read(stdin io.Reader) (d ph.Distances, err error) {
	if o.double {
		d, err = read[float64](o, stdin)
	} else {
		d, err = read[float32](o, stdin)
	}
	switch o.format {
	case input.LowerDistance, input.UpperDistance, input.Distance:
		if err != nil && !errors.As(err, new(*fs.PathError)) {
			err = fmt.Errorf("%w (of coordinates, the -format is %s)", err, input.PointCloud)
		}
	}
	return d, err
}

func read[T ph.Float](o *options, stdin io.Reader) (ph.Distances, error) {
	if !o.readsInput() {
		return input.ReadFile[T](o.file, o.format)
	}
	d, err := input.Read[T](stdin, o.format)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return d, nil
}

// run reads and computes what is asked for, or stops waiting for it if the user
// does.
func (o *options) run(ctx context.Context, stdin io.Reader) (ph.Distances, *ph.Result, error) {
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
		if a.Distances, a.error = o.read(stdin); a.error == nil {
			a.Result, a.error = ph.Rips(a.Distances, c)
		}
		done <- a
	}()
	select {
	case a := <-done:
		if a.error == nil {
			o.shown(a.Result)
		}
		return a.Distances, a.Result, a.error
	case <-ctx.Done():
		return nil, nil, cli.ErrInterrupted
	}
}

// shown leaves the bars of a result that are to be shown, in order.
func (o *options) shown(r *ph.Result) {
	for k := range r.Diagrams {
		bars := r.Diagrams[k].Bars
		var order []int
		for i, b := range bars {
			if b.Death > b.Birth && b.Death > b.Birth*o.ratio {
				order = append(order, i)
			}
		}
		r.Diagrams[k].Bars = take(bars, order)
		if k < len(r.Simplices) {
			r.Simplices[k] = take(r.Simplices[k], order)
		}
		if k < len(r.Cocycles) {
			r.Cocycles[k] = take(r.Cocycles[k], order)
		}
		if k == 1 {
			r.Cycles = take(r.Cycles, order)
		}
	}
}

// take returns some elements of a list, or an empty list.
func take[T any](list []T, order []int) []T {
	if len(list) == 0 {
		return list
	}
	taken := make([]T, 0, len(order))
	for _, i := range order {
		taken = append(taken, list[i])
	}
	return taken
}
