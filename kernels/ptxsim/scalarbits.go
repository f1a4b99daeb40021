package ptxsim

import (
	"math/bits"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// bitOperations adds the instructions on bits and bit fields (PTX ISA 9.7.1), three-input
// logic and funnel shifts (9.7.7), and permutation of bytes (9.7.8).
func bitOperations(t scalarTable) {
	count := func(name string, operand syntax.Type, function any) {
		t[name+"."+operand.String()] = scalar{result: syntax.U32, operands: []syntax.Type{operand}, kind: IntegerArithmetic, function: function}
	}
	count("popc", syntax.B32, func(a uint32) uint32 { return uint32(bits.OnesCount32(a)) })
	count("popc", syntax.B64, func(a uint64) uint32 { return uint32(bits.OnesCount64(a)) })
	count("clz", syntax.B32, func(a uint32) uint32 { return uint32(bits.LeadingZeros32(a)) })
	count("clz", syntax.B64, func(a uint64) uint32 { return uint32(bits.LeadingZeros64(a)) })

	// find adds bfind for one type. bfind returns the index of the highest bit that
	// differs from the sign (from 0 for unsigned types), or all ones if there is none.
	// With .shiftamt it returns the left shift that moves that bit to the top.
	// significant returns the operand with all bits inverted if it is negative.
	find := func(typ syntax.Type, significant func(uint64) uint64) {
		width := uint32(8 * typ.Size())
		index := func(a uint64) uint32 { return uint32(bits.Len64(significant(a))) - 1 }
		amount := func(a uint64) uint32 {
			if i := index(a); i != ^uint32(0) {
				return width - 1 - i
			}
			return ^uint32(0)
		}
		if width == 64 {
			count("bfind", typ, index)
			count("bfind.shiftamt", typ, amount)
			return
		}
		count("bfind", typ, func(a uint32) uint32 { return index(uint64(a)) })
		count("bfind.shiftamt", typ, func(a uint32) uint32 { return amount(uint64(a)) })
	}
	find(syntax.U32, func(a uint64) uint64 { return a })
	find(syntax.U64, func(a uint64) uint64 { return a })
	find(syntax.S32, func(a uint64) uint64 { return uint64(uint32(a) ^ uint32(int32(a)>>31)) })
	find(syntax.S64, func(a uint64) uint64 { return a ^ uint64(int64(a)>>63) })

	t.add("brev.b32", syntax.B32, IntegerArithmetic, 1, bits.Reverse32)
	t.add("brev.b64", syntax.B64, IntegerArithmetic, 1, bits.Reverse64)

	extract := func(typ syntax.Type, function any) {
		t["bfe."+typ.String()] = scalar{result: typ, operands: []syntax.Type{typ, syntax.U32, syntax.U32}, kind: IntegerArithmetic, function: function}
	}
	extract(syntax.U32, func(a, pos, n uint32) uint32 { return uint32(extractField(uint64(a), pos, n, 32, false)) })
	extract(syntax.S32, func(a, pos, n uint32) uint32 { return uint32(extractField(uint64(a), pos, n, 32, true)) })
	extract(syntax.U64, func(a uint64, pos, n uint32) uint64 { return extractField(a, pos, n, 64, false) })
	extract(syntax.S64, func(a uint64, pos, n uint32) uint64 { return extractField(a, pos, n, 64, true) })

	insert := func(typ syntax.Type, function any) {
		t["bfi."+typ.String()] = scalar{result: typ, operands: []syntax.Type{typ, typ, syntax.U32, syntax.U32}, kind: IntegerArithmetic, function: function}
	}
	insert(syntax.B32, func(a, b, pos, n uint32) uint32 { return uint32(insertField(uint64(a), uint64(b), pos, n, 32)) })
	insert(syntax.B64, func(a, b uint64, pos, n uint32) uint64 { return insertField(a, b, pos, n, 64) })

	t.add("lop3.b32", syntax.B32, IntegerArithmetic, 4, lop3)
	clamp := func(n uint32) uint32 { return min(n, 32) }
	wrap := func(n uint32) uint32 { return n & 31 }
	for mode, amount := range map[string]func(uint32) uint32{"clamp": clamp, "wrap": wrap} {
		t.add("shf.l."+mode+".b32", syntax.B32, IntegerArithmetic, 3, func(lo, hi, n uint32) uint32 {
			return uint32((uint64(hi)<<32 | uint64(lo)) << amount(n) >> 32)
		})
		t.add("shf.r."+mode+".b32", syntax.B32, IntegerArithmetic, 3, func(lo, hi, n uint32) uint32 {
			return uint32((uint64(hi)<<32 | uint64(lo)) >> amount(n))
		})
	}
	t.add("prmt.b32", syntax.B32, IntegerArithmetic, 3, permute)
	for i, mode := range []string{"f4e", "b4e", "rc8", "ecl", "ecr", "rc16"} {
		t.add("prmt.b32."+mode, syntax.B32, IntegerArithmetic, 3, func(a, b, c uint32) uint32 {
			return permute(a, b, permuteModes[i][c&3])
		})
	}
}

// extractField returns the field of n bits of a that begins at bit pos, in the low bits of
// the result, as bfe does. pos and n count modulo 256. a has width bits. For signed fields
// the sign is the highest bit of the field that lies within the width. The sign fills the
// bits of the result above the field, and the bits of the field beyond the width; for
// unsigned fields these bits are 0.
func extractField(a uint64, pos, n uint32, width uint, signed bool) uint64 {
	pos, n = pos&0xff, n&0xff
	if n == 0 {
		return 0
	}
	var sign uint64
	if signed {
		sign = a >> min(pos+n-1, uint32(width)-1) & 1
	}
	inside := min(n, uint32(width)-min(pos, uint32(width)))
	return a>>pos&(1<<inside-1) | -sign<<inside
}

// insertField returns b with the n bits from bit pos on replaced by the low n bits of a, as
// bfi does. pos and n count modulo 256. The caller keeps the low width bits of the result.
func insertField(a, b uint64, pos, n uint32, width uint) uint64 {
	pos, n = pos&0xff, n&0xff
	mask := uint64(1)<<n - 1 // all ones for n ≥ 64
	mask <<= pos
	return b&^mask | a<<pos&mask
}

// lop3 returns the word whose bit i is the entry of the truth table lut for the bits i of
// a, b and c. The index of the entry is 4·a + 2·b + c.
func lop3(a, b, c, lut uint32) uint32 {
	var d uint32
	for i := range uint32(8) {
		if lut>>i&1 == 0 {
			continue
		}
		term := ^uint32(0)
		for j, v := range []uint32{c, b, a} {
			if i>>j&1 == 0 {
				v = ^v
			}
			term &= v
		}
		d |= term
	}
	return d
}

// permute returns four of the eight bytes of a and b, as prmt does. Bits 4·i to 4·i+3 of
// selector choose byte i of the result: the lower three bits are the index of the byte, with
// a in bytes 0 to 3. If the highest bit is set, eight copies of the byte's sign replace it.
func permute(a, b, selector uint32) uint32 {
	bytes := uint64(b)<<32 | uint64(a)
	var d uint32
	for i := range 4 {
		s := selector >> (4 * i)
		v := uint32(bytes>>(8*(s&7))) & 0xff
		if s&8 != 0 {
			v = uint32(int32(int8(v))>>7) & 0xff
		}
		d |= v << (8 * i)
	}
	return d
}

// permuteModes holds, for each mode of prmt, the selectors for c = 0, 1, 2, 3.
var permuteModes = [6][4]uint32{
	{0x3210, 0x4321, 0x5432, 0x6543}, // f4e: forward 4 extract
	{0x5670, 0x6701, 0x7012, 0x0123}, // b4e: backward 4 extract
	{0x0000, 0x1111, 0x2222, 0x3333}, // rc8: replicate 8
	{0x3210, 0x3211, 0x3222, 0x3333}, // ecl: edge clamp left
	{0x0000, 0x1110, 0x2210, 0x3210}, // ecr: edge clamp right
	{0x1010, 0x3232, 0x1010, 0x3232}, // rc16: replicate 16
}
