package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/term"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/internal/memory"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
	"github.com/topogen/topogen/ph/cubical"
	"github.com/topogen/topogen/ph/input"
	"github.com/topogen/topogen/ph/sparse"
)

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return rips(ctx, args, os.Stdin, stdout, stderr)
}

func rips(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if f, ok := stdin.(*os.File); ok && o.readsStandardInput() && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(stderr, "rips: reading %s from the terminal, up to Ctrl-D (see rips -help)\n", o.inputName())
	}
	ctx, stop := memory.Watch(ctx, o.memory)
	defer stop()
	return o.explain(o.execute(ctx, stdin, stdout, stderr))
}

// execute does what the command line asks for.
func (o *options) execute(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	if o.distance.kind != "" {
		return o.runDistance(ctx, stdin, stdout, stderr)
	}
	far := newProgress(stderr, o.progress)
	if far != nil {
		o.compute.Progress = far.report
	}
	a, err := await(ctx, func() (*answer, error) { return o.run(ctx, stdin, noteTo(stderr)) })
	far.end()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	if err := o.write(out, a); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if a.vectors != nil {
		if err := o.drawVectors(ctx, a.vectors); err != nil {
			return err
		}
	}
	return o.draw(ctx, a)
}

// An answer is a result, with the distances or the image that it is of. Diagrams that
// were read have neither.
type answer struct {
	distances ph.Distances
	alpha     *alpha.Complex // nil for other complexes
	image     cubical.Image[float64]
	result    *ph.Result
	vectors   *vectors.Vectors // nil unless -vector asks for them
}

// await returns what work does. It returns early if ctx is done: work may be waiting
// for input, which nothing can interrupt.
func await[T any](ctx context.Context, work func() (T, error)) (value T, err error) {
	done := make(chan struct{})
	var late T
	var lateErr error
	go func() {
		defer close(done)
		late, lateErr = work()
	}()
	select {
	case <-done:
		if ctx.Err() == nil {
			return late, lateErr
		}
	case <-ctx.Done():
	}
	return value, interruption(ctx)
}

// interruption returns why a context is done: too much memory is taken, or the user asked.
func interruption(ctx context.Context) error {
	var limit *memory.LimitError
	if errors.As(context.Cause(ctx), &limit) {
		return limit
	}
	return cli.ErrInterrupted
}

// explain adds to an error about memory what the user can do.
func (o *options) explain(err error) error {
	if !errors.As(err, new(*memory.LimitError)) {
		return err
	}
	remedy := "a smaller input"
	switch {
	case o.distance.kind != "" || o.complex != ripsComplex || o.format == diagramsFormat:
	case o.compute.MaxDegree > 1 || o.compute.Modulus != 2 || o.compute.Cocycles:
		remedy = "fewer points, a smaller -threshold or -dim"
	default:
		remedy = "fewer points, or a -format sparse of the distances that matter"
	}
	return fmt.Errorf("%w: give %s, or a greater -max-memory", err, remedy)
}

// noteTo returns a function that writes a remark about the input.
func noteTo(stderr io.Writer) func(text string) {
	return func(text string) { fmt.Fprintf(stderr, "rips: %s\n", text) }
}

// file returns the name of the input, "" for standard input.
func (o *options) file() string {
	if len(o.files) == 0 {
		return ""
	}
	return o.files[0]
}

func isStandardInput(file string) bool { return file == "" || file == "-" }

// readsStandardInput reports whether standard input is read.
func (o *options) readsStandardInput() bool {
	return len(o.files) == 0 || slices.ContainsFunc(o.files, isStandardInput)
}

// inputName returns the kind of the input, as messages name it.
func (o *options) inputName() string {
	switch {
	case o.distance.kind != "":
		return string(diagramsFormat)
	case o.complex == cubicalComplex:
		return "an image"
	}
	return string(o.format)
}

// run reads the input and computes its persistent homology.
func (o *options) run(ctx context.Context, stdin io.Reader, note func(string)) (*answer, error) {
	var a answer
	var err error
	switch {
	case o.complex == cubicalComplex:
		if a.image, err = o.readImage(stdin); err == nil {
			a.result, err = cubical.Compute(ctx, a.image, o.image)
		}
	case o.format == diagramsFormat:
		a.result, err = o.readResult(stdin, note)
	case o.complex == alphaComplex:
		var computed *answer
		if computed, err = o.runAlpha(ctx, stdin, note); err == nil {
			a = *computed
		}
	default:
		if a.distances, err = o.read(ctx, stdin, note); err == nil {
			a.result, err = o.runRips(ctx, a.distances, note)
		}
	}
	if err != nil {
		return nil, err
	}
	a.result.Classes = a.result.Classes[:min(len(a.result.Classes), o.highest+1)]
	o.dropShort(a.result)
	return &a, nil
}

