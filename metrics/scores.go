package metrics

import (
	"context"

	"github.com/topogen/topogen/internal/registry"
)

// A Score is a metric by name, as evaluations record it.
type Score struct {
	Name   string
	Better string // which values are better: "lower", "higher", or "½" for values near ½
	MaxDim int    // the largest dimension of points for which it is computed; 0 for any
}

// ScoreOptions say how scores are computed.
type ScoreOptions struct {
	Neighbors int     // the k of neighborhoods, in the range of [Pooled.PRDC] and [Embedding.Neighborhoods]
	Radius    float64 // the distance of [Pooled.Far]
}

// fewDims limits scores that cost much, or say little, in high dimensions. They are computed
// only for points of at most this dimension.
const fewDims = 16

// sampleScores and embeddingScores have a method for each family of scores, in the file of
// its code.
type (
	sampleScores    struct{}
	embeddingScores struct{}
)

// A sampleFamily computes scores of generated points against real ones, in the order of
// their names. It computes none if these points have no such scores.
type sampleFamily struct {
	scores  []Score
	compute func(ctx context.Context, p *Pooled, o ScoreOptions) ([]float64, error)
}

// An embeddingFamily computes scores of an embedding.
type embeddingFamily struct {
	scores  []Score
	compute func(e *Embedding, o ScoreOptions) []float64
}

// SampleScores lists the scores of generated points against real ones.
func SampleScores() (all []Score) {
	for _, f := range registry.All[sampleFamily](sampleScores{}) {
		all = append(all, f.scores...)
	}
	return all
}

// EmbeddingScores lists the scores of embeddings.
func EmbeddingScores() (all []Score) {
	for _, f := range registry.All[embeddingFamily](embeddingScores{}) {
		all = append(all, f.scores...)
	}
	return all
}

// Scores returns the value of each of [SampleScores] by name, but of those that the points
// do not have.
func (p *Pooled) Scores(ctx context.Context, o ScoreOptions) (map[string]float64, error) {
	all := make(map[string]float64)
	for _, f := range registry.All[sampleFamily](sampleScores{}) {
		if most := f.scores[0].MaxDim; most > 0 && p.points[0].Dim > most {
			continue
		}
		values, err := f.compute(ctx, p, o)
		if err != nil {
			return nil, err
		}
		record(all, f.scores, values)
	}
	return all, nil
}

// Scores returns the value of each of [EmbeddingScores] by name.
func (e *Embedding) Scores(o ScoreOptions) map[string]float64 {
	all := make(map[string]float64)
	for _, f := range registry.All[embeddingFamily](embeddingScores{}) {
		record(all, f.scores, f.compute(e, o))
	}
	return all
}

func record(all map[string]float64, scores []Score, values []float64) {
	for i, v := range values {
		all[scores[i].Name] = v
	}
}
