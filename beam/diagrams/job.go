package diagrams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/ph/input"
)

// jobFile is the name of the file with the options, in the folder of results.
const jobFile = "job.json"

// Run runs the pipeline on the runner that Beam's flag -runner names, and returns the
// summary. The folder of results may hold those of a job with the same options that did
// not end: shards that are whole are kept. Mistakes in the options are a [cli.UsageError].
func Run(ctx context.Context, o Options) (Summary, error) {
	var sum Summary
	if err := o.check(); err != nil {
		return sum, err
	}
	if err := o.claim(ctx); err != nil {
		return sum, err
	}
	p, s := beam.NewPipelineWithRoot()
	Build(s, o)
	if err := beamx.Run(ctx, p); err != nil {
		return sum, fmt.Errorf("%w; the same command goes on, and keeps the shards that are whole", err)
	}
	data, err := readFile(ctx, join(o.Output, SummaryFile))
	if err != nil {
		return sum, fmt.Errorf("the job left no summary: %w", err)
	}
	return sum, json.Unmarshal(data, &sum)
}

func (o *Options) check() error {
	switch {
	case o.Pattern == "":
		return cli.Usagef("a pattern of the clouds' files is needed, as in -clouds 'clouds/*.txt'")
	case o.Output == "":
		return cli.Usagef("-output is needed: a folder for the results")
	case !slices.Contains(input.Formats(), o.Format):
		return cli.Usagef("-format %s: want one of %v", o.Format, input.Formats())
	case o.Shards < 1 || o.Shards > 1e5:
		return cli.Usagef("-shards %d: want from 1 to 100000", o.Shards)
	case o.MaxDegree < 0:
		return cli.Usagef("-dim %d: must not be negative", o.MaxDegree)
	case !(o.Threshold >= 0):
		return cli.Usagef("-threshold %v: want a positive number, or 0 for the enclosing radius", o.Threshold)
	case o.Workers < 0:
		return cli.Usagef("-workers %d: must not be negative", o.Workers)
	case o.MaxMemory < 0:
		return cli.Usagef("-max-memory: must not be negative")
	case o.Vectors.Has("range") && !o.Vectors.Ranged:
		return cli.Usagef("-vector %s needs -range: all vectors of a data set have one", o.Vectors.Kind)
	}
	return o.Vectors.Check()
}

// claim writes the options into the folder of results, unless they are there already. It
// refuses a folder with other options, whose shards would be mixed with those of this job.
func (o Options) claim(ctx context.Context) error {
	name := join(o.Output, jobFile)
	o.Output, o.Workers = "", 0 // results do not depend on these
	data, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	switch found, err := readFile(ctx, name); {
	case err == nil && bytes.Equal(found, data):
		return nil
	case err == nil:
		return cli.UsageError{Err: errors.New(name + " has other options: choose another -output")}
	case !errors.Is(err, fs.ErrNotExist):
		// Stores of objects have errors of their own for a missing one.
		if found, listErr := list(ctx, name); listErr != nil || len(found) > 0 {
			return fmt.Errorf("reading the options of an earlier job: %w", errors.Join(err, listErr))
		}
	}
	return writeFile(ctx, name, data)
}
