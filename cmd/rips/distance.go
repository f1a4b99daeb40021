package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/ph/input"
)

// The values of -distance.
const (
	bottleneckDistance  = "bottleneck"
	wassersteinDistance = "wasserstein"
	slicedDistance      = "sliced"
)

// A distanceOptions value is what the command line asks for of two diagrams.
type distanceOptions struct {
	kind       string // "" for none
	order      float64
	norm       float64
	directions int
}

func (o *distanceOptions) check() error {
	switch o.kind {
	case "", bottleneckDistance, wassersteinDistance, slicedDistance:
	default:
		return cli.Usagef("-distance %s: want %s, %s or %s", o.kind, bottleneckDistance, wassersteinDistance, slicedDistance)
	}
	switch {
	case !(o.order >= 1):
		return cli.Usagef("-order %v: want a number from 1 to inf", o.order)
	case !(o.norm >= 1):
		return cli.Usagef("-norm %v: want a number from 1 to inf", o.norm)
	case o.directions < 1:
		return cli.Usagef("-directions %d: want at least 1", o.directions)
	}
	return nil
}

// A degreeDistance is the distance of two diagrams of one degree.
type degreeDistance struct {
	degree   int
	distance float64
}

// MarshalJSON writes the distance, null if it is infinite.
func (d degreeDistance) MarshalJSON() ([]byte, error) {
	finite := &d.distance
	if math.IsInf(d.distance, 1) {
		finite = nil
	}
	return json.Marshal(struct {
		Degree   int      `json:"degree"`
		Distance *float64 `json:"distance"`
	}{d.degree, finite})
}

// runDistance prints the distances of the diagrams in two files, by degree.
func (o *options) runDistance(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	list, err := await(ctx, func() ([]degreeDistance, error) {
		var diagrams [2][]ph.Diagram
		for i, file := range o.files {
			var err error
			if diagrams[i], err = readDiagrams(file, stdin, noteTo(stderr)); err != nil {
				return nil, err
			}
		}
		return o.distances(ctx, diagrams[0], diagrams[1], noteTo(stderr))
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	if o.json {
		err := json.NewEncoder(out).Encode(struct {
			Kind      string           `json:"distance"`
			Distances []degreeDistance `json:"degrees"`
		}{o.distance.kind, list})
		if err != nil {
			return err
		}
	} else {
		for _, d := range list {
			fmt.Fprintf(out, "%s distance in dim %d: %s\n", o.distance.kind, d.degree, numberText(d.distance))
		}
	}
	return out.Flush()
}

// distances returns the distance of each degree that a or b has. A degree that one of
// them lacks has no bars there.
func (o *options) distances(ctx context.Context, a, b []ph.Diagram, note func(string)) (list []degreeDistance, err error) {
	var m distance.Matcher
	for degree := range min(max(len(a), len(b)), o.highest+1) {
		p, q := barsOf(a, degree), barsOf(b, degree)
		var value float64
		switch o.distance.kind {
		case bottleneckDistance:
			value, _, err = m.Bottleneck(ctx, p, q)
		case wassersteinDistance:
			value, err = m.Wasserstein(ctx, p, q, o.distance.order, o.distance.norm)
		case slicedDistance:
			value, err = m.SlicedWasserstein(ctx, p, q, o.distance.directions)
		}
		if err != nil {
			return nil, fmt.Errorf("dim %d: %w", degree, err)
		}
		if m, n := essentials(p), essentials(q); m != n {
			note(fmt.Sprintf("dim %d: %d and %d bars never die, so the distance is infinite", degree, m, n))
		}
		list = append(list, degreeDistance{degree, value})
	}
	return list, nil
}

// barsOf returns the bars of a degree, none if there is no such diagram.
func barsOf(diagrams []ph.Diagram, degree int) []ph.Bar {
	if degree < len(diagrams) {
		return diagrams[degree].Bars
	}
	return nil
}

func essentials(bars []ph.Bar) (count int) {
	for _, b := range bars {
		if b.Essential() {
			count++
		}
	}
	return count
}

// numberText returns the shortest text that is read as x.
func numberText(x float64) string {
	if math.IsInf(x, 1) {
		return "inf"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// readDiagrams reads the diagrams in a file, or in standard input.
func readDiagrams(file string, stdin io.Reader, note func(string)) ([]ph.Diagram, error) {
	if !isStandardInput(file) {
		return input.ReadDiagramsFile(file, note)
	}
	diagrams, err := input.ReadDiagrams(stdin, note)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return diagrams, nil
}
