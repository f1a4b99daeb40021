package ptxsim

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A comparison (PTX ISA 9.3) is a test of two operands. swap exchanges the operands before
// the test, not negates the result.
type comparison struct {
	test      test
	swap, not bool
}

// A test is one of the tests of which all comparisons are made.
type test uint8

const (
	less          test = iota // a < b
	lessOrEqual               // a ≤ b
	equal                     // a = b
	lessOrGreater             // a < b or a > b: false if an operand is NaN, unlike a ≠ b
	ordered                   // neither operand is NaN
)

// comparisons holds the comparisons that all numeric types have. For floating point they
// are false if an operand is NaN. Untyped bits have only eq and ne.
var comparisons = map[string]comparison{
	"eq": {test: equal}, "lt": {test: less}, "le": {test: lessOrEqual},
	"ne": {test: lessOrGreater}, "gt": {test: less, swap: true}, "ge": {test: lessOrEqual, swap: true},
}

// unsignedComparisons holds further names of lt, le, gt and ge for unsigned integers.
var unsignedComparisons = map[string]comparison{
	"lo": comparisons["lt"], "ls": comparisons["le"], "hi": comparisons["gt"], "hs": comparisons["ge"],
}

// unorderedComparisons holds the comparisons that only floating point has. The names that end
// in u are true if an operand is NaN.
var unorderedComparisons = map[string]comparison{
	"equ": {test: lessOrGreater, not: true}, "neu": {test: equal, not: true},
	"ltu": {test: lessOrEqual, swap: true, not: true}, "leu": {test: less, swap: true, not: true},
	"gtu": {test: lessOrEqual, not: true}, "geu": {test: less, not: true},
	"num": {test: ordered}, "nan": {test: ordered, not: true},
}

var comparisonNames = slices.Concat(
	slices.Sorted(maps.Keys(comparisons)), slices.Sorted(maps.Keys(unsignedComparisons)), slices.Sorted(maps.Keys(unorderedComparisons)))

// comparison compiles what setp and set have in common: the modifiers up to the type,
// operands a and b, and the predicate c with which .and, .or or .xor combines the
// comparison. It returns two functions: holds computes the mask of the lanes in m for which
// the comparison of a and b holds, and combine combines such a mask with c. Without c,
// combine returns its mask.
func (c *compiler) comparison() (holds func(w *warp, m uint32) uint32, combine func(w *warp, m, t uint32) uint32) {
	name := c.mod(comparisonNames...)
	if name == "" {
		c.fail("needs a comparison such as .lt")
	}
	boolean := c.mod("and", "or", "xor")
	ftz := c.mod("ftz") != ""
	destination := syntax.NoType
	if c.in.Op == "set" {
		if destination = c.typ(4); destination != syntax.U32 && destination != syntax.S32 && destination != syntax.F32 {
			c.fail("gives .u32, .s32 or .f32, not .%s", destination)
		}
	}
	typ := c.typ(2, 4, 8)
	if boolean == "" {
		c.args(3, 3)
	} else {
		c.args(4, 4)
	}
	if ftz && typ != syntax.F32 {
		c.fail(".ftz is for .f32")
	}
	cmp, ok := comparisons[name]
	if u, found := unsignedComparisons[name]; found && typ.Kind() == syntax.Unsigned {
		cmp, ok = u, true
	}
	if u, found := unorderedComparisons[name]; found && typ.Kind() == syntax.Float {
		cmp, ok = u, true
	}
	if typ.Kind() == syntax.Bits && name != "eq" && name != "ne" {
		ok = false
	}
	if !ok {
		c.fail("comparison .%s does not exist for .%s", name, typ)
	}
	if typ.Kind() == syntax.Float {
		c.out.kind = FloatArithmetic
	}
	a, b := c.source(1, typ), c.source(2, typ)
	if cmp.swap {
		a, b = b, a
	}
	holds = cmp.compile(typ, ftz, a, b)
	if boolean == "" {
		return holds, func(_ *warp, _, t uint32) uint32 { return t }
	}
	p, not := c.predicate(3)
	return holds, func(w *warp, m, t uint32) uint32 {
		q := w.p[p]
		if not {
			q = ^q
		}
		switch boolean {
		case "and":
			return t & q
		case "or":
			return t | q&m
		}
		return t ^ q&m
	}
}

