package main

import (
	"cmp"
	"flag"
	"os"
	"slices"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph/input"
)

// checkGiven returns an error if a flag is given that has no effect beside the others,
// or if the number of files is wrong.
func (o *options) checkGiven(flags *flag.FlagSet) (err error) {
	o.guess = true
	if o.complex == alphaComplex || o.metric != euclideanMetric {
		o.format = input.PointCloud
	}
	flags.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "dim":
			o.highest = o.compute.MaxDegree
		case "format":
			o.format, o.guess = input.Format(f.Value.String()), false
		case "png", "svg", "npy":
			if name := f.Value.String(); name == "" || os.IsPathSeparator(name[len(name)-1]) {
				err = cmp.Or(err, cli.Usagef("-%s %q: want a name, as in -%s %s", f.Name, name, f.Name, name+"rips"))
			}
		}
		if reason := o.idle(f.Name); reason != "" && err == nil {
			err = cli.Usagef("-%s has no effect %s: leave it out", f.Name, reason)
		}
	})
	if err != nil {
		return err
	}
	if !slices.Contains(complexes, o.complex) {
		return cli.Usagef("-complex %s: want one of %s", o.complex, strings.Join(complexes, ", "))
	}
	switch n := len(o.files); {
	case o.distance.kind != "" && n != 2:
		return cli.Usagef("-distance %s is between the diagrams in two files, not %d: write rips -distance %s A B", o.distance.kind, n, o.distance.kind)
	case o.distance.kind != "" && isStandardInput(o.files[0]) && isStandardInput(o.files[1]):
		return cli.Usagef("-distance %s: only one of the two files can be standard input", o.distance.kind)
	case o.distance.kind == "" && n > 1:
		return cli.Usagef("two files, %q and %q: one is read at a time, but for -distance", o.files[0], o.files[1])
	}
	return nil
}

// idle returns why a flag has no effect beside the others, "" if it has one.
func (o *options) idle(name string) string {
	in := func(names string) bool { return slices.Contains(strings.Fields(names), name) }
	switch {
	case o.distance.kind != "" && !in("distance order norm directions dim json max-memory"):
		return "with -distance"
	case in("order norm") && o.distance.kind != wassersteinDistance:
		return "without -distance " + wassersteinDistance
	case in("directions") && o.distance.kind != slicedDistance:
		return "without -distance " + slicedDistance
	case in("npy") && o.vector.Kind == "":
		return "without -vector"
	case in("json cocycles cycles") && o.vector.Kind != "":
		return "with -vector"
	case o.vector.Idle(name):
		if o.vector.Kind == "" {
			return "without -vector"
		}
		return "with -vector " + o.vector.Kind
	case o.complex == cubicalComplex && in("format metric threshold modulus threads float64 ratio cocycles cycles"):
		return "with -complex " + cubicalComplex
	case o.complex == alphaComplex && in("metric threshold threads"):
		return "with -complex " + alphaComplex
	case o.complex != cubicalComplex && in("construction superlevel"):
		return "with -complex " + o.complex
	case o.complex != ripsComplex && in("sparse"):
		return "with -complex " + o.complex
	case o.complex != alphaComplex && in("radii"):
		return "with -complex " + o.complex
	case o.format == diagramsFormat && in("metric threshold modulus threads float64 cocycles cycles sparse"):
		return "with -format " + string(diagramsFormat)
	}
	return ""
}
