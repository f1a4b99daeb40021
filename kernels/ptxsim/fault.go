package ptxsim

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/gpu"
)

// A Fault is a mistake that a kernel made while it ran.
type Fault struct {
	Kind        FaultKind
	File        string
	Line        int
	Kernel      string
	Block       gpu.Dim // index in the grid
	Thread      gpu.Dim // index in the block
	Grid        gpu.Dim // blocks of the launch
	BlockSize   gpu.Dim // threads of a block
	Instruction string  // as written; empty if the fault is no instruction's
	Address     uint64  // where memory is concerned
	Detail      string
}

// Error formats the fault, file and line first.
func (f *Fault) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s:%d: kernel %s, block (%d,%d,%d) of %v, thread (%d,%d,%d) of %v: %s: %s", f.File, f.Line, f.Kernel,
		f.Block.X, f.Block.Y, f.Block.Z, f.Grid, f.Thread.X, f.Thread.Y, f.Thread.Z, f.BlockSize, f.Kind, f.Detail)
	if f.Instruction != "" {
		fmt.Fprintf(&s, " [%s]", f.Instruction)
	}
	return s.String()
}

// A FaultKind is a class of mistakes.
type FaultKind uint8

// The mistakes that are found in running kernels.
const (
	OutOfBounds       FaultKind = iota + 1
	NullPointer                 // an access near address 0
	Misaligned                  // to the size of the whole access, vectors included
	Uninitialized               // memory or a register read before it was written
	Race                        // two threads, one of them writing, nothing that orders them
	BarrierDivergence           // bar.sync not reached by all threads it waits for
	LaneDivergence              // shfl, vote, match with lanes that are not there
	ReadOnlyWritten             // ld.global.nc of what the same launch has written
	DivisionByZero              // of integers
	InvalidOperand              // a value that the instruction does not allow
	Trap                        // the trap instruction
	Endless                     // more branches than Options.MaxBranches
)

var faultNames = [...]string{
	OutOfBounds: "access out of bounds", NullPointer: "null pointer", Misaligned: "misaligned access",
	Uninitialized: "uninitialised read", Race: "race", BarrierDivergence: "divergent barrier",
	LaneDivergence: "divergent lanes", ReadOnlyWritten: "read-only data written",
	DivisionByZero: "division by zero", InvalidOperand: "invalid operand", Trap: "trap", Endless: "endless loop",
}

// String names the class of mistakes.
func (k FaultKind) String() string {
	if int(k) < len(faultNames) && k > 0 {
		return faultNames[k]
	}
	return fmt.Sprintf("FaultKind(%d)", uint8(k))
}

// fault ends the launch with a fault of the given lane at the current
// instruction. It does not return.
func (w *warp) fault(kind FaultKind, lane int, address uint64, format string, args ...any) {
	l := w.block.launch
	k := l.kernel
	f := &Fault{
		Kind: kind, File: k.file, Line: k.entry.Line, Kernel: k.entry.Name,
		Block: w.block.index, Thread: w.thread(lane), Grid: l.grid, BlockSize: l.block,
		Address: address, Detail: fmt.Sprintf(format, args...),
	}
	if w.pc < len(k.entry.Code) {
		f.Line, f.Instruction = k.entry.Code[w.pc].Line, k.entry.Code[w.pc].Text
	}
	panic(f)
}