// compile returns a function that computes the mask of the lanes in m for which cmp holds
// between the registers at slots a and b. The caller has already swapped a and b.
func (cmp comparison) compile(typ syntax.Type, ftz bool, a, b int) func(w *warp, m uint32) uint32 {
	var flip uint32
	if cmp.not {
		flip = allLanes
	}
	switch {
	case typ == syntax.F32 && !ftz:
		return func(w *warp, m uint32) uint32 { return (compare32(cmp.test, &w.r[a], &w.r[b]) ^ flip) & m }
	case typ == syntax.F32:
		holds := floatTest(cmp.test)
		return compareLanes(a, b, flip, func(x, y uint32) bool {
			return holds(float64(flush(float32frombits(x))), float64(flush(float32frombits(y))))
		})
	case typ == syntax.F64:
		holds := floatTest(cmp.test)
		return compareLanes(a, b, flip, func(x, y uint64) bool { return holds(float64frombits(x), float64frombits(y)) })
	}
	// For integers, x ≤ y is the negation of y < x, and x ≠ y is the negation of x = y,
	// so two loops serve all comparisons. Flipping the sign bit, by XOR with the bias,
	// maps the order of signed integers to that of unsigned integers.
	var bias uint64
	if typ.Kind() == syntax.Signed {
		bias = 1 << (8*typ.Size() - 1)
	}
	equality := cmp.test == equal || cmp.test == lessOrGreater
	if cmp.test == lessOrEqual {
		a, b, flip = b, a, ^flip
	} else if cmp.test == lessOrGreater {
		flip = ^flip
	}
	if typ.Size() == 8 {
		return compareIntegers[uint64](a, b, bias, flip, equality)
	}
	return compareIntegers[uint32](a, b, uint32(bias), flip, equality)
}

// compareIntegers returns the function of compile for integers. It compares by = if equality
// is set, else by < after flipping the bits in bias. flip is all ones to negate the result.
func compareIntegers[T word](a, b int, bias T, flip uint32, equality bool) func(w *warp, m uint32) uint32 {
	if equality {
		return func(w *warp, m uint32) uint32 {
			x, y := lanes[T](w, a), lanes[T](w, b)
			var r uint32
			for i := range x {
				var bit uint32
				if x[i] == y[i] {
					bit = 1
				}
				r |= bit << i
			}
			return (r ^ flip) & m
		}
	}
	return func(w *warp, m uint32) uint32 {
		x, y := lanes[T](w, a), lanes[T](w, b)
		var r uint32
		for i := range x {
			var bit uint32
			if x[i]^bias < y[i]^bias {
				bit = 1
			}
			r |= bit << i
		}
		return (r ^ flip) & m
	}
}

// compare32 returns the mask of the lanes for which test t holds between the float32 with
// bits x and y. The most frequent tests have loops without a call.
func compare32(t test, x, y *[warpSize]uint32) uint32 {
	var r uint32
	switch t {
	case less:
		for i := range x {
			var bit uint32
			if math.Float32frombits(x[i]) < math.Float32frombits(y[i]) {
				bit = 1
			}
			r |= bit << i
		}
	case lessOrEqual:
		for i := range x {
			var bit uint32
			if math.Float32frombits(x[i]) <= math.Float32frombits(y[i]) {
				bit = 1
			}
			r |= bit << i
		}
	default:
		holds := floatTest(t)
		for i := range x {
			if holds(float64(math.Float32frombits(x[i])), float64(math.Float32frombits(y[i]))) {
				r |= 1 << i
			}
		}
	}
	return r
}

// compareLanes returns the function of compile that calls holds for each lane. flip is all
// ones to negate the result.
func compareLanes[T word](a, b int, flip uint32, holds func(x, y T) bool) func(w *warp, m uint32) uint32 {
	return func(w *warp, m uint32) uint32 {
		x, y := lanes[T](w, a), lanes[T](w, b)
		var r uint32
		for t := m; t != 0; t &= t - 1 {
			i := bits.TrailingZeros32(t) & 31
			if holds(x[i], y[i]) {
				r |= 1 << i
			}
		}
		return (r ^ flip) & m
	}
}

