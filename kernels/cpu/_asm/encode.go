package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// opcodes has the instructions that Go's assembler lacks. Each has three ZMM registers as its
// operands, and is encoded as EVEX.512.pp.0F38.W0 opcode /r (Intel SDM, volume 2, section
// 2.7).
var opcodes = map[string]struct{ pp, opcode byte }{
	"VDPBF16PS":      {2, 0x52}, // prefix F3
	"VCVTNE2PS2BF16": {3, 0x72}, // prefix F2
}

var unknownLine = regexp.MustCompile(`(?m)^\t(\w+) +Z(\d+), Z(\d+), Z(\d+)$`)

// encode replaces each instruction of opcodes in an assembly file by its bytes. The
// instruction itself stays as a comment, which a test compares with the bytes.
func encode(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	encoded := unknownLine.ReplaceAllStringFunc(string(text), func(line string) string {
		f := unknownLine.FindStringSubmatch(line)
		o, ok := opcodes[f[1]]
		if !ok {
			return line
		}
		var z [3]byte
		for i, number := range f[2:] {
			n, err := strconv.ParseUint(number, 10, 5)
			if err != nil {
				panic(err) // unreachable: avo prints registers Z0 to Z31
			}
			z[i] = byte(n)
		}
		var b []string
		for _, v := range evex(o.pp, o.opcode, z[2], z[1], z[0]) {
			b = append(b, fmt.Sprintf("BYTE $0x%02x", v))
		}
		return fmt.Sprintf("\t%s // %s Z%d, Z%d, Z%d", strings.Join(b, "; "), f[1], z[0], z[1], z[2])
	})
	return os.WriteFile(file, []byte(encoded), 0o666)
}

// evex returns the bytes of an instruction with the ZMM registers dst, a and b, in the order
// of Intel's manual. The prefix holds the upper bits of register numbers, inverted: bits 3 and
// 4 of dst as R and R′, bits 3 and 4 of b as B and X, and all five of a as vvvv and V′.
func evex(pp, opcode, dst, a, b byte) [6]byte {
	bit := func(v, n byte) byte { return ^v >> n & 1 }
	const map0F38, present, length512 = 2, 1 << 2, 2 << 5
	return [6]byte{
		0x62,
		bit(dst, 3)<<7 | bit(b, 4)<<6 | bit(b, 3)<<5 | bit(dst, 4)<<4 | map0F38,
		^a&15<<3 | present | pp,
		length512 | bit(a, 4)<<3,
		opcode,
		3<<6 | dst&7<<3 | b&7,
	}
}
