package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// prefetch emits prefetches of the elements of slices that a step 2048 bytes later
// needs. It speeds up loops over more slices than the hardware prefetcher follows, such
// as the four of Adam, and no others.
func (at step) prefetch(emit func(Mem), bases ...reg.GPVirtual) {
	const ahead = 2048 // bytes; 1024 and 3072 measure the same
	if at.mask != nil {
		return // no step follows the last one
	}
	for _, base := range bases {
		emit(Mem{Base: base, Index: at.i, Scale: 4, Disp: ahead})
	}
}

// forReading prefetches the cache line of m in a shared state.
func forReading(m Mem) { PREFETCHT0(m) }

// forWriting prefetches the cache line of m in an exclusive state. After a prefetch for
// reading, a line that another core holds would need a second request before the write.
func forWriting(m Mem) {
	// PREFETCHW is emitted as bytes because Go's assembler lacks it. Processors
	// without the instruction execute it as a no-op.
	LEAQ(m, reg.RAX)
	for _, b := range []byte{0x0f, 0x0d, 0x08} { // PREFETCHW (AX)
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{U8(b)}, Inputs: []Op{reg.RAX}})
	}
}
