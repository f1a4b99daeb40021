package main

import (
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/internal/memory"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
	"github.com/topogen/topogen/ph/cubical"
	"github.com/topogen/topogen/ph/input"
)

// The values of -complex.
const (
	ripsComplex    = "rips"
	cubicalComplex = "cubical"
	alphaComplex   = "alpha"
)

var complexes = []string{ripsComplex, alphaComplex, cubicalComplex}

// diagramsFormat is the value of -format for diagrams, which are not computed.
const diagramsFormat input.Format = "diagrams"

// pointFormats are the formats of points.
var pointFormats = []input.Format{input.PointCloud, input.OFF, input.PLY, input.NPY, input.NPZ}

// options are what the command line asks for.
type options struct {
	files    []string // two for a distance, else at most one
	format   input.Format
	guess    bool // whether the first bytes of the input may tell another format
	metric   string
	double   bool
	compute  ph.Options
	complex  string
	image    cubical.Options
	alpha    alpha.Options
	sparse   float64 // the relative error of a sparse filtration, 0 for none
	highest  int     // the highest degree that is printed
	ratio    float64
	distance distanceOptions
	vector   vectors.Options
	npy      string // file for vectors, "-" for standard output, "" for JSON

	json   bool
	png    string
	svg    string
	memory memory.Size // 0 for the default

	progress bool // whether to report progress though standard error is not a terminal
}

func parse(args []string, stdout io.Writer) (*options, error) {
	var o options
	flags := flag.NewFlagSet("rips", flag.ContinueOnError)
	format := flags.String("format", string(input.LowerDistance), "`format` of the input")
	flags.StringVar(&o.complex, "complex", ripsComplex, "`complex` of the input: rips, of points or distances, alpha, of points in the plane or in space, or cubical, of an image")
	flags.BoolVar(&o.alpha.Radii, "radii", false, "values of an alpha complex are radii instead of their squares")
	construction := flags.String("construction", "T", "`letter` of the construction of a cubical complex: T, in which pixels are squares or cubes, or V, in which they are vertices")
	flags.BoolVar(&o.image.Superlevel, "superlevel", false, "superlevel sets of an image instead of sublevel sets")
	flags.IntVar(&o.compute.MaxDegree, "dim", 1, "highest `degree` of homology, of which n points have none above n-2; of an image, an alpha complex or diagrams all degrees unless given")
	flags.Float64Var(&o.compute.Threshold, "threshold", 0, "`length` of the longest edges; 0 stands for the enclosing radius, beyond which nothing happens")
	flags.IntVar(&o.compute.Modulus, "modulus", 2, "coefficients are integers modulo this `prime`")
	flags.IntVar(&o.compute.Workers, "threads", 0, "`number` of threads that work at once, at most that of processors; 0 stands for GOMAXPROCS, or one for a small problem")
	flags.Float64Var(&o.ratio, "ratio", 1, "print only intervals with death/birth greater than this `number`")
	flags.Float64Var(&o.sparse, "sparse", 0, "use few edges, such that births and deaths are off by a factor of at most 1+`epsilon`; 0 stands for all edges")
	flags.BoolVar(&o.double, "float64", false, "read distances and coordinates as float64 instead of float32")
	flags.BoolVar(&o.compute.Cocycles, "cocycles", false, "a representative cocycle of each interval of degree 1 and higher")
	flags.BoolVar(&o.compute.Cycles, "cycles", false, "a representative cycle of each interval of degree 1 and higher")
	flags.BoolVar(&o.json, "json", false, "print JSON, with the pairing of each interval")
	flags.StringVar(&o.metric, "metric", euclideanMetric, "`metric` of points: euclidean, cosine, manhattan, chebyshev or precomputed")
	flags.StringVar(&o.distance.kind, "distance", "", "print the distance of the diagrams in two files: `kind` bottleneck, wasserstein or sliced")
	flags.Float64Var(&o.distance.order, "order", 1, "`power` of the moves in a Wasserstein distance, from 1 to inf")
	flags.Float64Var(&o.distance.norm, "norm", math.Inf(1), "`exponent` of the norm of a move in a Wasserstein distance, from 1 to inf")
	flags.IntVar(&o.distance.directions, "directions", 50, "`number` of directions of a sliced Wasserstein distance")
	o.vector.Flags(flags)
	flags.StringVar(&o.npy, "npy", "", "write vectors to `FILE` in the format .npy instead of JSON; - stands for standard output")
	flags.StringVar(&o.png, "png", "", "write pictures `NAME`-diagram.png, NAME-barcode.png and, of points in the plane or in space, NAME-cloud.png with the longest loop and NAME-representatives.png with cycles of the six longest bars; with -vector also NAME-KIND.png")
	flags.StringVar(&o.svg, "svg", "", "write the same pictures as `NAME`-diagram.svg and so on; of tens of thousands of points PNG is smaller")

	flags.BoolVar(&o.progress, "progress", false, "tell on standard error how far a long run is, even if that is not a terminal")
	flags.Var(&o.memory, "max-memory", "end with an error rather than take more memory than this `size`, such as 8GB, or none; without it, three quarters of the machine's where the system tells that")

	// The file may stand between the flags.
	for rest := args; ; {
		var err error
		if rest, err = cli.ParseArguments(flags, rest, synopsis, stdout); err != nil {
			return nil, err
		}
		if len(rest) == 0 {
			break
		}
		o.files, rest = append(o.files, rest[0]), rest[1:]
	}
	o.format = input.Format(*format)
	o.memory = o.memory.OrDefault()
	o.compute.Workers = min(o.compute.Workers, runtime.NumCPU()) // more have nothing to run on
	o.png, o.svg = strings.TrimSuffix(o.png, ".png"), strings.TrimSuffix(o.svg, ".svg")
	var known bool
	if o.image.Construction, known = constructions[*construction]; !known {
		return nil, cli.Usagef("-construction %s: want T or V", *construction)
	}
	o.highest = math.MaxInt - 1
	if err := o.checkGiven(flags); err != nil {
		return nil, err
	}
	if o.complex == ripsComplex && o.distance.kind == "" && o.format != diagramsFormat {
		o.highest = o.compute.MaxDegree
	}
	return &o, o.check()
}

