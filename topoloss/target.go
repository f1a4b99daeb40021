package topoloss

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/ph"
)

// A Target holds what terms need of a true cloud: the bars of its diagrams from degree 0
// on. For comparisons that are not joint it also holds distances and a minimum spanning
// tree, and for terms of images the bars of the images. A Target never changes, so that
// goroutines may share it and a caller may keep it for a cloud that comes again.
type Target struct {
	bars [][]ph.Bar // by degree, of positive length

	// These fields are set only for comparisons that are not joint.
	n         int       // number of points
	distances []float32 // n×n
	tree      []ph.Cell // n−1 edges of a minimum spanning tree
	farthest  float64   // the largest distance
	ninth     float64   // the 0.9-quantile of the n² distances

	images []imageTruth // for each term of images
}

// TargetFromPoints returns the target of a true cloud, with diagrams up to the given
// degree. The cloud x of shape n×… has n points, each flattened to a vector. A coordinate
// that is NaN or infinite is an error, which names its row.
//
// The target serves regularizers alone. For comparisons and terms of images, use
// [Loss.Target].
func TargetFromPoints(ctx context.Context, x *autograd.Tensor, degree int) (*Target, error) {
	if x == nil {
		return nil, errors.New("topoloss: the cloud is nil")
	}
	tape := autograd.NewTape(x.Device())
	defer tape.Free()
	diagrams, err := new(deviceRips).diagrams(ctx, tape.Input(x), degree)
	if err != nil {
		return nil, err
	}
	return TargetFromDiagrams(diagrams...)
}

// TargetFromDiagrams returns the target of given diagrams. It copies them. A degree below
// the highest given one without a diagram has no bars. TargetFromDiagrams drops bars of
// length 0 and essential bars, which no regularizer uses. A bar that dies before its birth
// is an error, and so is a NaN, or an infinite birth.
func TargetFromDiagrams(diagrams ...ph.Diagram) (*Target, error) {
	t := new(Target)
	for _, d := range diagrams {
		if d.Degree < 0 {
			return nil, fmt.Errorf("topoloss: a true diagram of degree %d", d.Degree)
		}
		for len(t.bars) <= d.Degree {
			t.bars = append(t.bars, nil)
		}
		bars, err := appendPositive(t.bars[d.Degree], d.Bars)
		if err != nil {
			return nil, fmt.Errorf("topoloss: the true diagram of degree %d: %w", d.Degree, err)
		}
		t.bars[d.Degree] = bars
	}
	return t, nil
}

// Target returns the target of a true cloud x of shape n×…, with all that the terms of l
// need. Its diagrams go up to l.Degree(), and at least to degree 0. No gradient flows into
// the target.
func (l *Loss) Target(ctx context.Context, x *autograd.Var) (*Target, error) {
	diagrams, err := l.rips.diagrams(ctx, x, max(0, l.Degree()))
	if err != nil {
		return nil, err
	}
	t, err := TargetFromDiagrams(diagrams...)
	if err != nil {
		return nil, err
	}
	measured := false
	for _, terms := range [...][]Term{l.Terms, l.Fallback} {
		for _, term := range terms {
			switch {
			case term.Weight == 0:
			case term.Images != nil:
				truth, err := term.Images.target(ctx, x)
				if err != nil {
					return nil, fmt.Errorf("topoloss: %s: the true points: %w", term.Name, err)
				}
				t.images = append(t.images, truth)
			case term.Comparison != nil && !term.Comparison.Joint() && !measured:
				if err := l.measureTarget(ctx, t, x); err != nil {
					return nil, err
				}
				measured = true
			}
		}
	}
	return t, nil
}

// measureTarget sets the fields of t that comparisons need of a true cloud x. The diagrams
// of x must be the latest that l.rips computed.
func (l *Loss) measureTarget(ctx context.Context, t *Target, x *autograd.Var) error {
	if !l.rips.measured {
		if err := l.rips.measure(x); err != nil {
			return err
		}
	}
	t.n, t.distances = l.rips.n, slices.Clone(l.rips.distances)
	for i, d := range t.distances {
		if !isFinite(d) {
			return fmt.Errorf("topoloss: true points %d and %d are too far apart for a float32 to say how far", i/t.n, i%t.n)
		}
	}
	var err error
	if t.tree, err = spanningTree(ctx, &l.rips.engine, nil, t.n, t.distances); err != nil {
		return err
	}
	t.farthest, t.ninth = float64(slices.Max(t.distances)), quantile(t.distances, 0.9)
	return nil
}

// spanningTree appends to tree the n−1 edges of a minimum spanning tree of n points,
// including edges of length 0. The matrix distances is n×n.
func spanningTree(ctx context.Context, e *ph.Engine, tree []ph.Cell, n int, distances []float32) ([]ph.Cell, error) {
	diagrams, err := e.Rips(ctx, ph.Matrix32{N: n, Data: distances}, 0)
	if err != nil {
		return nil, fmt.Errorf("topoloss: %w", err)
	}
	for _, b := range diagrams[0].Bars {
		if !b.Essential() {
			tree = append(tree, b.DeathCell)
		}
	}
	return tree, nil
}

// Bars returns the true bars of a degree, of positive and finite length. The
// caller must not change them.
func (t *Target) Bars(degree int) []ph.Bar {
	if t == nil || degree < 0 || degree >= len(t.bars) {
		return nil
	}
	return t.bars[degree]
}

// Diagrams returns the true diagrams by degree, without essential bars and bars of length 0.
// The caller must not change them.
func (t *Target) Diagrams() []ph.Diagram {
	diagrams := make([]ph.Diagram, len(t.bars))
	for degree, bars := range t.bars {
		diagrams[degree] = ph.Diagram{Degree: degree, Bars: bars}
	}
	return diagrams
}

// appendPositive appends the bars of positive and finite length to dst.
func appendPositive(dst, bars []ph.Bar) ([]ph.Bar, error) {
	for i, b := range bars {
		switch {
		case !isFinite(b.Birth) || !(b.Birth <= b.Death):
			return nil, fmt.Errorf("bar %d is born at %v and dies at %v", i, b.Birth, b.Death)
		case b.Birth < b.Death && !b.Essential():
			dst = append(dst, b)
		}
	}
	return dst, nil
}
