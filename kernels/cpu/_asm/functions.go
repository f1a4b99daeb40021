package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
)

// The elementary functions. The Go functions in this file emit code, and "returns" means that
// the emitted code computes that value in each lane.
//
// Problem: compute exp, log, tanh, sin and other functions in 8 or 16 lanes at once, without
// branches, with an error of 1 to 3 units of the last place (ulp).
//
// Idea: argument reduction and a polynomial (Cody and Waite, "Software Manual for the
// Elementary Functions", 1980). Write x as n·c + r with an integer n, a constant c and a
// small r. Compute the function of r by a polynomial. Then account for n: change the exponent
// of the result, or exchange sine and cosine and change the sign.
//
// Invariant: the constants c, ln 2 and π/2, are split into sums of two or three numbers of
// decreasing size. Fused multiply-adds subtract n times each number from x. The subtraction of
// the first is exact, so r has no cancellation error.
//
// The polynomials are minimax fits on the interval of r, with coefficients rounded to float32.

// A function is an element-wise function f of one variable, with its name in package kernels.
type function struct {
	name string
	// value returns f(x). It is nil if the loop is a copy.
	value func(s isa, x block) block
	// gradient returns dy·f′(x). v is f(x) if f.GradFromOutput() is true, and x otherwise.
	gradient func(s isa, dy, v block) block
	// trigonometric says that value and gradient are right for |x| ≤ trigLimit alone.
	trigonometric bool
}

// functions lists all functions. The loops and their tables are made from it.
var functions = []function{
	{"Identity", nil, func(s isa, dy, _ block) block { return dy }, false},
	{"ReLU", func(s isa, x block) block { return s.max(s.float(0), x) },
		func(s isa, dy, y block) block { return s.keep(s.compare(more, y, s.float(0)), dy) }, false},
	{"Sigmoid", isa.sigmoid, func(s isa, dy, y block) block { return s.mul(dy, s.mul(y, s.sub(s.float(1), y))) }, false},
	{"Tanh", isa.tanh, func(s isa, dy, y block) block {
		d := s.copies(len(y), s.float(1))
		s.subMul(d, y, y)
		return s.mul(dy, d)
	}, false},
	{"Exp", isa.exp, func(s isa, dy, y block) block { return s.mul(dy, y) }, false},
	{"Log", isa.log, func(s isa, dy, x block) block { return s.div(dy, x) }, false},
	{"Sqrt", func(s isa, x block) block { return s.apply1(VSQRTPS, x) }, func(s isa, dy, y block) block {
		return s.keep(s.compare(nNotEqual, y, s.float(0)), s.mul(dy, s.div(s.float(0.5), y)))
	}, false},
	{"Softplus", isa.softplus, func(s isa, dy, x block) block { return s.mul(dy, s.sigmoid(x)) }, false},
	{"Neg", func(s isa, x block) block { return s.xor(x, s.word(1<<31)) },
		func(s isa, dy, _ block) block { return s.xor(dy, s.word(1<<31)) }, false},
	{"Abs", func(s isa, x block) block { return s.and(x, s.word(1<<31-1)) }, func(s isa, dy, x block) block {
		return s.keep(s.compare(notEqual, x, s.float(0)), s.xor(dy, s.and(x, s.word(1<<31))))
	}, false},
	{"Square", func(s isa, x block) block { return s.mul(x, x) },
		func(s isa, dy, x block) block { return s.mul(dy, s.add(x, x)) }, false},
	{"Reciprocal", func(s isa, x block) block { return s.div(s.float(1), x) },
		func(s isa, dy, y block) block { return s.mul(s.xor(dy, s.word(1<<31)), s.mul(y, y)) }, false},
	{"Sin", isa.sin, func(s isa, dy, x block) block { return s.mul(dy, s.cos(x)) }, true},
	{"Cos", isa.cos, func(s isa, dy, x block) block { return s.mul(s.xor(dy, s.word(1<<31)), s.sin(x)) }, true},
	{"Erf", isa.erf, func(s isa, dy, x block) block { return s.mul(dy, s.erfSlope(x)) }, false},
}

const (
	log2e = 1.44269504088896340736
	ln2hi = 0x1.62e4p-1           // the first 15 bits of ln 2
	ln2lo = 0x1.7f7d1cf79abcap-20 // ln 2 − ln2hi
	magic = 0x1.8p23              // x + magic rounds x to an integer; the low bits of the sum are that integer
)

// reduceExp returns r and n with x = n·ln 2 + r, an integer n and |r| ≤ ½ ln 2. n is a
// float32. The third result holds the same integer in the low bits of a word.
func (s isa) reduceExp(x block) (r, n, bits block) {
	bits = s.copies(len(x), s.float(magic))
	s.addMul(bits, x, s.float(log2e))
	n = s.sub(bits, s.float(magic))
	r = s.copies(len(x), x)
	s.subMul(r, n, s.float(ln2hi))
	s.subMul(r, n, s.float(ln2lo))
	return r, n, bits
}

