package ptxsim

import "math"

func float32frombits(u uint32) float32 { return math.Float32frombits(u) }
func float64frombits(u uint64) float64 { return math.Float64frombits(u) }

// bits32 returns the bits of x. For every NaN it returns 0x7fffffff, the only NaN that the
// arithmetic of a GPU gives.
func bits32(x float32) uint32 {
	if x != x {
		return 0x7fffffff
	}
	return math.Float32bits(x)
}

// bits64 returns the bits of x, and the same bits for every NaN. The NaNs of the host's
// processor therefore do not show in results.
func bits64(x float64) uint64 {
	if x != x {
		return 0x7ff8000000000000
	}
	return math.Float64bits(x)
}

// A rounding selects one of the two float32 around a real number.
type rounding uint8

const (
	toNearest  rounding = iota // ties to even: .rn
	toZero                     // .rz
	toNegative                 // .rm
	toPositive                 // .rp
)

var roundings = map[string]rounding{"rn": toNearest, "rz": toZero, "rm": toNegative, "rp": toPositive}

// round32 rounds the real number s+e to float32. s must be the float64 nearest to that
// number. Of e only the sign matters.
func round32(s, e float64, mode rounding) float32 {
	if mode == toNearest {
		if e != 0 {
			s = toOdd(s, e)
		}
		return float32(s)
	}
	f := float32(s)
	if s != s || math.IsInf(s, 0) {
		return f
	}
	above := float64(f) > s || float64(f) == s && e < 0 // f above the real number
	below := float64(f) < s || float64(f) == s && e > 0
	negative := s < 0 || s == 0 && e < 0
	switch {
	case above && (mode == toNegative || mode == toZero && !negative):
		return math.Nextafter32(f, float32(math.Inf(-1)))
	case below && (mode == toPositive || mode == toZero && negative):
		return math.Nextafter32(f, float32(math.Inf(1)))
	}
	return f
}

// toOdd rounds the real number s+e to odd: of the two float64 around s+e, it returns the
// one with an odd last bit. s must be the float64 nearest to s+e, and e ≠ 0. Rounding the
// result to a format with at least two bits less gives the same as rounding s+e once
// (S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
func toOdd(s, e float64) float64 {
	b := math.Float64bits(s)
	if b&1 == 1 {
		return s
	}
	if (e > 0) == (s > 0) {
		return math.Float64frombits(b + 1)
	}
	return math.Float64frombits(b - 1)
}

// twoSum returns the float64 s nearest to a+b and the exact error e = a+b−s (D. Knuth, The
// Art of Computer Programming, volume 2, section 4.2.2).
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	v := s - a
	return s, (a - (s - v)) + (b - v)
}

// fma32 returns x·y+z, rounded once to the nearest float32. The product is exact in
// float64. The sum is rounded twice: to float64, then to float32. Two roundings can differ
// from one only if the float64 sum lies midway between two float32, or if the result is
// subnormal. Only these cases call the slower fmaRounded.
func fma32(x, y, z float32) float32 {
	p := float64(x) * float64(y)
	s := p + float64(z)
	const smallestNormal = 0x3810000000000000 // 2⁻¹²⁶
	b := math.Float64bits(s)
	if b&0x1fffffff != 0x10000000 && b<<1 >= smallestNormal<<1 || s == 0 { // a sum of 0 is exact
		return float32(s)
	}
	return fmaRounded(p, float64(z), toNearest)
}

// fmaRounded returns the sum p+z, rounded once to float32. p is the exact product of two
// float32, or a float32; z is a float32.
func fmaRounded(p, z float64, mode rounding) float32 {
	s, e := twoSum(p, z)
	if s == 0 && e == 0 {
		return exactZero(p, z, s, mode)
	}
	return round32(s, e, mode)
}

// exactZero returns the exact sum s = a+b = 0 with its sign. If the signs of a and b
// differ, it is −0 for rounding toward −∞ and +0 otherwise.
func exactZero(a, b, s float64, mode rounding) float32 {
	if mode == toNegative && (math.Signbit(a) || math.Signbit(b)) {
		return float32(math.Copysign(0, -1))
	}
	return float32(s)
}

// add32, mul32, fused32, div32 and sqrt32 return the functions x+y, x·y, x·y+z, x/y and √x,
// rounded once to float32 in the given mode.

func add32(mode rounding) func(x, y float32) float32 {
	if mode == toNearest {
		return func(x, y float32) float32 { return x + y }
	}
	return func(x, y float32) float32 { return fmaRounded(float64(x), float64(y), mode) }
}

func mul32(mode rounding) func(x, y float32) float32 {
	if mode == toNearest {
		return func(x, y float32) float32 { return x * y }
	}
	return func(x, y float32) float32 { return round32(float64(x)*float64(y), 0, mode) }
}

func fused32(mode rounding) func(x, y, z float32) float32 {
	if mode == toNearest {
		return fma32
	}
	return func(x, y, z float32) float32 { return fmaRounded(float64(x)*float64(y), float64(z), mode) }
}

func div32(mode rounding) func(x, y float32) float32 {
	if mode == toNearest {
		return func(x, y float32) float32 { return x / y }
	}
	return func(x, y float32) float32 {
		a, b := float64(x), float64(y)
		q := a / b
		e := 0.0
		if !math.IsInf(q, 0) && !math.IsInf(b, 0) && q == q {
			e = math.FMA(-q, b, a) // the exact remainder a−q·b; a/b − q is this divided by b
			if b < 0 {
				e = -e
			}
		}
		return round32(q, e, mode)
	}
}

func sqrt32(mode rounding) func(x float32) float32 {
	return func(x float32) float32 {
		r := math.Sqrt(float64(x))
		if mode == toNearest || math.IsInf(r, 0) || r != r {
			return float32(r)
		}
		return round32(r, math.FMA(-r, r, float64(x)), mode)
	}
}
