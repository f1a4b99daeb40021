package main

import (
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
)

// Elementary functions.
//
// Problem: PTX has only approximate exp, log, sin and tanh, whose errors depend on the
// GPU.
// Idea: reduce the argument to a short interval, then evaluate a minimax polynomial in fused
// multiply-adds. The polynomials are those of kernels/cpu, so devices agree.
// Invariant: the error bound in the comment of each function; a NaN argument gives NaN.
// Cost: some tens of instructions. Element-wise kernels still take the time of their memory
// traffic.
// Reference: Muller, Elementary Functions: Algorithms and Implementation.

const (
	// ln2hi + ln2lo is ln 2. ln2hi has 15 bits, so its product with an integer below 2⁹ is
	// exact in float32.
	ln2hi = 0x1.62e4p-1
	ln2lo = 0x1.7f7d1cf79abcap-20
	// Adding magic to x with |x| < 2²² rounds x to an integer, and the low bits of the sum
	// hold that integer.
	magic = 0x1.8p23
)

// A calc appends arithmetic instructions to a kernel. A method takes the names of registers
// or constants, writes its result to a new register, and returns the name of that register.
type calc struct{ *asm.Entry }

// op writes an instruction whose result is a new register of the given type.
func (c calc) op(kind, instruction string, args ...string) string {
	r := c.Temp(kind)
	line := instruction + " " + r
	for _, a := range args {
		line += ", " + a
	}
	c.P("%s", line)
	return r
}

func (c calc) f(instruction string, args ...string) string { return c.op("f32", instruction, args...) }
func (c calc) u(instruction string, args ...string) string { return c.op("u32", instruction, args...) }
func (c calc) p(instruction string, args ...string) string { return c.op("pred", instruction, args...) }

func (c calc) add(a, b string) string          { return c.f("add.rn.f32", a, b) }
func (c calc) sub(a, b string) string          { return c.f("sub.rn.f32", a, b) }
func (c calc) mul(a, b string) string          { return c.f("mul.rn.f32", a, b) }
func (c calc) div(a, b string) string          { return c.f("div.rn.f32", a, b) }
func (c calc) fma(a, b, d string) string       { return c.f("fma.rn.f32", a, b, d) }
func (c calc) neg(a string) string             { return c.f("neg.f32", a) }
func (c calc) abs(a string) string             { return c.f("abs.f32", a) }
func (c calc) sqrt(a string) string            { return c.f("sqrt.rn.f32", a) }
func (c calc) choose(p, yes, no string) string { return c.f("selp.f32", yes, no, p) }
func (c calc) bits(x string) string            { return c.u("mov.b32", x) }
func (c calc) float(bits string) string        { return c.f("mov.b32", bits) }

// max and min return NaN if either argument is NaN, unlike the instructions.
func (c calc) max(a, b string) string { return c.keepNaN(a, b, c.f("max.f32", a, b)) }
func (c calc) min(a, b string) string { return c.keepNaN(a, b, c.f("min.f32", a, b)) }

// keepNaN returns NaN if a or b is NaN, and otherwise y.
func (c calc) keepNaN(a, b, y string) string {
	return c.choose(c.p("setp.nan.f32", a, b), nan, y)
}

// poly returns Σ coefficients[i]·xⁱ by Horner's scheme.
func (c calc) poly(x string, coefficients ...float64) string {
	last := len(coefficients) - 1
	y := num(coefficients[last])
	for i := last - 1; i >= 0; i-- {
		y = c.fma(x, y, num(coefficients[i]))
	}
	return y
}

// reduceExp returns r, a float32, and n, an integer, with x = n·ln 2 + r and
// |r| ≤ ½ ln 2.
func (c calc) reduceExp(x string) (r, n string) {
	shifted := c.fma(x, num(math.Log2E), num(magic))
	k := c.sub(shifted, num(magic))
	r = c.fma(k, num(-ln2hi), x)
	r = c.fma(k, num(-ln2lo), r)
	return r, c.u("sub.u32", c.bits(shifted), c.bits(num(magic)))
}

