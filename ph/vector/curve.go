package vector

import (
	"math"

	"github.com/topogen/topogen/ph"
)

// Betti is the Betti curve
//
//	v[x] = the number of bars with b ≤ X < d,
//
// where X is number x of Grid. The curve is piecewise constant in births and deaths, so its
// gradient is 0.
type Betti struct{ Grid Grid }

// Len returns Grid.N.
func (v *Betti) Len() int { return v.Grid.N }

// Vector sets dst to the Betti curve of bars. It takes O(Len + len(bars)) time.
func (v *Betti) Vector(dst []float64, bars []ph.Bar) error {
	if err := v.Grid.check("a Betti curve"); err != nil {
		return err
	}
	if err := begin(dst, v.Len(), bars); err != nil {
		return err
	}
	// Set dst to the differences of the curve, then sum them up.
	for i := range bars {
		if from := v.Grid.first(bars[i].Birth); from < len(dst) {
			dst[from]++
		}
		if to := v.Grid.first(bars[i].Death); to < len(dst) {
			dst[to]--
		}
	}
	alive := 0.0
	for x, difference := range dst {
		alive += difference
		dst[x] = alive
	}
	return nil
}

// Gradient sets grad to 0.
func (v *Betti) Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error {
	if err := v.Grid.check("a Betti curve"); err != nil {
		return err
	}
	return beginGradient(grad, bars, weights, v.Len())
}

// Entropy is the persistent entropy
//
//	−Σ p log p,  p = l / Σ l,
//
// of the bars with lengths l, with the natural logarithm. The vector is this one number. Bars
// of length 0 do not count, and have the gradient 0.
type Entropy struct{}

// Len returns 1.
func (Entropy) Len() int { return 1 }

// Vector sets dst[0] to the entropy of bars.
func (v Entropy) Vector(dst []float64, bars []ph.Bar) error {
	if err := begin(dst, 1, bars); err != nil {
		return err
	}
	total := totalLength(bars)
	for i := range bars {
		dst[0] += entropyTerm(&bars[i], total)
	}
	return nil
}

// Gradient implements [Vectorizer].
func (v Entropy) Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error {
	if err := beginGradient(grad, bars, weights, 1); err != nil {
		return err
	}
	entropyGradient(grad, bars, func(*ph.Bar) float64 { return weights[0] })
	return nil
}

// An EntropyCurve is the entropy summary function
//
//	v[x] = −Σ p log p over the bars with b ≤ X < d,  p = l / Σ l,
//
// where X is number x of Grid, l the length of a bar, and the sum in p is over all bars,
// alive at X or not. The logarithm is natural. The gradient is that of p alone: the set of the
// bars that are alive at X changes only in jumps, which have no derivative.
type EntropyCurve struct {
	Grid Grid

	sums []float64 // the sums of the first 0, 1, 2, … weights of Gradient
}

// Len returns Grid.N.
func (v *EntropyCurve) Len() int { return v.Grid.N }

// Vector sets dst to the entropy curve of bars. It takes O(Len) time for each bar.
func (v *EntropyCurve) Vector(dst []float64, bars []ph.Bar) error {
	if err := v.Grid.check("an entropy curve"); err != nil {
		return err
	}
	if err := begin(dst, v.Len(), bars); err != nil {
		return err
	}
	total := totalLength(bars)
	for i := range bars {
		b := &bars[i]
		// Add the value at each number of the grid. Running sums of differences, as of the
		// Betti curve, would round: they would not be exactly 0 where no bar is alive.
		value := entropyTerm(b, total)
		for x := v.Grid.first(b.Birth); x < v.Grid.first(b.Death); x++ {
			dst[x] += value
		}
	}
	return nil
}

// Gradient implements [Vectorizer].
func (v *EntropyCurve) Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error {
	if err := v.Grid.check("an entropy curve"); err != nil {
		return err
	}
	if err := beginGradient(grad, bars, weights, v.Len()); err != nil {
		return err
	}
	v.sums = append(v.sums[:0], 0)
	for x, w := range weights {
		v.sums = append(v.sums, v.sums[x]+w)
	}
	entropyGradient(grad, bars, func(b *ph.Bar) float64 {
		return v.sums[v.Grid.first(b.Death)] - v.sums[v.Grid.first(b.Birth)]
	})
	return nil
}

func totalLength(bars []ph.Bar) float64 {
	total := 0.0
	for i := range bars {
		total += bars[i].Death - bars[i].Birth
	}
	return total
}

// entropyTerm returns −p log p of a bar, where p is its share of the total length.
func entropyTerm(b *ph.Bar, total float64) float64 {
	p := (b.Death - b.Birth) / total
	if !(p > 0) { // the bar has length 0, or p underflows
		return 0
	}
	return -p * math.Log(p)
}

// entropyGradient sets grad to the gradient of Σ −weight·p log p. With the total T,
// ∂/∂l_i = (f_i − Σ f_j p_j) / T, where f = −weight·(1 + log p).
func entropyGradient(grad []ph.Gradient, bars []ph.Bar, weight func(b *ph.Bar) float64) {
	total := totalLength(bars)
	mean := 0.0
	slope := func(b *ph.Bar) (f, p float64) {
		p = (b.Death - b.Birth) / total
		return -weight(b) * (1 + math.Log(p)), p
	}
	for i := range bars {
		if f, p := slope(&bars[i]); p > 0 {
			mean += f * p
		}
	}
	for i := range bars {
		if f, p := slope(&bars[i]); p > 0 {
			s := (f - mean) / total
			grad[i] = ph.Gradient{Birth: -s, Death: s}
		}
	}
}
