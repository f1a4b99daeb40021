package main

import (
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

const synopsis = `Rips prints the persistent homology of the Vietoris-Rips filtration of points or
distances, or of the cubical complex of an image, as intervals [birth, death) in the
order of their deaths; those of length 0 are left out.

Usage:

  rips [flags] [FILE]       without FILE, or with -, the input is read

  rips -format point-cloud points.txt
  rips -format point-cloud -dim 2 -threshold 0.5 points.txt
  rips -dim 2 -modulus 3 lower-distances.txt
  rips -format point-cloud -png circle points.txt     pictures, too
  rips -format sparse -json edges.txt                 with pairings
  rips -complex cubical image.png                     of an image
  rips -complex cubical -superlevel -construction V volume.npy

Formats are those of ripser, and a few more:

  lower-distance   the matrix below its diagonal, a row in a line
  upper-distance   above its diagonal
  distance         the whole matrix
  point-cloud      a point in a line: coordinates
  sparse           a pair in a line: i j distance, points counted from 0
  off, ply         the vertices of a mesh; point-cloud recognises these files, too
  npy, npz         an array of NumPy: a point in a row
  dipha, binary    binary files: DIPHA's, and float32 below the diagonal

A distance of inf stands for points that are never joined.

With -json, each bar has an entry in "edges": the edge whose length is its birth and
the edge whose length is its death. It has an entry in "simplices": the simplices that
give birth to it and end it. With -cocycles and -cycles it has its representatives in
"cocycles" and "cycles".

With -complex cubical the input is an image in PNG or PGM, or an array of two or three
dimensions in .npy; the first bytes tell which. The values of pixels are those of the
file, 0 to 255 for most images. In "edges" a pixel stands twice: [i, i] for the i-th one
in row-major order. With -superlevel a birth is minus the value of its pixel.`

// The values of -complex.
const (
	ripsComplex    = "rips"
	cubicalComplex = "cubical"
)

// options are what the command line asks for.
type options struct {
	file    string
	format  input.Format
	double  bool
	compute ph.Options
	complex string
	image   imageOptions
	ratio   float64

	json bool
	png  string
}

func parse(args []string, stdout io.Writer) (*options, error) {
	var o options
	flags := flag.NewFlagSet("rips", flag.ContinueOnError)
	format := flags.String("format", string(input.LowerDistance), "`format` of the input")
	flags.StringVar(&o.complex, "complex", ripsComplex, "`complex` of the input: rips, of points or distances, or cubical, of an image")
	construction := flags.String("construction", "T", "`letter` of the construction of a cubical complex: T, in which pixels are squares or cubes, or V, in which they are vertices")
	flags.BoolVar(&o.image.Superlevel, "superlevel", false, "superlevel sets of an image instead of sublevel sets")
	flags.IntVar(&o.compute.MaxDegree, "dim", 1, "highest `degree` of homology; of an image all degrees unless given")
	flags.Float64Var(&o.compute.Threshold, "threshold", 0, "`length` of the longest edges; 0 stands for the enclosing radius, beyond which nothing happens")
	flags.IntVar(&o.compute.Modulus, "modulus", 2, "coefficients are integers modulo this `prime`")
	flags.IntVar(&o.compute.Workers, "threads", 0, "`number` of threads that work at once; 0 stands for GOMAXPROCS, or one for a small problem")
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
	var known bool
	if o.image.Construction, known = constructions[*construction]; !known {
		return nil, cli.Usagef("-construction %s: want T or V", *construction)
	}
	if err := o.checkComplex(flags); err != nil {
		return nil, err
	}
	return &o, o.check()
}

// checkComplex returns an error if a flag is given that the complex does not have.
func (o *options) checkComplex(flags *flag.FlagSet) (err error) {
	var other []string // flags of other complexes
	o.image.highest = math.MaxInt - 1
	switch o.complex {
	case ripsComplex:
		other = []string{"construction", "superlevel"}
	case cubicalComplex:
		other = []string{"format", "threshold", "modulus", "threads", "float64", "ratio", "cocycles", "cycles"}
	default:
		return cli.Usagef("-complex %s: want %s or %s", o.complex, ripsComplex, cubicalComplex)
	}
	flags.Visit(func(f *flag.Flag) {
		if slices.Contains(other, f.Name) {
			err = cli.Usagef("-%s with -complex %s: that complex has no such flag", f.Name, o.complex)
		}
		if f.Name == "dim" {
			o.image.highest = o.compute.MaxDegree
		}
	})
	return err
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
		return cli.Usagef("-threads %d: want at least 1, or 0 for GOMAXPROCS", c.Workers)
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