// power returns 2ⁿ for |n| ≤ 126.
func (c calc) power(n string) string {
	return c.float(c.u("shl.b32", c.u("add.u32", n, "127"), "23"))
}

// exp returns e^x within 1 ulp. Results below 2⁻¹²⁶ are subnormal numbers, not 0.
func (c calc) exp(x string) string {
	bounded := c.f("max.f32", num(-104), c.f("min.f32", num(89), x))
	r, n := c.reduceExp(bounded)
	q := c.poly(r, 0x1.fffffcp-2, 0x1.555490p-3, 0x1.5558f8p-5, 0x1.123b02p-7, 0x1.6a2256p-10)
	y := c.add(c.fma(c.mul(r, r), q, r), num(1))
	// Multiply by 2ⁿ in two steps: n is between −150 and 128, and 2ⁿ may overflow.
	half := c.u("shr.s32", n, "1")
	y = c.mul(c.mul(y, c.power(half)), c.power(c.u("sub.u32", n, half)))
	return c.keepNaN(x, x, y) // the instructions min and max have replaced NaN by a bound
}

// expm1 returns e^x − 1 for x in [−40, 0]. Its relative error stays small near 0, where a
// subtraction of 1 from e^x would cancel.
func (c calc) expm1(x string) string {
	r, n := c.reduceExp(x)
	q := c.poly(r, 0.5, 0x1.555554p-3, 0x1.5554b0p-5, 0x1.11118ap-7, 0x1.6d7348p-10, 0x1.a032d4p-13)
	y := c.fma(c.mul(r, r), q, r)
	power := c.power(n)
	return c.fma(y, power, c.sub(power, num(1)))
}

// log returns the natural logarithm of x within 1 ulp.
func (c calc) log(x string) string {
	tiny := c.p("setp.lt.f32", x, num(0x1p-126))
	scaled := c.choose(tiny, c.mul(x, num(0x1p23)), x)
	// Write scaled = 2ᵉ·(1+f) with 1+f in [√½, √2).
	e := c.u("shr.s32", c.u("sub.u32", c.bits(scaled), "0x3f3504f3"), "23")
	f := c.sub(c.float(c.u("sub.u32", c.bits(scaled), c.u("shl.b32", e, "23"))), num(1))
	n := c.sub(c.f("cvt.rn.f32.s32", e), c.choose(tiny, num(23), num(0)))
	p := c.poly(f, 0x1.555548p-2, -0x1.000006p-2, 0x1.99a4b6p-3, -0x1.555c4ep-3, 0x1.233768p-3,
		-0x1.fc220ap-4, 0x1.e6f06ap-4, -0x1.de3c10p-4, 0x1.1457acp-4)
	square := c.mul(f, f)
	y := c.fma(c.mul(square, f), p, c.mul(n, num(ln2lo)))
	y = c.add(c.fma(square, num(-0.5), y), f)
	y = c.fma(n, num(ln2hi), y)
	y = c.choose(c.p("setp.geu.f32", x, inf), x, y) // the logarithm of +Inf or NaN is itself
	y = c.choose(c.p("setp.lt.f32", x, num(0)), nan, y)
	return c.choose(c.p("setp.eq.f32", x, num(0)), num(math.Inf(-1)), y)
}

// log1p returns log(1+x) for x in [0, 1], with small relative error near 0.
func (c calc) log1p(x string) string {
	// log(1+x) = 2·artanh(t) with t = x/(2+x).
	t := c.div(x, c.add(x, num(2)))
	z := c.mul(t, t)
	r := c.poly(z, 0x1.555558p-2, 0x1.9996a6p-3, 0x1.2509d8p-3, 0x1.b6cd2cp-4, 0x1.f1d59cp-4)
	t = c.add(t, t)
	return c.fma(c.mul(t, z), r, t)
}

// decay returns e^(−|x|).
func (c calc) decay(x string) string { return c.exp(c.neg(c.abs(x))) }

