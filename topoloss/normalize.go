package topoloss

import (
	"fmt"

	"github.com/topogen/topogen/internal/reuse"
)

// A normalPair holds the n×n distances x of a learnable cloud and y of a true cloud. Those
// of each cloud are divided by a number of the cloud, its unit.
type normalPair struct {
	x, y []float32
	unit float64 // the unit of x
}

// share returns the derivative of min(x, y) by x at index at: 0.5 where both are equal.
func (p normalPair) share(at int) float64 {
	switch x, y := p.x[at], p.y[at]; {
	case x < y:
		return 1
	case x > y:
		return 0
	}
	return 0.5
}

// normalizer divides the distances of each cloud by a unit of the cloud: a workspace.
type normalizer struct{ x, y []float32 }

// divide returns the distances of c. If byQuantile is true, it divides those of each cloud
// by their 0.9-quantile. A quantile of 0 counts as 1. It is an error if a quotient is
// infinite as a float32.
func (w *normalizer) divide(c *Clouds, byQuantile bool) (normalPair, error) {
	if !byQuantile {
		return normalPair{c.X, c.Y, 1}, nil
	}
	p := normalPair{unit: orOne(quantile(c.X, 0.9))}
	w.x, w.y = over(w.x, c.X, p.unit), over(w.y, c.Y, orOne(c.Truth.ninth))
	p.x, p.y = w.x, w.y
	if err := checkQuotients("points", p.x, c.N); err != nil {
		return p, err
	}
	return p, checkQuotients("true points", p.y, c.N)
}

// checkQuotients returns an error that names the first two of n points whose distance is
// infinite.
func checkQuotients(points string, distances []float32, n int) error {
	for i, d := range distances {
		if !isFinite(d) {
			return fmt.Errorf("the distance of %s %d and %d is too large for a float32 after division by the 0.9-quantile of all distances", points, i%n, i/n)
		}
	}
	return nil
}

func orOne(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

func over(dst, src []float32, unit float64) []float32 {
	dst = reuse.Slice(dst, len(src))
	for i, v := range src {
		dst[i] = float32(float64(v) / unit)
	}
	return dst
}
