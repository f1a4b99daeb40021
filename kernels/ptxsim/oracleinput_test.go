package ptxsim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// oracleVectors is the number of operand triples of a case.
const oracleVectors = 1 << 14

// operands returns the operands of a case in three columns, the same in every run.
func operands(kind string) [3][]uint64 {
	random := rand.New(rand.NewPCG(20, uint64(len(kind))))
	specials32 := []uint32{0, 1, 2, 3, 0x80000000, 0x80000001, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x3f800000, 0xbf800000,
		0x3f000000, 0x3fc00000, 0x40200000, 0x7f7fffff, 0xff7fffff, 0x00800000, 0x80800000, 0x007fffff, 0x00800001, 0x4b000000, 0x4b7fffff, 0x4effffff, 0x4f000000,
		0xcf000000, 0x4f7fffff, 0x4f800000, 0x5f000000, 0xdf000000, 0x5f800000, 0x33800000, 0xffffffff, 0x7fffffff, 31, 32, 33, 63, 64, 255, 256, 0xffff, 0x8000, 0x7fff, 0x10000}
	single := func() uint32 {
		switch random.IntN(8) {
		case 0:
			return specials32[random.IntN(len(specials32))]
		case 1:
			return random.Uint32() & 0x807fffff // subnormal
		case 2, 3:
			return random.Uint32()&0x807fffff | (110+random.Uint32N(36))<<23
		case 4: // few bits set, for ties in rounding
			return random.Uint32()&0x80700000 | (100+random.Uint32N(60))<<23 | random.Uint32N(2)
		case 5:
			return uint32(int32(random.IntN(257) - 128))
		}
		return random.Uint32()
	}
	double := func() uint64 {
		switch random.IntN(8) {
		case 0:
			return math.Float64bits(float64(math.Float32frombits(single())))
		case 1:
			return random.Uint64() & 0x800fffffffffffff
		case 2, 3:
			return random.Uint64()&0x800fffffffffffff | (1000+random.Uint64N(70))<<52
		case 4:
			specials := []uint64{0, 1, 1 << 63, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0x3ff0000000000000, 0xbff0000000000000,
				0x7fefffffffffffff, 0x0010000000000000, 0x000fffffffffffff, 0x43e0000000000000, 0xc3e0000000000000, 0x43f0000000000000,
				0x41dfffffffc00000, 0xc1e0000000000000, 0x41efffffffe00000, 0x47efffffe0000000, 0x47efffffefffffff, 0x47effffff0000000,
				0x36a0000000000000, 0x3690000000000000, 0x3690000000000001, 0x7fffffffffffffff, 1<<63 - 1, 1 << 32, 1<<32 - 1}
			return specials[random.IntN(len(specials))]
		case 5:
			return uint64(int64(random.IntN(257) - 128))
		case 6:
			return random.Uint64() >> random.IntN(64)
		}
		return random.Uint64()
	}
	var v [3][]uint64
	for i := range oracleVectors {
		for j := range v {
			var x uint64
			if kind == "double" || kind != "single" && i%2 == 0 {
				x = double()
			} else {
				x = random.Uint64()<<32 | uint64(single())
			}
			v[j] = append(v[j], x)
		}
		if kind == "divisor" { // divisors other than 0 and −1 in any width
			if b := uint16(v[1][i]); b == 0 || b == 0xffff {
				v[1][i] ^= 3
			}
		}
	}
	return v
}

// own returns a module with kernels f0, f1, …, which run the instructions of the cases.
func own(cases []oracleCase) string {
	var s strings.Builder
	s.WriteString(".version 6.3\n.target sm_70\n.address_size 64\n")
	for i := range cases {
		c := &cases[i]
		fmt.Fprintf(&s, `.visible .entry f%d(.param .u64 pa, .param .u64 pb, .param .u64 pc, .param .u64 pd) {
	.reg .b64 %%p, %%i, %%a64, %%b64, %%c64, %%d64;
	.reg .b32 %%r, %%n;
	.reg .pred %%q, %%q1;
	mov.u32 %%n, %%tid.x;
	mov.u32 %%r, %%ctaid.x;
	mad.lo.u32 %%n, %%r, 256, %%n;
	mul.wide.u32 %%i, %%n, 8;
`, i)
		for j, t := range c.operands {
			n := string(rune('a' + j))
			fmt.Fprintf(&s, "\tld.param.u64 %%p, [p%s];\n\tadd.u64 %%p, %%p, %%i;\n\tld.global.b64 %%%s64, [%%p];\n", n, n)
			switch {
			case t.Size() == 8:
				fmt.Fprintf(&s, "\t.reg .%s %%%s;\n\tmov.b64 %%%s, %%%s64;\n", t, n, n, n)
			case t.Size() == 4:
				fmt.Fprintf(&s, "\t.reg .%s %%%s;\n\tmov.b64 {%%%s, _}, %%%s64;\n", t, n, n, n)
			default:
				fmt.Fprintf(&s, "\t.reg .b16 %%%s;\n\tcvt.u16.u64 %%%s, %%%s64;\n", n, n, n)
			}
		}
		if c.result != syntax.Pred {
			result := c.result
			if result.Size() < 4 {
				result = syntax.B32 // wider, to test the bits above the result
				if !strings.HasPrefix(c.name, "cvt") {
					result = syntax.B16
				}
			}
			fmt.Fprintf(&s, "\t.reg .%s %%d;\n", result)
		}
		ptx := c.ptx
		if ptx == "" {
			ptx = c.name + " %d"
			for j := range c.operands {
				ptx += fmt.Sprintf(", %%%c", 'a'+j)
			}
			ptx += ";"
		}
		s.WriteString("\t" + ptx + "\n")
		switch {
		case c.result == syntax.Pred:
			s.WriteString("\tselp.b64 %d64, 1, 0, %q;\n")
		case c.result.Size() == 8:
			s.WriteString("\tmov.b64 %d64, %d;\n")
		case c.result.Size() == 4:
			s.WriteString("\tmov.b32 %r, %d;\n\tcvt.u64.u32 %d64, %r;\n")
		default:
			fmt.Fprintf(&s, "\tcvt.u64.u%d %%d64, %%d;\n", 8*c.result.Size())
		}
		s.WriteString("\tld.param.u64 %p, [pd];\n\tadd.u64 %p, %p, %i;\n\tst.global.b64 [%p], %d64;\n\tret;\n}\n")
	}
	return s.String()
}
