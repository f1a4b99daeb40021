package topoloss

import (
	"math"
	"slices"
)

// A normalPair holds the distances of a learnable and a true cloud of n points,
// each divided by a unit.
type normalPair struct {
	x, y []float32
	unit float64 // of x
}

// share returns the derivative of min(x, y) by x at an entry.
func (p normalPair) share(at int) float64 {
	switch x, y := p.x[at], p.y[at]; {
	case x < y:
		return 1
	case x > y:
		return 0
	}
	return 0.5
}

// normalizer divides distances by units: a workspace.
type normalizer struct{ x, y, sorted []float32 }

// divide returns the distances of c, divided by their 0.9-quantiles if so asked. A
// quantile of 0 counts as 1.
func (w *normalizer) divide(c *Clouds, byQuantile bool) normalPair {
	if !byQuantile {
		return normalPair{c.X, c.Y, 1}
	}
	w.sorted = append(w.sorted[:0], c.X...)
	p := normalPair{unit: orOne(quantile(w.sorted, 0.9))}
	w.x, w.y = over(w.x, c.X, p.unit), over(w.y, c.Y, orOne(c.Truth.ninth))
	p.x, p.y = w.x, w.y
	return p
}

func orOne(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

func over(dst, src []float32, unit float64) []float32 {
	dst = resize(dst, len(src))
	for i, v := range src {
		dst[i] = float32(float64(v) / unit)
	}
	return dst
}

// quantile returns the q-quantile of values, which it sorts. Between two values it
// is linear, as in numpy.
func quantile(values []float32, q float64) float64 {
	slices.Sort(values)
	at := q * float64(len(values)-1)
	low := math.Floor(at)
	a, b := float64(values[int(low)]), float64(values[min(int(low)+1, len(values)-1)])
	return a + (b-a)*(at-low)
}
