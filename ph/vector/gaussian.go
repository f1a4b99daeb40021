package vector

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// An Image is the persistence image
//
//	v[y][x] = Σ w(l) exp(−((X−b)² + (Y−l)²) / 2h²) / 2πh²
//
// over the bars (b, b+l), where X is number x of Births, Y number y of Lengths, h the
// bandwidth and w the weight. The vector has the rows y one after another. As in GUDHI's
// PersistenceImage, each value is that of the sum at the point (X, Y), not a mean over a
// pixel.
type Image struct {
	Births, Lengths Grid
	Bandwidth       float64 // positive
	Weight          Weight

	columns, rows gaussian
}

// Len returns Births.N · Lengths.N.
func (v *Image) Len() int { return v.Births.N * v.Lengths.N }

func (v *Image) check() error {
	if err := v.Births.check("births"); err != nil {
		return err
	}
	if err := v.Lengths.check("lengths"); err != nil {
		return err
	}
	if err := v.Weight.check(); err != nil {
		return err
	}
	return checkBandwidth(v.Bandwidth)
}

// Vector sets dst to the image of bars. It takes O(Len) time for each bar.
func (v *Image) Vector(dst []float64, bars []ph.Bar) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := begin(dst, v.Len(), bars); err != nil {
		return err
	}
	for i := range bars {
		b := &bars[i]
		l := b.Death - b.Birth
		w, _ := v.Weight.of(l)
		v.columns.at(v.Births, b.Birth, v.Bandwidth)
		v.rows.at(v.Lengths, l, v.Bandwidth)
		addProduct(dst, v.rows.value, v.columns.value, w)
	}
	return nil
}

// Gradient implements [Vectorizer].
func (v *Image) Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := beginGradient(grad, bars, weights, v.Len()); err != nil {
		return err
	}
	for i := range bars {
		b := &bars[i]
		l := b.Death - b.Birth
		w, slope := v.Weight.of(l)
		v.columns.at(v.Births, b.Birth, v.Bandwidth)
		v.rows.at(v.Lengths, l, v.Bandwidth)
		value, byBirth, byLength := derivatives(weights, &v.rows, &v.columns)
		byLength = w*byLength + slope*value
		grad[i] = ph.Gradient{Birth: w*byBirth - byLength, Death: byLength}
	}
	return nil
}

// Heat is the heat kernel's feature map
//
//	v[y][x] = Σ N((X, Y); (b, d)) − N((X, Y); (d, b)),  N(p; q) = exp(−|p−q|² / 2h²) / 2πh²
//
// over the bars (b, d), where X and Y are numbers x and y of Grid and h is the bandwidth.
// The vector has the rows y one after another.
type Heat struct {
	Grid      Grid
	Bandwidth float64 // positive

	births, deaths gaussian
}

// Len returns Grid.N².
func (v *Heat) Len() int { return v.Grid.N * v.Grid.N }

func (v *Heat) check() error {
	if err := v.Grid.check("births and deaths"); err != nil {
		return err
	}
	return checkBandwidth(v.Bandwidth)
}

// Vector sets dst to the feature map of bars. It takes O(Len) time for each bar.
func (v *Heat) Vector(dst []float64, bars []ph.Bar) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := begin(dst, v.Len(), bars); err != nil {
		return err
	}
	for i := range bars {
		v.births.at(v.Grid, bars[i].Birth, v.Bandwidth)
		v.deaths.at(v.Grid, bars[i].Death, v.Bandwidth)
		addProduct(dst, v.deaths.value, v.births.value, 1)
		addProduct(dst, v.births.value, v.deaths.value, -1)
	}
	return nil
}

// Gradient implements [Vectorizer].
func (v *Heat) Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error {
	if err := v.check(); err != nil {
		return err
	}
	if err := beginGradient(grad, bars, weights, v.Len()); err != nil {
		return err
	}
	for i := range bars {
		v.births.at(v.Grid, bars[i].Birth, v.Bandwidth)
		v.deaths.at(v.Grid, bars[i].Death, v.Bandwidth)
		_, birth, death := derivatives(weights, &v.deaths, &v.births)
		_, mirroredDeath, mirroredBirth := derivatives(weights, &v.births, &v.deaths)
		grad[i] = ph.Gradient{Birth: birth - mirroredBirth, Death: death - mirroredDeath}
	}
	return nil
}

// A gaussian has the values of the density exp(−(x−c)²/2h²) / (√(2π)·h) at each number x of a
// grid. A Gaussian of the plane is the product of two such densities. So it takes an
// exponential for each row and each column, but not for each point.
type gaussian struct {
	value []float64
	slope []float64 // derivative with respect to c
}

// at evaluates the density with center c.
func (g *gaussian) at(grid Grid, center, bandwidth float64) {
	g.value, g.slope = reuse.Slice(g.value, grid.N), reuse.Slice(g.slope, grid.N)
	scale := 1 / (math.Sqrt(2*math.Pi) * bandwidth)
	for i := range g.value {
		z := (grid.At(i) - center) / bandwidth
		g.value[i] = scale * math.Exp(-z*z/2)
		g.slope[i] = 0
		if g.value[i] != 0 { // z may be infinite
			g.slope[i] = z / bandwidth * g.value[i]
		}
	}
}

// addProduct adds factor·rows[y]·columns[x] to dst[y][x].
func addProduct(dst, rows, columns []float64, factor float64) {
	for y, r := range rows {
		line := dst[y*len(columns):][:len(columns)]
		r *= factor
		if r == 0 {
			continue
		}
		for x, c := range columns {
			line[x] += r * c
		}
	}
}

// derivatives returns Σ weights[y][x]·rows[y]·columns[x], and its derivatives with
// respect to the centers of the columns and of the rows.
func derivatives(weights []float64, rows, columns *gaussian) (value, byColumn, byRow float64) {
	for y, r := range rows.value {
		line := weights[y*len(columns.value):][:len(columns.value)]
		sum, slope := 0.0, 0.0
		for x, w := range line {
			sum += w * columns.value[x]
			slope += w * columns.slope[x]
		}
		value += r * sum
		byColumn += r * slope
		byRow += rows.slope[y] * sum
	}
	return value, byColumn, byRow
}

func checkBandwidth(h float64) error {
	// The square of a lesser or greater bandwidth, or its inverse, may be 0 or infinite.
	const least, greatest = 1e-150, 1e150
	if !(h >= least && h <= greatest) {
		return fmt.Errorf("vector: the bandwidth is %v: want a number from %v to %v", h, least, greatest)
	}
	return nil
}
