package syntax

import (
	"math"
	"strconv"
	"strings"
)

// A constant is the value of a constant expression (PTX ISA 4.5): a 64-bit
// integer, or a floating-point literal.
type constant struct {
	bits     uint64
	unsigned bool // an integer of type .u64 instead of .s64
	literal  Type // F32 or F64 for floating point, else NoType
}

func integer(v int64) constant { return constant{bits: uint64(v)} }

// truth returns the integer 1 if b is true, else 0.
func truth(b bool) constant {
	if b {
		return integer(1)
	}
	return integer(0)
}

// warpSize is the only named constant of PTX.
const warpSize = "WARP_SZ"

// maxNesting bounds the nesting of expressions and braces.
const maxNesting = 100

// startsConstant reports whether the next token begins a constant expression.
func (p *parser) startsConstant() bool {
	t := p.peek()
	if t.kind == numberToken || t.kind == nameToken && t.text == warpSize {
		return true
	}
	return t.kind == punctToken && strings.Contains("-+~!(", t.text)
}

// precedence holds the precedence of each binary operator, as in C. Operators with higher
// numbers bind tighter.
var precedence = map[string]int{
	"||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6,
	"<": 7, ">": 7, "<=": 7, ">=": 7, "<<": 8, ">>": 8,
	"+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}

// Arguments of parser.constant: the least precedence of the operators that it accepts.
const (
	loosest = 1  // all operators
	shift   = 8  // shifts, sums and products, but no comparisons
	product = 10 // products, but no sums
)

// operator returns the binary operator at the current position, or "". An operator has one
// character, or two characters without a space between them.
func (p *parser) operator() string {
	t := p.peek()
	if t.kind != punctToken {
		return ""
	}
	if u := p.tokens[p.pos+1]; u.kind == punctToken && u.pos == t.end && precedence[t.text+u.text] > 0 {
		return t.text + u.text
	}
	if precedence[t.text] > 0 {
		return t.text
	}
	return ""
}

// constant parses a constant expression and returns its value. It stops at a binary operator
// outside of parentheses whose precedence is below tightness.
func (p *parser) constant(tightness int) constant {
	p.nesting++
	defer func() { p.nesting-- }()
	if p.nesting > maxNesting {
		p.fail(p.peek(), "expression is nested more than %d deep", maxNesting)
	}
	x := p.unary()
	for {
		op := p.operator()
		if op == "" || precedence[op] < tightness {
			break
		}
		at := p.peek()
		p.pos += len(op)
		x = p.binary(at, op, x, p.constant(precedence[op]+1))
	}
	if tightness == loosest && p.peek().text == "?" {
		p.pos++
		a := p.constant(loosest)
		p.expect(":")
		b := p.constant(loosest)
		if x.bits != 0 {
			return a
		}
		return b
	}
	return x
}

// unary parses a number, WARP_SZ, or an expression in parentheses, with any unary operators in
// front.
func (p *parser) unary() constant {
	t := p.next()
	switch {
	case t.kind == numberToken:
		return p.number(t)
	case t.kind == nameToken && t.text == warpSize:
		return integer(32)
	}
	if t.kind != punctToken {
		p.fail(t, "expected a constant, got %v", t)
	}
	if t.text == "(" {
		x := p.constant(loosest)
		p.expect(")")
		return x
	}
	if !strings.Contains("-+~!", t.text) {
		p.fail(t, "expected a constant, got %v", t)
	}
	p.nesting++
	defer func() { p.nesting-- }()
	if p.nesting > maxNesting {
		p.fail(t, "expression is nested more than %d deep", maxNesting)
	}
	x := p.unary()
	switch {
	case t.text == "+":
	case x.literal != NoType && t.text == "-":
		x.bits ^= 1 << (8*x.literal.Size() - 1)
	case x.literal != NoType:
		p.fail(t, "operator %s needs an integer", t.text)
	case t.text == "-":
		x.bits = -x.bits
	case t.text == "~":
		x.bits = ^x.bits
	default:
		x = truth(x.bits == 0)
	}
	return x
}

// binary returns x op y. at is the operator's token, where errors are reported.
func (p *parser) binary(at token, op string, x, y constant) constant {
	if x.literal != NoType || y.literal != NoType {
		p.fail(at, "operator %s needs integers; write the value of a floating-point constant", op)
	}
	if (op == "/" || op == "%") && y.bits == 0 {
		p.fail(at, "division by zero")
	}
	unsigned := x.unsigned || y.unsigned
	a, b := x.bits, y.bits
	less := int64(a) < int64(b)
	if unsigned {
		less = a < b
	}
	z := constant{unsigned: unsigned}
	switch op {
	case "+":
		z.bits = a + b
	case "-":
		z.bits = a - b
	case "*":
		z.bits = a * b
	case "/":
		z.bits = uint64(int64(a) / int64(b))
		if unsigned {
			z.bits = a / b
		}
	case "%":
		z.bits = uint64(int64(a) % int64(b))
		if unsigned {
			z.bits = a % b
		}
	case "<<":
		z.bits = a << (b & 63)
	case ">>":
		z.bits = uint64(int64(a) >> (b & 63))
		if unsigned {
			z.bits = a >> (b & 63)
		}
	case "&":
		z.bits = a & b
	case "|":
		z.bits = a | b
	case "^":
		z.bits = a ^ b
	case "&&":
		return truth(a != 0 && b != 0)
	case "||":
		return truth(a != 0 || b != 0)
	case "==":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	case "<":
		return truth(less)
	case ">=":
		return truth(!less)
	case "<=":
		return truth(less || a == b)
	default: // ">"
		return truth(!less && a != b)
	}
	return z
}

// number returns the value of a literal: 0f or 0d and the bits in hexadecimal, a decimal
// fraction, or an integer.
func (p *parser) number(t token) constant {
	s := t.text
	prefix := ""
	if len(s) > 1 && s[0] == '0' {
		prefix = strings.ToLower(s[:2])
	}
	switch {
	case prefix == "0f":
		if v, err := strconv.ParseUint(s[2:], 16, 32); err == nil && len(s) == 10 {
			return constant{bits: v, literal: F32}
		}
		p.fail(t, "%s is not 0f and 8 hexadecimal digits", s)
	case prefix == "0d":
		if v, err := strconv.ParseUint(s[2:], 16, 64); err == nil && len(s) == 18 {
			return constant{bits: v, literal: F64}
		}
		p.fail(t, "%s is not 0d and 16 hexadecimal digits", s)
	case prefix != "0x" && prefix != "0b" && strings.ContainsAny(s, ".eE"):
		if f, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "_xX") {
			return constant{bits: math.Float64bits(f), literal: F64}
		}
		p.fail(t, "%s is not a number", s)
	}
	digits, unsigned := strings.CutSuffix(s, "U")
	v, err := strconv.ParseUint(digits, 0, 64)
	if err != nil || strings.Contains(s, "_") || prefix == "0o" {
		p.fail(t, "%s is not a number of at most 64 bits", s)
	}
	return constant{bits: v, unsigned: unsigned || v > math.MaxInt64}
}

// convert returns the bits of c as an initial value of type t, and whether c is such a
// value. Of an integer the caller keeps the low bits that t has.
func (c constant) convert(t Type) (bits uint64, ok bool) {
	switch {
	case c.literal == NoType && t.Kind() == Float:
		return 0, false
	case c.literal == NoType:
		return c.bits, true
	case t.Kind() != Float && t.Kind() != Bits:
		return 0, false
	case c.literal.Size() == t.Size():
		return c.bits, true
	case c.literal == F64 && t == F32:
		return uint64(math.Float32bits(float32(math.Float64frombits(c.bits)))), true
	case c.literal == F32 && t == F64:
		return math.Float64bits(float64(math.Float32frombits(uint32(c.bits)))), true
	}
	return 0, false
}
