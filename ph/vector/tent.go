package vector

import (
	"fmt"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// The tent of a bar (b, d) is the function max(0, min(x−b, d−x)) of x. Its greatest value is
// half the length of the bar.

// tent returns the tent of a bar at x, and its derivatives by birth and death.
func tent(b *ph.Bar, x float64) (height, byBirth, byDeath float64) {
	up, down := x-b.Birth, b.Death-x
	switch {
	case up <= 0 || down <= 0:
		return 0, 0, 0
	case up < down:
		return up, -1, 0
	case up > down:
		return down, 0, 1
	}
	return up, -0.5, 0.5
}

// A Landscape is the persistence landscape
//
//	v[k][x] = the (k+1)-th largest tent at X
//
// of the bars, where X is number x of Grid. It is 0 if there are at most k bars. The vector
// has the layers k one after another. GUDHI's Landscape is √2 times this.
type Landscape struct {
	Grid   Grid
	Layers int // at least 1

	bars []int32 // see Gradient: for each layer, the bar whose tent it has at the current X
}

// Len returns Layers · Grid.N.
func (v *Landscape) Len() int { return v.Layers * v.Grid.N }

// Vector sets dst to the landscape of bars. It takes O(Len) time for each bar.
func (v *Landscape) Vector(dst []float64, bars []ph.Bar) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := begin(dst, v.Len(), bars); err != nil {
		return err
	}
	n := v.Grid.N
	for i := range bars {
		b := &bars[i]
		for x := v.Grid.first(b.Birth); x < n; x++ {
			at := v.Grid.At(x)
			if at >= b.Death {
				break
			}
			height := min(at-b.Birth, b.Death-at)
			for k := x; k < len(dst); k += n { // insert height into the layers, which descend
				if height > dst[k] {
					height, dst[k] = dst[k], height
				}
				if height == 0 {
					break
				}
			}
		}
	}
	return nil
}

// Gradient implements [Vectorizer].
func (v *Landscape) Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := beginGradient(grad, bars, weights, v.Len()); err != nil {
		return err
	}
	v.bars = reuse.Slice(v.bars, v.Layers)
	for x := range v.Grid.N {
		at := v.Grid.At(x)
		count := 0 // the number of layers that have a bar
		for i := range bars {
			height, _, _ := tent(&bars[i], at)
			if height == 0 {
				continue
			}
			bar := int32(i)
			for k := range count {
				if other, _, _ := tent(&bars[v.bars[k]], at); height > other {
					height, bar, v.bars[k] = other, v.bars[k], bar
				}
			}
			if count < v.Layers {
				v.bars[count] = bar
				count++
			}
		}
		for k, i := range v.bars[:count] {
			_, byBirth, byDeath := tent(&bars[i], at)
			w := weights[k*v.Grid.N+x]
			grad[i].Birth += w * byBirth
			grad[i].Death += w * byDeath
		}
	}
	return nil
}

func (v *Landscape) check() error {
	if v.Layers < 1 {
		return fmt.Errorf("vector: a landscape of %d layers: want at least 1", v.Layers)
	}
	return v.Grid.check("a landscape")
}

// A Silhouette is the weighted mean of the tents of the bars
//
//	v[x] = Σ w(l)·tent(X) / Σ w(l),
//
// where X is number x of Grid, l the length of a bar and w the weight. The silhouette is 0 if
// all weights are 0. GUDHI's Silhouette is √2 times this.
type Silhouette struct {
	Grid   Grid
	Weight Weight
}

// Len returns Grid.N.
func (v *Silhouette) Len() int { return v.Grid.N }

// Vector sets dst to the silhouette of bars. It takes O(Len) time for each bar.
func (v *Silhouette) Vector(dst []float64, bars []ph.Bar) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := begin(dst, v.Len(), bars); err != nil {
		return err
	}
	total := 0.0
	for i := range bars {
		b := &bars[i]
		w, _ := v.Weight.of(b.Death - b.Birth)
		total += w
		for x := v.Grid.first(b.Birth); x < len(dst); x++ {
			at := v.Grid.At(x)
			if at >= b.Death {
				break
			}
			dst[x] += w * min(at-b.Birth, b.Death-at)
		}
	}
	if total > 0 {
		for x := range dst {
			dst[x] /= total
		}
	}
	return nil
}

// Gradient implements [Vectorizer].
func (v *Silhouette) Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := beginGradient(grad, bars, weights, v.Len()); err != nil {
		return err
	}
	total, mean := 0.0, 0.0 // Σ w(l), and Σ weights[x]·v[x]
	tents := func(b *ph.Bar) (value, byBirth, byDeath float64) {
		for x := v.Grid.first(b.Birth); x < len(weights); x++ {
			at := v.Grid.At(x)
			if at >= b.Death {
				break
			}
			height, birth, death := tent(b, at)
			value += weights[x] * height
			byBirth += weights[x] * birth
			byDeath += weights[x] * death
		}
		return value, byBirth, byDeath
	}
	for i := range bars {
		w, _ := v.Weight.of(bars[i].Death - bars[i].Birth)
		value, _, _ := tents(&bars[i])
		total, mean = total+w, mean+w*value
	}
	if total == 0 {
		return nil
	}
	mean /= total
	for i := range bars {
		w, slope := v.Weight.of(bars[i].Death - bars[i].Birth)
		value, byBirth, byDeath := tents(&bars[i])
		byLength := slope * (value - mean)
		grad[i] = ph.Gradient{Birth: (w*byBirth - byLength) / total, Death: (w*byDeath + byLength) / total}
	}
	return nil
}

func (v *Silhouette) check() error {
	if err := v.Weight.check(); err != nil {
		return err
	}
	return v.Grid.check("a silhouette")
}
