package diagrams

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

func TestMain(m *testing.M) { ptest.Main(m) }

// clouds writes files of points near circles, and two files without a valid cloud. It returns
// the pattern that matches all of them.
func clouds(t *testing.T, count int) string {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	for c := range count {
		var text bytes.Buffer
		for range 20 + c%7 {
			angle := 2 * math.Pi * random.Float64()
			fmt.Fprintln(&text, math.Cos(angle)+0.1*random.Float64(), math.Sin(angle))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.txt", c)), text.Bytes(), 0o666))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.txt"), []byte("1 2 x\n"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "none.txt"), nil, 0o666))
	return filepath.Join(dir, "*.txt")
}

func options(t *testing.T, pattern string) Options {
	return Options{Pattern: pattern, Format: input.PointCloud, Output: filepath.Join(t.TempDir(), "out"), Shards: 5, MaxDegree: 1}
}

func run(t *testing.T, o Options) Summary {
	t.Helper()
	sum, err := Run(t.Context(), o)
	require.NoError(t, err)
	return sum
}

// files returns the contents of the files of a folder by name.
func files(t *testing.T, dir string) map[string]string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	found := make(map[string]string)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		found[e.Name()] = string(data)
	}
	return found
}

// records returns the records of all shards by the name of their cloud.
func records(t *testing.T, dir string) map[string]record {
	parts, err := filepath.Glob(filepath.Join(dir, "part-*.jsonl"))
	require.NoError(t, err)
	all := make(map[string]record)
	for _, part := range parts {
		f, err := os.Open(part)
		require.NoError(t, err)
		defer f.Close()
		before := ""
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var r struct {
				record
				Diagrams json.RawMessage `json:"diagrams"`
			}
			require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
			require.Less(t, before, r.Cloud, "records are in the order of names")
			before = r.Cloud
			if r.Diagrams != nil {
				d, err := input.ReadDiagrams(bytes.NewReader(fmt.Appendf(nil, `{"diagrams":%s}`, r.Diagrams)), nil)
				require.NoError(t, err)
				require.Len(t, d, 2)
			}
			_, twice := all[r.Cloud]
			require.False(t, twice, r.Cloud)
			all[r.Cloud] = r.record
		}
	}
	return all
}

func TestEveryCloudHasItsDiagrams(t *testing.T) {
	o := options(t, clouds(t, 40))
	require.Equal(t, Summary{Clouds: 42, Errors: 2}, run(t, o))
	found := records(t, o.Output)
	names, err := filepath.Glob(o.Pattern)
	require.NoError(t, err)
	require.Len(t, found, len(names))
	text, err := os.ReadFile(filepath.Join(o.Output, partName(0, 5)+".jsonl"))
	require.NoError(t, err)
	for _, name := range names {
		r, ok := found[name]
		require.True(t, ok, name)
		switch filepath.Base(name) {
		case "bad.txt":
			require.Contains(t, r.Error, `line 1: "x" is not a number`)
			continue
		case "none.txt":
			require.Contains(t, r.Error, "no points")
			continue
		}
		require.Empty(t, r.Error)
		d, err := input.ReadFile[float32](name, input.PointCloud, nil)
		require.NoError(t, err)
		result, err := ph.Rips(t.Context(), d, ph.Options{MaxDegree: 1})
		require.NoError(t, err)
		want, err := json.Marshal(record{Cloud: name, Points: d.Len(), Diagrams: result})
		require.NoError(t, err)
		if (&assign{5}).shardOf(name) == 0 {
			require.Contains(t, string(text), string(want)+"\n")
		}
	}
}

// The bytes do not depend on the number of workers, and a job that stopped goes on.
func TestSameBytes(t *testing.T) {
	o := options(t, clouds(t, 40))
	o.Vectors = vectors.Options{Kind: "betti", Resolution: 4, Layers: 1, Range: [2]float64{0, 1}, Ranged: true}
	for name, v := range map[string]vectors.Options{"diagrams": {}, "vectors": o.Vectors} {
		t.Run(name, func(t *testing.T) {
			one, many := o, o
			one.Vectors, many.Vectors = v, v
			one.Workers, many.Workers = 1, 7
			many.Output = filepath.Join(t.TempDir(), "many")
			one.Output = filepath.Join(t.TempDir(), "one")
			run(t, one)
			run(t, many)
			want := files(t, one.Output)
			require.Equal(t, want, files(t, many.Output))

			// Remove one shard, cut another short, and mark the records of a third. A job that
			// goes on computes the first two, and leaves the third with its mark.
			kept := filepath.Join(many.Output, partName(2, 5)+".jsonl")
			marked := bytes.Replace([]byte(want[filepath.Base(kept)]), []byte(`"points"`), []byte(`"mark":1,"points"`), 1)
			require.NoError(t, os.WriteFile(kept, marked, 0o666))
			require.NoError(t, os.Remove(filepath.Join(many.Output, partName(0, 5)+".jsonl")))
			require.NoError(t, os.Truncate(filepath.Join(many.Output, partName(1, 5)+".jsonl"), 100))
			run(t, many)
			want[filepath.Base(kept)] = string(marked)
			require.Equal(t, want, files(t, many.Output))
		})
	}
}