// runRips computes the persistent homology of a Vietoris–Rips filtration, or of a sparse one.
func (o *options) runRips(ctx context.Context, d ph.Distances, note func(string)) (*ph.Result, error) {
	c := o.compute
	c.Simplices = o.json
	c.Cycles = c.Cycles || o.drawsCycles(d)
	if o.sparse > 0 {
		edges, err := sparse.Rips(ctx, d, o.sparse)
		if err != nil {
			return nil, err
		}
		note(fmt.Sprintf("%d of %d edges are used: births and deaths are off by a factor of at most %v", len(edges.Entries), d.Len()*(d.Len()-1)/2, 1+o.sparse))
		d = edges
	}
	if err := o.memory.Check(ph.EstimateMemory(d, c)); err != nil {
		return nil, err
	}
	return ph.Rips(ctx, d, c)
}

// readResult reads diagrams as a result without representatives.
func (o *options) readResult(stdin io.Reader, note func(string)) (*ph.Result, error) {
	diagrams, err := readDiagrams(o.file(), stdin, note)
	if err != nil {
		return nil, err
	}
	r := &ph.Result{Classes: make([][]ph.Class, len(diagrams))}
	for degree, d := range diagrams {
		for _, b := range d.Bars {
			r.Classes[degree] = append(r.Classes[degree], ph.Class{Bar: b})
		}
	}
	return r, nil
}

// read reads points or distances. It notes what it skips or changes.
func (o *options) read(ctx context.Context, stdin io.Reader, note func(string)) (d ph.Distances, err error) {
	if o.guess {
		plain := note
		note = func(text string) { plain(text + o.hint()) }
	}
	if o.double {
		d, err = read[float64](ctx, o, stdin, note)
	} else {
		d, err = read[float32](ctx, o, stdin, note)
	}
	if err == nil || errors.As(err, new(*fs.PathError)) || errors.As(err, new(kindError)) {
		return d, err
	}
	return nil, fmt.Errorf("%w%s", err, o.hint())
}

// hint returns what is added to remarks on a matrix, for those whose file has points.
func (o *options) hint() string {
	switch o.format {
	case input.LowerDistance, input.UpperDistance, input.Distance:
		return fmt.Sprintf(" (give -format %s for coordinates, %s for edges with lengths)", input.PointCloud, input.Sparse)
	}
	return ""
}

func read[T ph.Float](ctx context.Context, o *options, stdin io.Reader, note func(string)) (d ph.Distances, err error) {
	name := o.file()
	if isStandardInput(name) {
		name = "standard input"
	} else {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		stdin = file
	}
	if o.guess {
		if stdin, err = o.recognise(stdin, note); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if o.metric == precomputedMetric {
		d, err = input.ReadPrecomputed[T](stdin, o.format, note)
	} else {
		d, err = input.Read[T](stdin, o.format, note)
	}
	if p, ok := d.(ph.Points[T]); ok && err == nil {
		d, err = measured(ctx, p, o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

// dropShort removes the classes of length 0 and those that -ratio excludes.
func (o *options) dropShort(r *ph.Result) {
	for k := range r.Classes {
		r.Classes[k] = slices.DeleteFunc(r.Classes[k], func(c ph.Class) bool {
			return !(c.Death > c.Birth && c.Death > c.Birth*o.ratio)
		})
	}
}

// write writes what the command line asks for of an answer.
func (o *options) write(out *bufio.Writer, a *answer) error {
	switch {
	case o.vector.Kind != "":
		v, err := o.vector.Of(a.result.Diagrams())
		if err != nil {
			return err
		}
		a.vectors = v
		return writeVectors(out, v, o.npy)
	case a.image.Shape != nil && o.json:
		return writeImageJSON(out, o, a.image, a.result)
	case a.image.Shape != nil:
		writeImageText(out, o, a.image, a.result)
	case a.alpha != nil && o.json:
		return writeAlphaJSON(out, o, a)
	case a.alpha != nil:
		writeAlphaText(out, o, a)
	case a.distances != nil && o.json:
		return writeJSON(out, o, a.distances, a.result)
	case a.distances != nil:
		writeText(out, o, a.distances, a.result)
	case o.json:
		return json.NewEncoder(out).Encode(struct {
			Diagrams *ph.Result `json:"diagrams"`
		}{a.result})
	default:
		writeDegrees(out, o, a.result)
	}
	return nil
}