// sigmoid returns 1/(1+e^(−x)) within 2 ulp.
func (c calc) sigmoid(x string) string {
	e := c.decay(x)
	return c.div(c.choose(c.p("setp.lt.f32", x, num(0)), e, num(1)), c.add(e, num(1)))
}

// tanh returns tanh x within 2 ulp: |m/(m+2)| for m = e^(−2|x|) − 1, with the sign of x.
func (c calc) tanh(x string) string {
	m := c.expm1(c.f("max.f32", num(-40), c.neg(c.abs(c.add(x, x)))))
	y := c.abs(c.div(m, c.add(m, num(2))))
	y = c.float(c.u("or.b32", c.bits(y), c.u("and.b32", c.bits(x), "0x80000000")))
	return c.keepNaN(x, x, y)
}

// softplus returns log(1+e^x) within 2 ulp.
func (c calc) softplus(x string) string {
	return c.add(c.log1p(c.decay(x)), c.max(num(0), x))
}

// erf returns the error function of x within 2 ulp. Both polynomials are Juffa's ("A fast,
// accurate erff", 2016): of erf(x)/x − 1 near 0, and of log(1 − erf(t))/t elsewhere.
func (c calc) erf(x string) string {
	t := c.abs(x)
	p := c.poly(t, -1.28717512e-1, -6.34846687e-1, -1.06777877e-1, 2.42546219e-2, -3.88396438e-3, 3.83197126e-4, -1.72853470e-5)
	far := c.sub(num(1), c.exp(c.sub(c.mul(t, p), t)))
	far = c.float(c.u("or.b32", c.bits(far), c.u("and.b32", c.bits(x), "0x80000000")))
	q := c.poly(c.mul(x, x), 1.28379166e-1, -3.76125336e-1, 1.12819925e-1, -2.67681349e-2, 4.99119423e-3, -5.96761703e-4)
	return c.choose(c.p("setp.gt.f32", t, num(0.927734375)), far, c.fma(q, x, x))
}

// erfSlope returns 2/√π·e^(−x²) within 3 ulp. It multiplies e^(−s), where s is x² rounded, by
// 1 + s − x².
func (c calc) erfSlope(x string) string {
	t := c.min(num(12), c.abs(x)) // e^(−12²) is 0, and infinities have no s − x²
	square := c.mul(t, t)
	y := c.decay(square)
	return c.mul(c.fma(y, c.fma(c.neg(t), t, square), y), num(2/math.SqrtPi))
}

// trig returns sin(x + quarters·π/2), where quarters is 0 for the sine or 1 for the cosine.
// The absolute error is at most 2⁻²³ for |x| ≤ 1e5. For larger x the argument reduction
// fails, and the result is an arbitrary value in [−1, 1].
func (c calc) trig(x string, quarters int) string {
	shifted := c.fma(x, num(2/math.Pi), num(magic))
	k := c.sub(shifted, num(magic))
	r := c.fma(k, num(-0x1.921fb6p0), x) // subtract k·π/2, with π/2 in three parts
	r = c.fma(k, num(0x1.777a5cp-25), r)
	r = c.fma(k, num(0x1.ee59dap-50), r)
	r = c.f("max.f32", num(-math.Pi/4), c.f("min.f32", num(math.Pi/4), r))
	r = c.choose(c.p("setp.geu.f32", c.abs(x), inf), nan, r)
	n := c.bits(shifted)
	if quarters != 0 {
		n = c.u("add.u32", n, "1")
	}
	return c.quadrant(r, n)
}

// quadrant returns sin(r + n·π/2) for |r| ≤ π/4, where the low two bits of register n
// hold n mod 4.
func (c calc) quadrant(r, n string) string {
	sin, cos := c.sinCos(r)
	odd := c.p("setp.ne.u32", c.u("and.b32", n, "1"), "0")
	y := c.choose(odd, cos, sin)
	sign := c.u("and.b32", c.u("shl.b32", n, "30"), "0x80000000")
	return c.float(c.u("xor.b32", c.bits(y), sign))
}

