// Diagrams computes the persistence diagrams, or vectors of them, of all clouds of a data
// set, on one machine or on a cluster, by Apache Beam.
//
//	diagrams -clouds 'clouds/*.txt' -output results
//	diagrams -clouds 'clouds/*.npy' -format npy -output results -vector image -range 0,2
//	diagrams -clouds 'clouds/*.txt' -output results -runner universal -endpoint localhost:8099 -environment_type LOOPBACK
//
// Run diagrams -help for more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/topogen/topogen/beam/diagrams"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/memory"
	"github.com/topogen/topogen/ph/input"
)

func main() { cli.Main("diagrams", program) }

const synopsis = `
Usage: diagrams -clouds PATTERN -output FOLDER [flags]

Computes the persistence diagrams of every file that matches the pattern, by Apache Beam:
on this machine, or with -runner on Flink, Spark or Dataflow. FOLDER gets one file of JSON
Lines for each shard, a record for each cloud in the order of names: its diagrams, or what
was wrong with it. With -vector it gets vectors of the diagrams, an array in NumPy's format
for each shard, and records that name the row of each cloud. summary.json comes last. A job
that stopped goes on with the same command, and keeps the shards that are whole.

Beam's own flags may be given too, those of Dataflow among them:
  -runner NAME             prism (this machine, the default), universal (any job server),
                           flink, spark, dataflow
  -endpoint HOST:PORT      of the job server
  -environment_type TYPE   where workers run: LOOPBACK for this process, DOCKER, PROCESS
  -parallelism N           tasks of Flink at once`

// program adds its flags to the flags of the process, flag.CommandLine, where Beam defines its
// own. A runner starts this program again as a worker, with some of Beam's flags.
func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	own := flag.NewFlagSet("diagrams", flag.ContinueOnError)
	o := define(own)
	own.VisitAll(func(f *flag.Flag) { flag.CommandLine.Var(f.Value, f.Name, f.Usage) })
	flag.CommandLine.Init("diagrams", flag.ContinueOnError)
	if len(args) == 0 {
		args = []string{"-help"}
	}
	flag.CommandLine.SetOutput(io.Discard)
	switch err := flag.CommandLine.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return cli.Parse(own, []string{"-help"}, synopsis, stdout)
	case err != nil:
		return cli.Usagef("%w (see diagrams -help)", err)
	case flag.NArg() > 0:
		return cli.Usagef("unexpected argument %q: quote the pattern of -clouds, so that the shell leaves it alone", flag.Arg(0))
	}
	flag.CommandLine.SetOutput(os.Stderr)
	beam.Init() // does not return in a worker
	var idle error
	flag.Visit(func(f *flag.Flag) {
		if o.Vectors.Idle(f.Name) {
			idle = cli.Usagef("-%s has no effect with -vector %q: leave it out", f.Name, o.Vectors.Kind)
		}
	})
	if idle != nil {
		return idle
	}
	sum, err := diagrams.Run(ctx, *o)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: shards that are whole are kept; the same command goes on", cli.ErrInterrupted)
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d clouds are in %s, %d of them are errors\n", sum.Clouds, o.Output, sum.Errors)
	return err
}

// define defines the program's own flags.
func define(flags *flag.FlagSet) *diagrams.Options {
	o := &diagrams.Options{Format: input.PointCloud}
	flags.StringVar(&o.Pattern, "clouds", "", "`pattern` of the files, one cloud each, as in 'clouds/*.txt'")
	flags.StringVar(&o.Output, "output", "", "`folder` for the results")
	flags.StringVar((*string)(&o.Format), "format", string(input.PointCloud), "`format` of the files, those of rips")
	flags.IntVar(&o.Shards, "shards", 16, "`number` of files of records; a worker computes one at a time")
	flags.IntVar(&o.MaxDegree, "dim", 1, "highest `degree`")
	flags.Float64Var(&o.Threshold, "threshold", 0, "greatest `length` of an edge; 0 stands for the enclosing radius")
	flags.IntVar(&o.Workers, "workers", 0, "`number` of clouds that a shard computes at once; 0 for one a processor")
	flags.Var((*memory.Size)(&o.MaxMemory), "max-memory", "`size` that a cloud may take, by estimate, as 4GB; larger ones become errors; no limit if 0")
	o.Vectors.Flags(flags)
	return o
}
