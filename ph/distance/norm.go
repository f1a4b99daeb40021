package distance

import "math"

// A norm is the exponent q of the norm (|x|^q + |y|^q)^(1/q) of the plane: at least 1,
// and +Inf for max(|x|, |y|).
type norm float64

var supNorm = norm(math.Inf(1))

// length returns the norm of (x, y), both of which are at least 0. It neither
// overflows nor underflows before the result does, and is never less than max(x, y).
func (n norm) length(x, y float64) float64 {
	long := max(x, y)
	if n == supNorm {
		return long
	}
	if n == 1 {
		return x + y
	}
	if long == 0 || math.IsInf(long, 1) {
		return long
	}
	ratio := min(x, y) / long
	if n == 2 {
		return long * math.Sqrt(1+ratio*ratio)
	}
	return long * math.Pow(1+math.Pow(ratio, float64(n)), 1/float64(n))
}

// diagonal returns the norm of (h, h).
func (n norm) diagonal(h float64) float64 {
	switch n {
	case supNorm:
		return h
	case 1:
		return 2 * h
	case 2:
		return h * math.Sqrt2
	}
	return h * math.Pow(2, 1/float64(n))
}

// gradient returns the derivatives of length(|x|, |y|) by x and y. At x = y = 0 both are 0.
// Where |x| = |y|, those of the sup-norm are ±1/2.
func (n norm) gradient(x, y float64) (dx, dy float64) {
	u, v := math.Abs(x), math.Abs(y)
	switch {
	case u == 0 && v == 0:
		return 0, 0
	case n == supNorm && u == v:
		return math.Copysign(0.5, x), math.Copysign(0.5, y)
	case n == supNorm && u > v:
		return math.Copysign(1, x), 0
	case n == supNorm:
		return 0, math.Copysign(1, y)
	}
	q := float64(n)
	long := max(u, v)
	ratio := min(u, v) / long
	// dLong is |x|^(q−1) / length^(q−1) for the longer coordinate x. The length is not
	// computed by itself: for large q the power would magnify its rounding error.
	dLong := math.Pow(1+math.Pow(ratio, q), 1/q-1)
	dShort := 0.0
	if ratio > 0 {
		dShort = dLong * math.Pow(ratio, q-1)
	}
	if u >= v {
		return math.Copysign(dLong, x), math.Copysign(dShort, y)
	}
	return math.Copysign(dShort, x), math.Copysign(dLong, y)
}