// power returns 2ⁿ as a float32 for 32-bit integers n with |n| ≤ 126. It shifts n + 127 to the
// bits of the exponent.
func (s isa) power(n block) block {
	return s.shift(VPSLLD, 23, s.apply(vpaddd, n, s.word(127)))
}

// exp returns e^x within 1 ulp, also where the result is subnormal.
func (s isa) exp(x block) block {
	x = s.max(s.float(-104), s.min(s.float(89), x))
	r, _, bits := s.reduceExp(x)
	// e^r = 1 + r + r²·q(r)
	q := s.polynomial(r, 0x1.fffffcp-2, 0x1.555490p-3, 0x1.5558f8p-5, 0x1.123b02p-7, 0x1.6a2256p-10)
	y := s.copies(len(r), r)
	s.addMul(y, s.mul(r, r), q)
	y = s.add(y, s.float(1))
	// n lies between −150 and 128, so 2ⁿ may exceed the range of float32. Multiply by
	// 2^⌊n/2⌋ and then by 2^(n−⌊n/2⌋).
	n := s.apply(vpsubd, bits, s.float(magic))
	half := s.shift(VPSRAD, 1, n)
	y = s.mul(y, s.power(half))
	return s.mul(y, s.power(s.apply(vpsubd, n, half)))
}

// expm1 returns e^x − 1 for x in [−40, 0], with a small relative error also near 0.
func (s isa) expm1(x block) block {
	r, _, bits := s.reduceExp(x)
	q := s.polynomial(r, 0.5, 0x1.555554p-3, 0x1.5554b0p-5, 0x1.11118ap-7, 0x1.6d7348p-10, 0x1.a032d4p-13)
	y := s.copies(len(r), r)
	s.addMul(y, s.mul(r, r), q)
	power := s.power(s.apply(vpsubd, bits, s.float(magic)))
	s.mulAdd(y, power, s.sub(power, s.float(1)))
	return y
}

// logPositive returns log x within 1 ulp for 0 < x < ∞, −150·ln 2 for 0, and NaN for
// negative x and NaN. Its result for +Inf is unspecified.
func (s isa) logPositive(x block) block {
	subnormal := s.compare(less, x, s.float(0x1p-126))
	scaled := s.choose(subnormal, s.mul(x, s.float(0x1p23)), x)
	y := s.logScaled(scaled, func(n block) block { return s.sub(n, s.keep(subnormal, s.float(23))) })
	return s.choose(s.compare(nNotAtLeast, x, s.float(0)), s.word(0x7fc00000), y)
}

// logUnit returns log x for finite, positive x that are not subnormal.
func (s isa) logUnit(x block) block { return s.logScaled(x, func(n block) block { return n }) }

// logScaled returns log(1+f) + shift(n)·ln 2 for finite, positive x that are not subnormal.
// n is the integer and 1+f the number in [√½, √2) with x = 2ⁿ·(1+f).
func (s isa) logScaled(x block, shift func(n block) block) block {
	e := s.shift(VPSRAD, 23, s.apply(vpsubd, x, s.word(0x3f3504f3)))
	f := s.sub(s.apply(vpsubd, x, s.shift(VPSLLD, 23, e)), s.float(1))
	n := shift(s.apply1(VCVTDQ2PS, e))
	// log(1+f) = f − ½f² + f³·p(f)
	p := s.polynomial(f, 0x1.555548p-2, -0x1.000006p-2, 0x1.99a4b6p-3, -0x1.555c4ep-3, 0x1.233768p-3,
		-0x1.fc220ap-4, 0x1.e6f06ap-4, -0x1.de3c10p-4, 0x1.1457acp-4)
	square := s.mul(f, f)
	y := s.mul(n, s.float(ln2lo))
	s.addMul(y, s.mul(square, f), p)
	s.subMul(y, square, s.float(0.5))
	y = s.add(y, f)
	s.addMul(y, n, s.float(ln2hi))
	return y
}

// log returns log x within 1 ulp, −Inf for 0 and +Inf for +Inf.
func (s isa) log(x block) block {
	y := s.logPositive(x)
	y = s.choose(s.compare(equal, x, s.float(0)), s.word(0xff800000), y)
	return s.choose(s.compare(equal, x, s.word(0x7f800000)), s.word(0x7f800000), y)
}

// log1p returns log(1+x) for x in [0, 1], with a small relative error also near 0.
func (s isa) log1p(x block) block {
	// log(1+x) = 2·artanh(t) with t = x/(2+x).
	t := s.div(x, s.add(x, s.float(2)))
	z := s.mul(t, t)
	r := s.polynomial(z, 0x1.555558p-2, 0x1.9996a6p-3, 0x1.2509d8p-3, 0x1.b6cd2cp-4, 0x1.f1d59cp-4)
	t = s.add(t, t)
	y := s.copies(len(t), t)
	s.addMul(y, s.mul(t, z), r)
	return y
}