func TestVectorsHaveARowForEachCloud(t *testing.T) {
	o := options(t, clouds(t, 12))
	o.Shards = 2
	o.Vectors = vectors.Options{Kind: "landscape", Resolution: 3, Layers: 2, Range: [2]float64{0, 1}, Ranged: true}
	require.Equal(t, Summary{Clouds: 14, Errors: 2}, run(t, o))
	rows := make([]int, o.Shards)
	for name, r := range records(t, o.Output) {
		if r.Error != "" {
			require.Nil(t, r.Row)
			continue
		}
		index := (&assign{o.Shards}).shardOf(name)
		rows[index]++
		a, err := npy.ReadFile(filepath.Join(o.Output, partName(index, o.Shards)+".npy"))
		require.NoError(t, err)
		require.Equal(t, []int{2, 2, 3}, a.Shape[1:]) // degrees, layers, points of the grid
		d, err := input.ReadFile[float32](name, input.PointCloud, nil)
		require.NoError(t, err)
		result, err := ph.Rips(t.Context(), d, ph.Options{MaxDegree: 1})
		require.NoError(t, err)
		v, err := o.Vectors.Of(result.Diagrams())
		require.NoError(t, err)
		require.Equal(t, v.Array().Values, a.Values[*r.Row*12:(*r.Row+1)*12])
	}
	for index, count := range rows {
		a, err := npy.ReadFile(filepath.Join(o.Output, partName(index, o.Shards)+".npy"))
		require.NoError(t, err)
		require.Equal(t, count, a.Shape[0])
	}
}

func TestLargeCloudsAreErrors(t *testing.T) {
	o := options(t, clouds(t, 3)) // of 20, 21 and 22 points
	middle, err := input.ReadFile[float32](filepath.Join(filepath.Dir(o.Pattern), "001.txt"), input.PointCloud, nil)
	require.NoError(t, err)
	o.MaxMemory = ph.EstimateMemory(middle, ph.Options{MaxDegree: 1})
	require.Equal(t, Summary{Clouds: 5, Errors: 3}, run(t, o))
	for name, r := range records(t, o.Output) {
		switch filepath.Base(name) {
		case "001.txt":
			require.Empty(t, r.Error)
		case "002.txt":
			require.Contains(t, r.Error, "22 points take at least")
		}
	}
}

func TestMistakes(t *testing.T) {
	good := options(t, clouds(t, 2))
	run(t, good)
	for want, change := range map[string]func(o *Options){
		"a pattern of the clouds' files is needed": func(o *Options) { o.Pattern = "" },
		"-output is needed":                        func(o *Options) { o.Output = "" },
		"-format tape: want one of":                func(o *Options) { o.Format = "tape" },
		"-shards 0":                                func(o *Options) { o.Shards = 0 },
		"-dim -1":                                  func(o *Options) { o.MaxDegree = -1 },
		"-threshold NaN":                           func(o *Options) { o.Threshold = math.NaN() },
		"-workers -1":                              func(o *Options) { o.Workers = -1 },
		"-vector image needs -range":               func(o *Options) { o.Vectors.Kind = "image" },
		"-vector drum: want one of":                func(o *Options) { o.Vectors.Kind = "drum" },
		"job.json has other options: choose another -out": func(o *Options) { o.MaxDegree = 0 },
	} {
		o := good
		change(&o)
		_, err := Run(t.Context(), o)
		require.ErrorContains(t, err, want)
		require.ErrorAs(t, err, new(cli.UsageError))
	}
	nothing := options(t, filepath.Join(t.TempDir(), "*.txt"))
	_, err := Run(t.Context(), nothing)
	require.Error(t, err)
}

// A job does not replace recorded options that it cannot read: they may differ from its own.
func TestUnreadableOptions(t *testing.T) {
	o := options(t, clouds(t, 2))
	file := filepath.Join(o.Output, "job.json")
	require.NoError(t, os.MkdirAll(filepath.Join(file, "inside"), 0o755)) // a folder cannot be read
	_, err := Run(t.Context(), o)
	require.ErrorContains(t, err, "reading the options of an earlier job")
	require.DirExists(t, file)
}

// A store is a filesystem with an error of its own for a file that is not there, as stores of
// objects have. Its files lie in a local folder.
type store struct{ filesystem.Interface }

func (s store) path(name string) string { return strings.TrimPrefix(name, "store://") }

func (s store) List(ctx context.Context, glob string) ([]string, error) {
	return s.Interface.List(ctx, s.path(glob))
}

func (s store) OpenRead(ctx context.Context, name string) (io.ReadCloser, error) {
	in, err := s.Interface.OpenRead(ctx, s.path(name))
	if err != nil {
		return nil, errors.New("no such object")
	}
	return in, nil
}

func (s store) OpenWrite(ctx context.Context, name string) (io.WriteCloser, error) {
	return s.Interface.OpenWrite(ctx, s.path(name))
}

func (s store) Rename(_ context.Context, old, new string) error {
	return os.Rename(s.path(old), s.path(new))
}

func TestOptionsInAStore(t *testing.T) {
	filesystem.Register("store", func(ctx context.Context) filesystem.Interface { return store{local.New(ctx)} })
	o := Options{Output: "store://" + t.TempDir(), MaxDegree: 1}
	require.NoError(t, o.claim(t.Context()), "nothing is there")
	require.NoError(t, o.claim(t.Context()))
	o.MaxDegree = 0
	require.ErrorContains(t, o.claim(t.Context()), "has other options")
}

// A shard whose context ends writes nothing.
func TestCancelledShardWritesNothing(t *testing.T) {
	o := options(t, clouds(t, 8))
	names, err := filepath.Glob(o.Pattern)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	left := names
	_, err = (&shard{Options: o}).ProcessElement(ctx, 0, func(name *string) bool {
		if len(left) == 0 {
			return false
		}
		*name, left = left[0], left[1:]
		return true
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NoDirExists(t, o.Output)
}
