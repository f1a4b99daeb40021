// Package mixed multiplies float32 matrices by float64 matrices, in float64. With it, package
// metrics corrects solutions of equations that it has found in float32. With AVX-512, products
// take a fifth of the time of plain Go.
package mixed

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// vectors reports whether products use AVX-512.
var vectors = hasAVX512()

func hasAVX512() bool {
	set, _ := simd.FromEnvironment() // a device returns the error
	return set >= simd.AVX512
}

// Width is the number of elements of a row that [AddRows] adds.
const Width = 64

// Height is the number of rows that [AddRows] adds together.
const Height = 8

// Dots sets s[2c] and s[2c+1] to the inner products of a and of b with row c of w, for
// c = 0 … 3. Rows of w begin stride elements apart, and have at least as many elements as a
// and b.
func Dots(s *[8]float64, a, b []float32, w []float64, stride int) {
	n := len(a)
	b, w = b[:n], w[:3*stride+n]
	done := 0
	*s = [8]float64{}
	if vectors && n >= 8 {
		done = n &^ 7
		dotsAVX512(s, &a[0], &b[0], &w[0], stride, done)
	}
	dots(s, a[done:], b[done:], w[done:], stride)
}

// dots adds the inner products to s.
func dots(s *[8]float64, a, b []float32, w []float64, stride int) {
	n := len(a)
	b = b[:n]
	w0, w1, w2, w3 := w[:n], w[stride:][:n], w[2*stride:][:n], w[3*stride:][:n]
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
	for k, v := range [8]float64{a0, b0, a1, b1, a2, b2, a3, b3} {
		s[k] += v
	}
}

// AddRows adds Σᵣ factors[c·Height+r]·rows[r·pitch+k] to sums[c·Width+k], for r below [Height] and
// k below [Width], and for each column c of factors.
func AddRows(sums []float64, rows []float32, pitch int, factors []float64) {
	columns := len(factors) / Height
	sums, rows = sums[:columns*Width], rows[:(Height-1)*pitch+Width]
	if columns == 0 {
		return
	}
	if vectors {
		addRowsAVX512(&sums[0], columns, &rows[0], pitch, &factors[0])
		return
	}
	addRows(sums, rows, pitch, factors)
}

func addRows(sums []float64, rows []float32, pitch int, factors []float64) {
	var wide [Height][Width]float64
	for r := range wide {
		for k, v := range rows[r*pitch:][:Width] {
			wide[r][k] = float64(v)
		}
	}
	for c := range len(factors) / Height {
		f := (*[Height]float64)(factors[c*Height:])
		to := (*[Width]float64)(sums[c*Width:])
		f0, f1, f2, f3, f4, f5, f6, f7 := f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]
		for k := range to {
			to[k] += ((wide[0][k]*f0 + wide[1][k]*f1) + (wide[2][k]*f2 + wide[3][k]*f3)) +
				((wide[4][k]*f4 + wide[5][k]*f5) + (wide[6][k]*f6 + wide[7][k]*f7))
		}
	}
}
