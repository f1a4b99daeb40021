package diagrams

import (
	"context"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/internal/memory"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

// A record is the line of the output about a cloud. It has the diagrams of the cloud, or the
// row of its vectors in the shard's array, or an error.
type record struct {
	Cloud    string     `json:"cloud"`
	Points   int        `json:"points,omitempty"`
	Diagrams *ph.Result `json:"diagrams,omitempty"`
	Row      *int       `json:"row,omitempty"`
	Notes    []string   `json:"notes,omitempty"` // what reading skipped or changed
	Error    string     `json:"error,omitempty"`

	vectors *vectors.Vectors
}

// record computes the record of a cloud.
func (s *shard) record(ctx context.Context, name string) *record {
	r := &record{Cloud: name}
	if err := s.fill(ctx, r); err != nil {
		return &record{Cloud: name, Notes: r.Notes, Error: err.Error()}
	}
	return r
}

func (s *shard) fill(ctx context.Context, r *record) error {
	d, err := s.read(ctx, r)
	if err != nil {
		return err
	}
	r.Points = d.Len()
	options := ph.Options{MaxDegree: s.MaxDegree, Threshold: s.Threshold}
	if bytes := ph.EstimateMemory(d, options); s.MaxMemory > 0 && bytes > s.MaxMemory {
		return fmt.Errorf("%d points take at least %v of memory, more than the limit of %v", r.Points, memory.Size(bytes), memory.Size(s.MaxMemory))
	}
	engine, release := s.engine()
	defer release()
	result, err := engine.Compute(ctx, d, options)
	if err != nil {
		return err
	}
	if s.Vectors.Kind == "" {
		r.Diagrams = result.Clone() // the engine's next cloud overwrites result
		return nil
	}
	diagrams := result.Diagrams()
	for degree := len(diagrams); degree <= s.MaxDegree; degree++ { // of few points, high degrees are left out
		diagrams = append(diagrams, ph.Diagram{Degree: degree})
	}
	r.vectors, err = s.Vectors.Of(diagrams)
	return err
}

// read reads a cloud and notes what the reader skips or changes.
func (s *shard) read(ctx context.Context, r *record) (ph.Distances, error) {
	fs, err := filesystem.New(ctx, r.Cloud)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	in, err := fs.OpenRead(ctx, r.Cloud)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return input.Read[float32](in, s.Format, func(note string) { r.Notes = append(r.Notes, note) })
}
