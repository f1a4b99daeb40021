package metrics

import (
	"gonum.org/v1/gonum/floats"

	"github.com/topogen/topogen/ph"
)

// A centered is a cloud less a mean, as a matrix X of n×dim elements that multiplies float64
// matrices in float64. X itself is not computed: X·w is V·w less a constant, for the points V.
//
// The loops keep sums in registers: they multiply 2 rows of V by 4 columns, or add up 8 rows.
type centered struct {
	points []float32 // V
	n, dim int
	mean   []float64
}

// columnBlock is the number of coordinates that are summed over all points together.
const columnBlock = 64

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
	eachPart((x.dim+columnBlock-1)/columnBlock, func(part int) {
		f(part*columnBlock, min(x.dim, (part+1)*columnBlock))
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

// times returns the products of X and the rows of w (columns×dim), as columns×n.
func (x *centered) times(w []float64, columns int) []float64 {
	products, offsets := make([]float64, columns*x.n), make([]float64, columns)
	vector := func(c int) []float64 { return w[c*x.dim : (c+1)*x.dim] }
	for c := range offsets {
		offsets[c] = floats.Dot(x.mean, vector(c))
	}
	const rows = 16 // of X, a part
	eachPart((x.n+rows-1)/rows, func(part int) {
		for i := part * rows; i < min(x.n, (part+1)*rows); i += 2 {
			j := min(i+1, x.n-1) // a lone row counts twice
			a, b := x.row(i), x.row(j)
			c := 0
			for ; c+4 <= columns; c += 4 {
				sums := dots4(a, b, vector(c), vector(c+1), vector(c+2), vector(c+3))
				for k := range 4 {
					products[(c+k)*x.n+i] = sums[2*k] - offsets[c+k]
					products[(c+k)*x.n+j] = sums[2*k+1] - offsets[c+k]
				}
			}
			for ; c < columns; c++ {
				first, second := dots(a, b, vector(c))
				products[c*x.n+i], products[c*x.n+j] = first-offsets[c], second-offsets[c]
			}
		}
	})
	return products
}

// dots4 returns the inner products of a and b with w0, with w1, ….
func dots4(a, b []float32, w0, w1, w2, w3 []float64) (s [8]float64) {
	n := len(a)
	b, w0, w1, w2, w3 = b[:n], w0[:n], w1[:n], w2[:n], w3[:n]
	var a0, a1, a2, a3, b0, b1, b2, b3 float64
	for k := range a {
		av, bv := float64(a[k]), float64(b[k])
		u, v := w0[k], w1[k]
		a0 += av * u
		b0 += bv * u
		a1 += av * v
		b1 += bv * v
		u, v = w2[k], w3[k]
		a2 += av * u
		b2 += bv * u
		a3 += av * v
		b3 += bv * v
	}
	return [8]float64{a0, b0, a1, b1, a2, b2, a3, b3}
}

// dots returns the inner products of a and b with w.
func dots(a, b []float32, w []float64) (float64, float64) {
	b, w = b[:len(a)], w[:len(a)]
	var a0, a1, b0, b1 float64
	k := 0
	for ; k+1 < len(a); k += 2 {
		a0 += float64(a[k]) * w[k]
		b0 += float64(b[k]) * w[k]
		a1 += float64(a[k+1]) * w[k+1]
		b1 += float64(b[k+1]) * w[k+1]
	}
	for ; k < len(a); k++ {
		a0 += float64(a[k]) * w[k]
		b0 += float64(b[k]) * w[k]
	}
	return a0 + a1, b0 + b1
}

// transposed returns the products of Xᵀ and the rows of s (columns×n), as columns×dim.
func (x *centered) transposed(s []float64, columns int) []float64 {
	products, totals := make([]float64, columns*x.dim), make([]float64, columns)
	for c := range totals {
		totals[c] = floats.Sum(s[c*x.n : (c+1)*x.n])
	}
	x.eachColumns(func(from, to int) {
		var rows [8][columnBlock]float64
		sums := make([][columnBlock]float64, columns)
		for i := 0; i < x.n; i += len(rows) {
			count := min(len(rows), x.n-i)
			for r := range rows {
				if r >= count {
					rows[r] = [columnBlock]float64{}
					continue
				}
				for k, v := range x.row(i + r)[from:to] {
					rows[r][k] = float64(v)
				}
			}
			for c := range sums {
				var factors [len(rows)]float64
				copy(factors[:], s[c*x.n+i:c*x.n+i+count])
				addRows(&sums[c], &rows, &factors)
			}
		}
		for c := range sums {
			for k := range to - from {
				products[c*x.dim+from+k] = sums[c][k] - x.mean[from+k]*totals[c]
			}
		}
	})
	return products
}

// addRows adds the rows, times their factors, to sums.
func addRows(sums *[columnBlock]float64, rows *[8][columnBlock]float64, factors *[8]float64) {
	f0, f1, f2, f3, f4, f5, f6, f7 := factors[0], factors[1], factors[2], factors[3], factors[4], factors[5], factors[6], factors[7]
	for k := range sums {
		sums[k] += ((rows[0][k]*f0 + rows[1][k]*f1) + (rows[2][k]*f2 + rows[3][k]*f3)) +
			((rows[4][k]*f4 + rows[5][k]*f5) + (rows[6][k]*f6 + rows[7][k]*f7))
	}
}
