package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// An opcode is the encoding of an instruction that Go's assembler lacks: its prefix pp and its
// opcode byte. All are of the opcode map 0F38, with W = 0.
type opcode struct{ pp, opcode byte }

// vectorOpcodes has instructions whose operands are three ZMM registers. They are encoded as
// EVEX.512.pp.0F38.W0 opcode /r (Intel SDM, volume 2, section 2.7).
var vectorOpcodes = map[string]opcode{
	"VDPBF16PS":      {2, 0x52}, // prefix F3
	"VCVTNE2PS2BF16": {3, 0x72}, // prefix F2
}

// tileOpcodes has instructions of AMX. They are encoded as VEX.128.pp.0F38.W0 opcode /r (Intel
// SDM, volume 2, section 2.3).
var tileOpcodes = map[string]opcode{
	"LDTILECFG":   {0, 0x49},
	"TILERELEASE": {0, 0x49},
	"TILEZERO":    {3, 0x49},
	"TILELOADD":   {3, 0x4b},
	"TILESTORED":  {2, 0x4b},
	"TDPBF16PS":   {2, 0x5c},
}

// unknownLine matches an instruction with its operands.
var unknownLine = regexp.MustCompile(`(?m)^\t([A-Z0-9]+)( +[^/\n]+)?$`)

// encode replaces each instruction of vectorOpcodes and tileOpcodes in an assembly file by its
// bytes. The instruction itself stays as a comment, which a test compares with the bytes.
func encode(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	encoded := unknownLine.ReplaceAllStringFunc(string(text), func(line string) string {
		f := unknownLine.FindStringSubmatch(line)
		name, operands := f[1], strings.Split(strings.TrimSpace(f[2]), ", ")
		var code []byte
		if o, ok := vectorOpcodes[name]; ok {
			z := numbers(operands, "Z", 10)
			code = evex(o, z[2], z[1], z[0])
		} else if o, ok := tileOpcodes[name]; ok {
			code = tileCode(name, o, operands)
		} else {
			return line
		}
		var b []string
		for _, v := range code {
			b = append(b, fmt.Sprintf("BYTE $0x%02x", v))
		}
		return fmt.Sprintf("\t%s // %s", strings.Join(b, "; "), strings.TrimSpace(name+" "+strings.Join(operands, ", ")))
	})
	return os.WriteFile(file, []byte(encoded), 0o666)
}

// numbers returns the numbers of operands that consist of a prefix and a number.
func numbers(operands []string, prefix string, base int) []byte {
	var n []byte
	for _, o := range operands {
		v, err := strconv.ParseUint(strings.TrimPrefix(o, prefix), base, 5)
		if err != nil {
			panic(err) // unreachable: avo prints registers Z0 to Z31, and tiles as $0x00 to $0x07
		}
		n = append(n, byte(v))
	}
	return n
}

// evex returns the bytes of an instruction with the ZMM registers dst, a and b, in the order
// of Intel's manual. The prefix holds the upper bits of register numbers, inverted: bits 3 and
// 4 of dst as R and R′, bits 3 and 4 of b as B and X, and all five of a as vvvv and V′.
func evex(o opcode, dst, a, b byte) []byte {
	bit := func(v, n byte) byte { return ^v >> n & 1 }
	const map0F38, present, length512 = 2, 1 << 2, 2 << 5
	return []byte{
		0x62,
		bit(dst, 3)<<7 | bit(b, 4)<<6 | bit(b, 3)<<5 | bit(dst, 4)<<4 | map0F38,
		^a&15<<3 | present | o.pp,
		length512 | bit(a, 4)<<3,
		o.opcode,
		3<<6 | dst&7<<3 | b&7,
	}
}

// tileCode returns the bytes of an instruction of AMX. The operands are in the order of Go's
// assembler, the destination last. Tiles are written as constants.
func tileCode(name string, o opcode, operands []string) []byte {
	switch name {
	case "TILERELEASE":
		return vex(o, 0, address{}, []byte{3 << 6})
	case "TILEZERO":
		return vex(o, 0, address{}, []byte{3<<6 | numbers(operands, "$0x", 16)[0]<<3})
	case "TDPBF16PS":
		t := numbers(operands, "$0x", 16) // B, A and the sums
		return vex(o, t[0], address{}, []byte{3<<6 | t[2]<<3 | t[1]})
	case "LDTILECFG":
		m := parseAddress(operands[0])
		return vex(o, 0, m, m.modRM(0))
	case "TILELOADD":
		m := parseAddress(operands[0])
		return vex(o, 0, m, m.modRM(numbers(operands[1:], "$0x", 16)[0]))
	default: // TILESTORED
		m := parseAddress(operands[1])
		return vex(o, 0, m, m.modRM(numbers(operands[:1], "$0x", 16)[0]))
	}
}

// vex returns the bytes of an instruction: the prefix of three bytes, the opcode and what
// follows. The prefix holds bits 3 of the index and of the base of an address as X and B, and
// the number of a second source as vvvv, all inverted.
func vex(o opcode, source byte, m address, rest []byte) []byte {
	const map0F38 = 2
	return append([]byte{0xc4, 1<<7 | (^m.index>>3&1)<<6 | (^m.base>>3&1)<<5 | map0F38, ^source&15<<3 | o.pp, o.opcode}, rest...)
}

// An address is an operand in memory: displacement + base + index, with the numbers of the
// registers.
type address struct {
	displacement uint32
	base, index  byte
	indexed      bool
}

var (
	addressPattern = regexp.MustCompile(`^(\d*)\((\w+)\)(?:\((\w+)\*1\))?$`)
	registers      = []string{"AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"}
)

// parseAddress parses an operand as avo prints it.
func parseAddress(operand string) (m address) {
	f := addressPattern.FindStringSubmatch(operand)
	if f == nil {
		panic("no address: " + operand)
	}
	number := func(register string) byte {
		for i, r := range registers {
			if r == register {
				return byte(i)
			}
		}
		panic("no register: " + register)
	}
	if f[1] != "" {
		d, err := strconv.ParseUint(f[1], 10, 31)
		if err != nil {
			panic(err)
		}
		m.displacement = uint32(d)
	}
	m.base = number(f[2])
	if f[3] != "" {
		m.index, m.indexed = number(f[3]), true
	}
	return m
}

// modRM returns the bytes ModR/M and SIB and the displacement, in the shortest form.
func (m address) modRM(reg byte) []byte {
	const sib = 4 // in place of a base: a byte SIB follows
	code := []byte{reg<<3 | m.base&7}
	if m.indexed {
		code = []byte{reg<<3 | sib, m.index&7<<3 | m.base&7}
	} else if m.base&7 == sib {
		code = append(code, sib<<3|sib)
	}
	switch {
	case m.displacement == 0 && m.base&7 != 5: // base 5 always has a displacement
	case m.displacement < 1<<7:
		code[0] |= 1 << 6
		code = append(code, byte(m.displacement))
	default:
		code[0] |= 2 << 6
		code = binary.LittleEndian.AppendUint32(code, m.displacement)
	}
	return code
}
