package diagrams

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"path"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/ph/input"
)

func init() {
	register.DoFn1x2[fileio.FileMetadata, int, string](&assign{})
	register.DoFn3x2[context.Context, int, func(*string) bool, Summary, error](&shard{})
	register.DoFn2x1[context.Context, Summary, error](&finish{})
	register.Function2x1(addSummaries)
	register.Iter1[string]()
}

// Options say what to compute. Workers get them as JSON.
type Options struct {
	// Pattern matches the files of clouds, as in "clouds/*.txt". It may be of any file system
	// that Beam knows, as in "gs://bucket/clouds/*.txt".
	Pattern string
	// Format is the format of the files.
	Format input.Format
	// Output is the folder for the results, on any file system that Beam knows.
	Output string `json:",omitempty"`
	// Shards is the number of files of records, at least 1.
	Shards int
	// MaxDegree is the highest degree.
	MaxDegree int
	// Threshold is the greatest length of an edge; 0 stands for the enclosing radius.
	Threshold float64
	// Vectors, unless its kind is empty, asks for vectors in place of diagrams. All vectors of
	// a data set have one range, which must be given.
	Vectors vectors.Options
	// Workers is the number of clouds that a shard computes at once; 0 stands for GOMAXPROCS.
	// Results do not depend on it.
	Workers int `json:",omitempty"`
	// MaxMemory is the number of bytes that one cloud may take, by estimate; 0 stands for no
	// limit.
	MaxMemory int64
}

// A Summary counts the clouds of a data set.
type Summary struct {
	Clouds int `json:"clouds"`
	Errors int `json:"errors"` // clouds that have a record with an error
}

// SummaryFile is the name of the file with the [Summary] in the folder of results. It is
// written last: a folder that has it is complete.
const SummaryFile = "summary.json"

// Build adds the pipeline to a scope. A shard to which no name is assigned has no file.
func Build(s beam.Scope, o Options) {
	s = s.Scope("diagrams")
	files := fileio.MatchFiles(s, o.Pattern, fileio.MatchEmptyDisallow())
	names := beam.GroupByKey(s, beam.ParDo(s, &assign{Shards: o.Shards}, files))
	summaries := beam.ParDo(s, &shard{Options: o}, names)
	beam.ParDo0(s, &finish{Output: o.Output}, beam.Combine(s, addSummaries, summaries))
}

// assign gives a file to a shard by the hash of its name.
type assign struct{ Shards int }

func (a *assign) ProcessElement(file fileio.FileMetadata) (shard int, name string) {
	return a.shardOf(file.Path), file.Path
}

func (a *assign) shardOf(name string) int {
	h := fnv.New64a()
	h.Write([]byte(name))
	return int(h.Sum64() % uint64(a.Shards))
}

func addSummaries(a, b Summary) Summary { return Summary{a.Clouds + b.Clouds, a.Errors + b.Errors} }

// finish writes the summary.
type finish struct{ Output string }

func (f *finish) ProcessElement(ctx context.Context, sum Summary) error {
	data, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	return writeFile(ctx, join(f.Output, SummaryFile), append(data, '\n'))
}

// join adds a name to a folder, which may be a URL.
func join(folder, name string) string {
	for len(folder) > 1 && folder[len(folder)-1] == '/' {
		folder = folder[:len(folder)-1]
	}
	return folder + "/" + path.Base(name)
}

// partName returns the name of a shard's file, without its ending.
func partName(shard, shards int) string { return fmt.Sprintf("part-%05d-of-%05d", shard, shards) }
