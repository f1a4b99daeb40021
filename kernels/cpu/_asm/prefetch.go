package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// soon asks for the elements of spans that a later step needs. This helps a loop
// over more spans than the processor follows by itself; others it does not.
func (at step) soon(ask func(Mem), bases ...reg.GPVirtual) {
	const ahead = 2048 // bytes; half as much and half as much again are as good
	if at.mask != nil {
		return // the last step
	}
	for _, base := range bases {
		ask(Mem{Base: base, Index: at.i, Scale: 4, Disp: ahead})
	}
}

// toRead asks for the line of the cache that m lies in.
func toRead(m Mem) { PREFETCHT0(m) }

// toWrite asks for a line that will be written. If it was asked for in order to
// be read and another core has had it, the processor would have to ask again
// before it may write.
func toWrite(m Mem) {
	// Go's assembler does not know PREFETCHW, which processors without it take
	// for no operation.
	LEAQ(m, reg.RAX)
	for _, b := range []byte{0x0f, 0x0d, 0x08} { // PREFETCHW (AX)
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{U8(b)}, Inputs: []Op{reg.RAX}})
	}
}
