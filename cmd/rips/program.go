package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

func program(ctx context.Context, args []string, stdout, _ io.Writer) error {
	return rips(ctx, args, os.Stdin, stdout)
}

func rips(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	var d ph.Distances
	if o.double {
		d, err = read[float64](o, stdin)
	} else {
		d, err = read[float32](o, stdin)
	}
	if err != nil {
		return err
	}
	result, err := o.run(ctx, d)
	if err != nil {
		return err
	}
	if o.png != "" {
		if err := draw(o.png, d, result); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(stdout)
	if o.json {
		err = writeJSON(out, o, d, result)
	} else {
		writeText(out, o, d, result)
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func read[T ph.Float](o *options, stdin io.Reader) (ph.Distances, error) {
	if o.file != "" && o.file != "-" {
		return input.ReadFile[T](o.file, o.format)
	}
	d, err := input.Read[T](stdin, o.format)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return d, nil
}

// run computes what is asked for, or stops waiting for it if the user does.
func (o *options) run(ctx context.Context, d ph.Distances) (*ph.Result, error) {
	c := o.compute
	c.Simplices = o.json
	c.Cycles = c.Cycles || o.drawsLoop()
	type answer struct {
		*ph.Result
		error
	}
	done := make(chan answer, 1)
	go func() {
		r, err := ph.Rips(d, c)
		done <- answer{r, err}
	}()
	select {
	case a := <-done:
		if a.error == nil {
			o.shown(a.Result)
		}
		return a.Result, a.error
	case <-ctx.Done():
		return nil, cli.ErrInterrupted
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
