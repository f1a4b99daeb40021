package gpu

import "math/bits"

// A divider divides by a constant with a multiplication and a shift, as GPUs have no
// instruction for integer division. For 0 ≤ n < 2³¹
//
//	n/d = (⌊n·multiplier/2³²⌋ + n) >> shift
//
// Reference: Granlund and Montgomery, Division by invariant integers using
// multiplication, PLDI 1994.
type divider struct{ divisor, multiplier, shift uint32 }

// newDivider returns the divider by d. 1 ≤ d < 2³¹.
func newDivider(d int) divider {
	shift := bits.Len32(uint32(d - 1)) // the least shift with 2^shift ≥ d
	multiplier := (1<<shift-uint64(d))<<32/uint64(d) + 1
	return divider{uint32(d), uint32(multiplier), uint32(shift)}
}

// args appends the divider as three kernel arguments.
func (v divider) args(args []Arg) []Arg {
	return append(args, Uint32(v.divisor), Uint32(v.multiplier), Uint32(v.shift))
}