func (o *options) check() error {
	switch c := &o.compute; {
	case !o.format.Known() && o.format != diagramsFormat:
		return cli.Usagef("-format %s: there is no such format: it is one of %v", o.format, append(input.Formats(), diagramsFormat))
	case !slices.Contains(metrics, o.metric):
		return cli.Usagef("-metric %s: want one of %s", o.metric, strings.Join(metrics, ", "))
	case o.metric != euclideanMetric && !slices.Contains(pointFormats, o.format):
		return cli.Usagef("-metric %s -format %s: a metric is that of points, whose -format is one of %v", o.metric, o.format, pointFormats)
	case o.complex == alphaComplex && o.format != diagramsFormat && !slices.Contains(pointFormats, o.format):
		return cli.Usagef("-complex %s -format %s: an alpha complex is that of points, whose -format is one of %v", o.complex, o.format, pointFormats)
	case c.MaxDegree < 0:
		return cli.Usagef("-dim %d: the least degree is 0", c.MaxDegree)
	case !(c.Threshold >= 0):
		return cli.Usagef("-threshold %v: a length is at least 0", c.Threshold)
	case !(o.sparse >= 0) || math.IsInf(o.sparse, 1):
		return cli.Usagef("-sparse %v: want a positive number, or 0 for all edges", o.sparse)
	case o.sparse > 0 && o.metric == cosineMetric:
		return cli.Usagef("-sparse %v -metric %s: cosine distances do not obey the triangle inequality, on which the bound of the error rests", o.sparse, o.metric)
	case c.Workers < 0:
		return cli.Usagef("-threads %d: want at least 1, or 0 for GOMAXPROCS", c.Workers)
	case c.Modulus < 2:
		return cli.Usagef("-modulus %d: the least prime is 2", c.Modulus)
	case !(o.ratio >= 1) || math.IsInf(o.ratio, 1):
		return cli.Usagef("-ratio %v: deaths are at least as great as births, so it is at least 1", o.ratio)
	}
	for flag, name := range map[string]string{"png": o.png, "svg": o.svg} {
		if _, err := os.Stat(filepath.Dir(name)); name != "" && err != nil {
			return cli.Usagef("-%s %s: there is no folder %s", flag, name, filepath.Dir(name))
		}
	}
	if err := o.distance.check(); err != nil {
		return err
	}
	if err := o.vector.Check(); err != nil {
		return err
	}
	if folder := filepath.Dir(o.npy); o.npy != "" && o.npy != "-" {
		if _, err := os.Stat(folder); err != nil {
			return cli.Usagef("-npy %s: there is no folder %s", o.npy, folder)
		}
	}
	if math.IsInf(o.compute.Threshold, 1) {
		o.compute.Threshold = 0 // as good as none
	}
	return nil
}