// sinCos returns sin r and cos r for |r| ≤ π/4.
func (c calc) sinCos(r string) (sin, cos string) {
	z := c.mul(r, r)
	sin = c.poly(z, -0x1.555556p-3, 0x1.111108p-7, -0x1.a00f6ap-13, 0x1.6cccc8p-19)
	sin = c.fma(sin, c.mul(z, r), r)
	cos = c.poly(z, 0x1.55554ap-5, -0x1.6c0c1ep-10, 0x1.99e538p-16)
	cos = c.fma(cos, c.mul(z, z), c.fma(z, num(-0.5), num(1)))
	return sin, cos
}

// apply returns f(x). f must not be Identity.
func (c calc) apply(f kernels.Func, x string) string {
	switch f {
	case kernels.ReLU:
		return c.max(x, num(0))
	case kernels.Sigmoid:
		return c.sigmoid(x)
	case kernels.Tanh:
		return c.tanh(x)
	case kernels.Exp:
		return c.exp(x)
	case kernels.Log:
		return c.log(x)
	case kernels.Sqrt:
		return c.sqrt(x)
	case kernels.Softplus:
		return c.softplus(x)
	case kernels.Neg:
		return c.neg(x)
	case kernels.Abs:
		return c.abs(x)
	case kernels.Square:
		return c.mul(x, x)
	case kernels.Reciprocal:
		return c.f("rcp.rn.f32", x)
	case kernels.Sin:
		return c.trig(x, 0)
	case kernels.Cos:
		return c.trig(x, 1)
	case kernels.Erf:
		return c.erf(x)
	}
	panic("generate: no function " + f.String())
}

// derivative returns dy·f′(x). v is f(x) if f.GradFromOutput(), and x otherwise. f must be
// neither Identity nor Neg: Device.MapGrad needs no kernel for their gradients, ±dy.
func (c calc) derivative(f kernels.Func, dy, v string) string {
	switch f {
	case kernels.ReLU:
		return c.choose(c.p("setp.gt.f32", v, num(0)), dy, num(0))
	case kernels.Sigmoid:
		return c.mul(dy, c.mul(v, c.sub(num(1), v)))
	case kernels.Tanh:
		return c.mul(dy, c.fma(c.neg(v), v, num(1)))
	case kernels.Exp:
		return c.mul(dy, v)
	case kernels.Sqrt:
		return c.choose(c.p("setp.eq.f32", v, num(0)), num(0), c.mul(dy, c.div(num(0.5), v)))
	case kernels.Reciprocal:
		return c.mul(dy, c.neg(c.mul(v, v)))
	case kernels.Log:
		return c.div(dy, v)
	case kernels.Softplus:
		return c.mul(dy, c.sigmoid(v))
	case kernels.Abs:
		y := c.choose(c.p("setp.lt.f32", v, num(0)), c.neg(dy), num(0))
		return c.choose(c.p("setp.gt.f32", v, num(0)), dy, y)
	case kernels.Square:
		return c.mul(dy, c.add(v, v))
	case kernels.Sin:
		return c.mul(dy, c.trig(v, 1))
	case kernels.Cos:
		return c.mul(dy, c.neg(c.trig(v, 0)))
	case kernels.Erf:
		return c.mul(dy, c.erfSlope(v))
	}
	panic("generate: no derivative of " + f.String())
}

// combine returns op(a, b).
func (c calc) combine(op kernels.Op, a, b string) string {
	switch op {
	case kernels.Add:
		return c.add(a, b)
	case kernels.Sub:
		return c.sub(a, b)
	case kernels.Mul:
		return c.mul(a, b)
	case kernels.Div:
		return c.div(a, b)
	case kernels.Max:
		return c.max(a, b)
	case kernels.Min:
		return c.min(a, b)
	case kernels.Greater:
		y := c.choose(c.p("setp.eq.f32", a, b), num(0.5), num(0))
		return c.choose(c.p("setp.gt.f32", a, b), num(1), y)
	}
	panic("generate: no operation " + op.String())
}
