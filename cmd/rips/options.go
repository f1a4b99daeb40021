package main

import (
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

const synopsis = `Rips prints the persistent homology of the Vietoris-Rips filtration of points or
distances, as intervals [birth, death) in the order of their deaths; those of length 0
are left out.

Usage:

  rips [flags] [FILE]       without FILE, or with -, the input is read

  rips -format point-cloud points.txt
  rips -format point-cloud -dim 2 -threshold 0.5 points.txt
  rips -dim 2 -modulus 3 lower-distances.txt
  rips -format point-cloud -png circle points.txt     pictures, too
  rips -format sparse -json edges.txt                 with pairings

Formats are those of ripser:

  lower-distance   the matrix below its diagonal, a row in a line
  upper-distance   above its diagonal
  distance         the whole matrix
  point-cloud      a point in a line: coordinates
  sparse           a pair in a line: i j distance, points counted from 0
  dipha, binary    binary files: DIPHA's, and float32 below the diagonal

With -json, a bar of degree k has at its place in "edges" the two edges that it is
the lengths of, in "simplices" the two simplices that begin and end it, and in
"cocycles" and "cycles" what stands for it, as far as asked for.`

// options are what the command line asks for.
type options struct {
	file    string
	format  input.Format
	double  bool
	compute ph.Options
	ratio   float64

	json bool
	png  string
}

func parse(args []string, stdout io.Writer) (*options, error) {
	var o options
	flags := flag.NewFlagSet("rips", flag.ContinueOnError)
	format := flags.String("format", string(input.LowerDistance), "`format` of the input")
	flags.IntVar(&o.compute.MaxDegree, "dim", 1, "highest `degree` of homology")
	flags.Float64Var(&o.compute.Threshold, "threshold", 0, "`length` of the longest edges; 0 stands for the enclosing radius, beyond which nothing happens")
	flags.IntVar(&o.compute.Modulus, "modulus", 2, "coefficients are integers modulo this `prime`")
	flags.IntVar(&o.compute.Workers, "threads", 0, "`number` of threads that work at once; 0 stands for as many as the processor has, or one where there is little to do")
	flags.Float64Var(&o.ratio, "ratio", 1, "print only intervals with death/birth greater than this `number`")
	flags.BoolVar(&o.double, "float64", false, "read distances and coordinates as float64 instead of float32")
	flags.BoolVar(&o.compute.Cocycles, "cocycles", false, "a representative cocycle of each interval of degree 1 and higher")
	flags.BoolVar(&o.compute.Cycles, "cycles", false, "a representative cycle of each finite interval of degree 1")
	flags.BoolVar(&o.json, "json", false, "print JSON, with the pairing of each interval")
	flags.StringVar(&o.png, "png", "", "write pictures `NAME`-diagram.png, NAME-barcode.png and, of points in the plane or in space, NAME-cloud.png with the longest loop")

	// The file may stand between the flags.
	for rest := args; ; {
		var err error
		if rest, err = cli.ParseArguments(flags, rest, synopsis, stdout); err != nil {
			return nil, err
		}
		if len(rest) == 0 {
			break
		}
		if o.file != "" {
			return nil, cli.Usagef("two files, %q and %q: one is read at a time", o.file, rest[0])
		}
		o.file, rest = rest[0], rest[1:]
	}
	o.format = input.Format(*format)
	o.png = strings.TrimSuffix(o.png, ".png")
	return &o, o.check()
}

func (o *options) check() error {
	switch c := &o.compute; {
	case !o.format.Known():
		return cli.Usagef("-format %s: there is no such format: it is one of %v", o.format, input.Formats())
	case c.MaxDegree < 0:
		return cli.Usagef("-dim %d: the least degree is 0", c.MaxDegree)
	case !(c.Threshold >= 0):
		return cli.Usagef("-threshold %v: a length is at least 0", c.Threshold)
	case c.Workers < 0:
		return cli.Usagef("-threads %d: there must be one, and 0 stands for as many as the processor has", c.Workers)
	case c.Modulus < 2:
		return cli.Usagef("-modulus %d: the least prime is 2", c.Modulus)
	case !(o.ratio >= 1) || math.IsInf(o.ratio, 1):
		return cli.Usagef("-ratio %v: deaths are at least as great as births, so it is at least 1", o.ratio)
	case c.Cycles && c.Modulus != 2:
		return cli.Usagef("-cycles -modulus %d: cycles are computed modulo 2 alone; ask for -cocycles", c.Modulus)
	}
	if folder := filepath.Dir(o.png); o.png != "" {
		if _, err := os.Stat(folder); err != nil {
			return cli.Usagef("-png %s: there is no folder %s", o.png, folder)
		}
	}
	if math.IsInf(o.compute.Threshold, 1) {
		o.compute.Threshold = 0 // as good as none
	}
	return nil
}

// drawsLoop reports whether a picture may want the cycles of degree 1.
func (o *options) drawsLoop() bool {
	return o.png != "" && o.format == input.PointCloud && o.compute.MaxDegree >= 1 && o.compute.Modulus == 2
}