// decay returns e^−|x|.
func (s isa) decay(x block) block { return s.exp(s.or(x, s.word(1<<31))) }

// sigmoid returns 1/(1+e^−x) within 3 ulp.
func (s isa) sigmoid(x block) block {
	e := s.decay(x)
	return s.div(s.choose(s.negative(x), e, s.float(1)), s.add(e, s.float(1)))
}

// tanh returns (1−e^−2|x|)/(1+e^−2|x|) with the sign of x, within 3 ulp.
func (s isa) tanh(x block) block {
	twice := s.or(s.add(x, x), s.word(1<<31))
	m := s.expm1(s.max(s.float(-40), twice))
	y := s.and(s.div(m, s.add(m, s.float(2))), s.word(1<<31-1))
	return s.or(y, s.and(x, s.word(1<<31)))
}

// softplus returns log(1+e^x) = max(x, 0) + log(1+e^−|x|) within 3 ulp.
func (s isa) softplus(x block) block {
	return s.add(s.log1p(s.decay(x)), s.max(s.float(0), x))
}

// erf returns the error function of x within 2 ulp. Both polynomials are Juffa's ("A fast,
// accurate erff", 2016): of erf(x)/x − 1 near 0, and of log(1 − erf(t))/t elsewhere.
func (s isa) erf(x block) block {
	t := s.and(x, s.word(1<<31-1))
	p := s.polynomial(t, -1.28717512e-1, -6.34846687e-1, -1.06777877e-1, 2.42546219e-2, -3.88396438e-3, 3.83197126e-4, -1.72853470e-5)
	far := s.sub(s.float(1), s.exp(s.sub(s.mul(t, p), t)))
	far = s.or(far, s.and(x, s.word(1<<31)))
	q := s.polynomial(s.mul(x, x), 1.28379166e-1, -3.76125336e-1, 1.12819925e-1, -2.67681349e-2, 4.99119423e-3, -5.96761703e-4)
	near := s.copies(len(x), x)
	s.addMul(near, q, x)
	return s.choose(s.compare(more, s.and(x, s.word(1<<31-1)), s.float(0.927734375)), far, near)
}

// erfSlope returns 2/√π·e^(−x²) within 3 ulp. It multiplies e^(−s), where s is x² rounded, by
// 1 + s − x².
func (s isa) erfSlope(x block) block {
	t := s.min(s.float(12), s.and(x, s.word(1<<31-1))) // e^(−12²) is 0, and infinities have no s − x²
	square := s.mul(t, t)
	rest := s.copies(len(square), square)
	s.subMul(rest, t, t)
	y := s.decay(square)
	s.addMul(y, y, rest)
	return s.mul(y, s.float(2/math.SqrtPi))
}

// trigLimit is the largest |x| for which the error bounds of sin and cos hold.
const trigLimit = 1e5

// sin and cos return sin x and cos x for |x| ≤ trigLimit. The error is at most 2 ulp of the
// result, and at most 2⁻²³.
func (s isa) sin(x block) block { return s.trig(x, 0) }
func (s isa) cos(x block) block { return s.trig(x, 1) }

// trig returns sin(x + quarters·π/2).
func (s isa) trig(x block, quarters uint32) block {
	bits := s.copies(len(x), s.float(magic))
	s.addMul(bits, x, s.float(0.63661977236758134308))
	k := s.sub(bits, s.float(magic))
	r := s.copies(len(x), x)
	s.subMul(r, k, s.float(0x1.921fb6p0)) // π/2 is the sum of this number and the next two
	s.subMul(r, k, s.float(-0x1.777a5cp-25))
	s.subMul(r, k, s.float(-0x1.ee59dap-50))
	if quarters != 0 {
		bits = s.apply(vpaddd, bits, s.word(quarters))
	}
	return s.quadrant(r, bits)
}

// quadrant returns sin(r + n·π/2) for |r| ≤ π/4, which is ±sin r or ±cos r. The low two bits of
// n are those of the integer.
func (s isa) quadrant(r, n block) block {
	sin, cos := s.sinCos(r)
	y := s.choose(s.negative(s.shift(VPSLLD, 31, n)), cos, sin)
	return s.xor(y, s.and(s.shift(VPSLLD, 30, n), s.word(1<<31)))
}

// sinCos returns sin r and cos r for |r| ≤ π/4.
func (s isa) sinCos(r block) (sin, cos block) {
	z := s.mul(r, r)
	sin = s.polynomial(z, -0x1.555556p-3, 0x1.111108p-7, -0x1.a00f6ap-13, 0x1.6cccc8p-19)
	s.mulAdd(sin, s.mul(z, r), r)
	cos = s.polynomial(z, 0x1.55554ap-5, -0x1.6c0c1ep-10, 0x1.99e538p-16)
	first := s.copies(len(z), s.float(1))
	s.subMul(first, z, s.float(0.5))
	s.mulAdd(cos, s.mul(z, z), first)
	return sin, cos
}
