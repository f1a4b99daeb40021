package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// prefetch emits prefetches of the elements 2048 bytes after the step, in each of the slices
// that begin at bases. It speeds up only loops over more slices than the hardware prefetcher
// follows, such as that of Adam over four.
func (at step) prefetch(emit func(Mem), bases ...reg.GPVirtual) {
	const ahead = 2048 // bytes; 1024 and 3072 measure the same
	if at.mask != nil {
		return // this is the last step
	}
	for _, base := range bases {
		emit(Mem{Base: base, Index: at.i, Scale: 4, Disp: ahead})
	}
}

// forReading emits a prefetch of the cache line of m, as a line that may be shared with other
// cores.
func forReading(m Mem) { PREFETCHT0(m) }

// forWriting emits a prefetch of the cache line of m, as a line that no other core holds. After
// a prefetch for reading, a write to a line that another core holds would need a second
// request.
func forWriting(m Mem) {
	// PREFETCHW is emitted as bytes because Go's assembler lacks it. Processors
	// without the instruction execute it as a no-op.
	LEAQ(m, reg.RAX)
	for _, b := range []byte{0x0f, 0x0d, 0x08} { // PREFETCHW (AX)
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{U8(b)}, Inputs: []Op{reg.RAX}})
	}
}
