package kernels

import (
	"fmt"
	"math"
)

// A Precision is the number format to which a device rounds the operands of its products:
// those of Gemm, Conv, ConvTranspose and ConvWeightGrad. Products are summed in float32 in
// every precision, and all other kernels compute in float32. A device has one precision,
// which it is opened with; [Gemm].Unrounded exempts single products.
type Precision uint8

const (
	Float32  Precision = iota // operands are used as they are
	BFloat16                  // operands are rounded by RoundBFloat16
)

var precisionNames = [...]string{"float32", "bf16"}

// String returns the name that [Precision.UnmarshalText] takes: "float32" or "bf16".
func (p Precision) String() string {
	if int(p) < len(precisionNames) {
		return precisionNames[p]
	}
	return fmt.Sprintf("Precision(%d)", uint8(p))
}

// MarshalText returns the name of p.
func (p Precision) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText sets p to the precision of that name, float32 or bf16.
func (p *Precision) UnmarshalText(text []byte) error {
	for i, name := range precisionNames {
		if string(text) == name {
			*p = Precision(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a precision; choose float32 or bf16", text)
}

// RoundBFloat16 returns the bfloat16 number nearest to x, and of two equally near ones that
// whose last bit is 0. A bfloat16 number is a float32 with 8 instead of 24 significant bits,
// so the relative error is at most 2⁻⁸ if x is not subnormal. Values beyond the largest
// bfloat16 number become infinite. NaN stays NaN.
func RoundBFloat16(x float32) float32 {
	bits := math.Float32bits(x)
	if x != x {
		return math.Float32frombits(bits&^0xffff | 1<<22)
	}
	return math.Float32frombits((bits + 0x7fff + bits>>16&1) &^ 0xffff)
}