// floatTest returns test t as a function of two float64. float32 are exact in float64.
func floatTest(t test) func(x, y float64) bool {
	switch t {
	case less:
		return func(x, y float64) bool { return x < y }
	case lessOrEqual:
		return func(x, y float64) bool { return x <= y }
	case equal:
		return func(x, y float64) bool { return x == y }
	case lessOrGreater:
		return func(x, y float64) bool { return x < y || x > y }
	}
	return func(x, y float64) bool { return x == x && y == y }
}

// setp compiles setp.cmp{.bool}{.ftz}.type p{|q}, a, b{, {!}c}: p is the result t of the
// comparison, combined with c if there is a c, and q is the negation of t, combined with c
// likewise (PTX ISA: p = BoolOp(t, c), q = BoolOp(!t, c)).
func (c *compiler) setp() exec {
	if len(c.in.Args) == 0 {
		c.fail("needs operands")
	}
	holds, combine := c.comparison()
	o := &c.in.Args[0]
	q := c.secondPredicate(o)
	first := *o
	first.Second = -1
	p := c.destinationOf(&first, syntax.Pred, false)
	return func(w *warp, m uint32) {
		t := holds(w, m)
		first, second := combine(w, m, t), combine(w, m, m&^t) // c may be p or q
		w.p[p] = w.p[p]&^m | first
		if q >= 0 {
			w.p[q] = w.p[q]&^m | second
		}
	}
}

// set compiles set.cmp{.bool}{.ftz}.dtype.type d, a, b{, {!}c}: where the comparison holds,
// d is 1.0 for .f32 and all ones for integers. Elsewhere it is 0.
func (c *compiler) set() exec {
	if len(c.in.Args) == 0 {
		c.fail("needs operands")
	}
	yes, typ := allLanes, syntax.B32
	for _, mod := range c.mods {
		if t := syntax.ParseType(mod); t != syntax.NoType {
			if typ = t; t == syntax.F32 {
				yes = math.Float32bits(1)
			}
			break
		}
	}
	holds, combine := c.comparison()
	d := c.destination(0, typ)
	return func(w *warp, m uint32) {
		r := combine(w, m, holds(w, m))
		for i := range lanesOf(m) {
			w.r[d][i] = 0
			if r>>i&1 != 0 {
				w.r[d][i] = yes
			}
		}
	}
}

// testp compiles testp.property.type p, a: p tells whether a has the property.
func (c *compiler) testp() exec {
	property := c.need("finite", "infinite", "number", "notanumber", "normal", "subnormal")
	typ := c.typ(4, 8)
	if typ.Kind() != syntax.Float {
		c.fail("is for .f32 and .f64")
	}
	c.args(2, 2)
	mantissa, maxExponent := uint(23), uint64(0xff)
	if typ == syntax.F64 {
		mantissa, maxExponent = 52, 0x7ff
	}
	holds := func(b uint64) bool {
		exponent, fraction := b>>mantissa&maxExponent, b&(1<<mantissa-1)
		switch property {
		case "finite":
			return exponent != maxExponent
		case "infinite":
			return exponent == maxExponent && fraction == 0
		case "number":
			return exponent != maxExponent || fraction == 0
		case "notanumber":
			return exponent == maxExponent && fraction != 0
		case "normal":
			return exponent != 0 && exponent != maxExponent
		}
		return exponent == 0 && fraction != 0
	}
	a, p := c.source(1, typ), c.destination(0, syntax.Pred)
	return func(w *warp, m uint32) {
		for i := range lanesOf(m) {
			b := uint64(0)
			if typ == syntax.F64 {
				b = w.x[a][i]
			} else {
				b = uint64(w.r[a][i])
			}
			w.p[p] &^= 1 << i
			if holds(b) {
				w.p[p] |= 1 << i
			}
		}
	}
}
