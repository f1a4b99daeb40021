package safetensors

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"
)

// A dtype is a type of elements that a file can hold.
type dtype struct {
	bytes int // of an element
	// decode returns the element in b as a float32. lost is nil, or the value of the
	// element if no float32 represents it.
	decode func(b []byte) (v float32, lost any)
}

const float32Name = "F32"

// dtypes has the types that can be read, by their names in the format.
var dtypes = map[string]dtype{
	float32Name: {4, func(b []byte) (float32, any) { return math.Float32frombits(binary.LittleEndian.Uint32(b)), nil }},
	"F64":       {8, func(b []byte) (float32, any) { return round(math.Float64frombits(binary.LittleEndian.Uint64(b))) }},
	"F16":       {2, func(b []byte) (float32, any) { return minifloat(binary.LittleEndian.Uint16(b), 5, 10, true), nil }},
	"BF16": {2, func(b []byte) (float32, any) {
		return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16), nil
	}},
	"F8_E5M2": {1, func(b []byte) (float32, any) { return minifloat(uint16(b[0]), 5, 2, true), nil }},
	"F8_E4M3": {1, func(b []byte) (float32, any) { return minifloat(uint16(b[0]), 4, 3, false), nil }},
	"I64":     {8, func(b []byte) (float32, any) { return integer(int64(binary.LittleEndian.Uint64(b))) }},
	"I32":     {4, func(b []byte) (float32, any) { return integer(int64(int32(binary.LittleEndian.Uint32(b)))) }},
	"I16":     {2, func(b []byte) (float32, any) { return float32(int16(binary.LittleEndian.Uint16(b))), nil }},
	"I8":      {1, func(b []byte) (float32, any) { return float32(int8(b[0])), nil }},
	"U64":     {8, func(b []byte) (float32, any) { return unsigned(binary.LittleEndian.Uint64(b)) }},
	"U32":     {4, func(b []byte) (float32, any) { return unsigned(uint64(binary.LittleEndian.Uint32(b))) }},
	"U16":     {2, func(b []byte) (float32, any) { return float32(binary.LittleEndian.Uint16(b)), nil }},
	"U8":      {1, func(b []byte) (float32, any) { return float32(b[0]), nil }},
	"BOOL":    {1, boolean},
}

// dtypeNames returns the names of the types that can be read.
func dtypeNames() string {
	return strings.Join(slices.Sorted(maps.Keys(dtypes)), ", ")
}

// The functions below are values of dtype.decode or compute its results: a float32, and the
// value that no float32 represents, or nil.

// round returns the float32 value nearest to v. It returns v as lost if v is too large for a
// float32, or is not 0 but rounds to 0.
func round(v float64) (float32, any) {
	r := float32(v)
	if math.IsInf(float64(r), 0) && !math.IsInf(v, 0) || r == 0 && v != 0 {
		return 0, v
	}
	return r, nil
}

// integer returns n as a float32, or as lost if no float32 represents it exactly.
func integer(n int64) (float32, any) {
	magnitude := uint64(n)
	if n < 0 {
		magnitude = -magnitude
	}
	v, lost := unsigned(magnitude)
	if lost != nil {
		return 0, n
	}
	if n < 0 {
		v = -v
	}
	return v, nil
}

// unsigned returns n as a float32, or as lost if no float32 represents it exactly.
func unsigned(n uint64) (float32, any) {
	v := float32(n)
	if v >= 1<<64 || uint64(v) != n {
		return 0, n
	}
	return v, nil
}

// boolean returns 0 for the byte 0, which is false, and 1 for the byte 1, which is true. It
// returns any other byte as lost.
func boolean(b []byte) (float32, any) {
	if b[0] > 1 {
		return 0, b[0]
	}
	return float32(b[0]), nil
}

// minifloat returns the value of a floating-point number of a sign bit, the
// given numbers of exponent and of mantissa bits. In those that follow IEEE 754
// the largest exponent stands for infinity and NaN, in others only the largest
// exponent with the largest mantissa does, for NaN.
func minifloat(bits uint16, exponentBits, mantissaBits int, ieee bool) float32 {
	largest := 1<<exponentBits - 1
	exponent := int(bits>>mantissaBits) & largest
	mantissa := int(bits) & (1<<mantissaBits - 1)
	bias := largest / 2
	var v float64
	switch {
	case exponent == largest && ieee && mantissa == 0:
		v = math.Inf(1)
	case exponent == largest && (ieee || mantissa == 1<<mantissaBits-1):
		v = math.NaN()
	case exponent == 0:
		v = math.Ldexp(float64(mantissa), 1-bias-mantissaBits)
	default:
		v = math.Ldexp(float64(mantissa+1<<mantissaBits), exponent-bias-mantissaBits)
	}
	if bits>>(exponentBits+mantissaBits) != 0 {
		v = math.Copysign(v, -1)
	}
	return float32(v)
}
