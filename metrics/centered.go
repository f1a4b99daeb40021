package metrics

import (
	"gonum.org/v1/gonum/floats"

	"github.com/topogen/topogen/kernels/cpu/mixed"
	"github.com/topogen/topogen/ph"
)

// A centered is a cloud less a mean, as a matrix X of n×dim elements that multiplies float64
// matrices in float64. X itself is not computed: X·w is V·w less a constant, for the points V.
type centered struct {
	points []float32 // V
	n, dim int
	mean   []float64
}

// newCentered returns points less their mean.
func newCentered(points ph.Points[float32]) *centered {
	x := &centered{points: points.Coords, n: points.Len(), dim: points.Dim, mean: make([]float64, points.Dim)}
	x.eachColumns(func(from, to int) {
		mean := x.mean[from:to]
		for i := range x.n {
			row := x.row(i)[from:to]
			for k := range mean {
				mean[k] += float64(row[k])
			}
		}
		for k := range mean {
			mean[k] /= float64(x.n)
		}
	})
	return x
}

func (x *centered) row(i int) []float32 { return x.points[i*x.dim : (i+1)*x.dim] }

// eachColumns calls f for blocks of coordinates, from several goroutines.
func (x *centered) eachColumns(f func(from, to int)) {
	eachPart((x.dim+mixed.Width-1)/mixed.Width, func(part int) {
		f(part*mixed.Width, min(x.dim, (part+1)*mixed.Width))
	})
}

// store writes X into dst, rounded to float32.
func (x *centered) store(dst []float32) {
	eachRow(x.n, func(i int) {
		row, to, mean := x.row(i), dst[i*x.dim:][:x.dim], x.mean[:x.dim]
		for k := range mean {
			to[k] = float32(float64(row[k]) - mean[k])
		}
	})
}

// squares returns the sum of the squares of the elements of X.
func (x *centered) squares() float64 {
	return sumRows(x.n, func(i int) float64 {
		s := 0.0
		for k, v := range x.row(i) {
			d := float64(v) - x.mean[k]
			s += d * d
		}
		return s
	})
}

// times returns the products of X and the rows of w (columns×dim), as columns×n.
func (x *centered) times(w []float64, columns int) []float64 {
	const group = 4 // columns that are multiplied together
	groups := (columns + group - 1) / group
	if columns%group != 0 {
		w = append(w[:len(w):len(w)], make([]float64, (groups*group-columns)*x.dim)...)
	}
	products, offsets := make([]float64, columns*x.n), make([]float64, columns)
	for c := range offsets {
		offsets[c] = floats.Dot(x.mean, w[c*x.dim:(c+1)*x.dim])
	}
	const rows = 16 // of X, a part
	eachPart((x.n+rows-1)/rows, func(part int) {
		var sums [2 * group]float64
		for i := part * rows; i < min(x.n, (part+1)*rows); i += 2 {
			j := min(i+1, x.n-1) // a lone row counts twice
			for g := range groups {
				mixed.Dots(&sums, x.row(i), x.row(j), w[g*group*x.dim:], x.dim)
				for c := g * group; c < min(columns, (g+1)*group); c++ {
					products[c*x.n+i] = sums[2*(c-g*group)] - offsets[c]
					products[c*x.n+j] = sums[2*(c-g*group)+1] - offsets[c]
				}
			}
		}
	})
	return products
}

// transposed returns the products of Xᵀ and the rows of s (columns×n), as columns×dim.
func (x *centered) transposed(s []float64, columns int) []float64 {
	products, totals := make([]float64, columns*x.dim), make([]float64, columns)
	for c := range totals {
		totals[c] = floats.Sum(s[c*x.n : (c+1)*x.n])
	}
	x.eachColumns(func(from, to int) {
		sums, factors := make([]float64, columns*mixed.Width), make([]float64, columns*mixed.Height)
		padded := make([]float32, mixed.Height*mixed.Width) // a block with too few rows or columns
		for i := 0; i < x.n; i += mixed.Height {
			count := min(mixed.Height, x.n-i)
			for c := range columns {
				copy(factors[c*mixed.Height:], s[c*x.n+i:c*x.n+i+count])
			}
			if count == mixed.Height && to-from == mixed.Width {
				mixed.AddRows(sums, x.points[i*x.dim+from:], x.dim, factors)
				continue
			}
			clear(padded)
			for r := range count {
				copy(padded[r*mixed.Width:], x.row(i + r)[from:to])
			}
			mixed.AddRows(sums, padded, mixed.Width, factors)
		}
		for c := range columns {
			for k := range to - from {
				products[c*x.dim+from+k] = sums[c*mixed.Width+k] - x.mean[from+k]*totals[c]
			}
		}
	})
	return products
}
