package ptxsim

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/gpu"
)

// A Fault is the error of a launch whose kernel made a mistake while it ran.
type Fault struct {
	Kind        FaultKind
	File        string
	Line        int     // of the instruction, or of the kernel's name at the end of the kernel
	Kernel      string  // name
	Block       gpu.Dim // coordinates in the grid
	Thread      gpu.Dim // coordinates in the block
	Grid        gpu.Dim // number of blocks along each axis
	BlockSize   gpu.Dim // number of threads along each axis
	Instruction string  // as written in the file; empty at the end of the kernel
	Address     uint64  // of the access; 0 if the fault is not about memory
	Detail      string  // what exactly went wrong, for a person to read
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

// A FaultKind classifies faults.
type FaultKind uint8

// The kinds of faults.
const (
	OutOfBounds       FaultKind = iota + 1 // an access outside of memory, or a write of constant memory
	NullPointer                            // an access to global memory below address 2²⁰
	Misaligned                             // an address that is not a multiple of the size of the whole access
	Uninitialized                          // memory or a register read before it was written
	Race                                   // unordered accesses of two threads, at least one a write
	BarrierDivergence                      // a barrier that not all expected threads reach
	LaneDivergence                         // shfl, vote, match, bar.warp.sync or bra.uni with lanes missing
	ReadOnlyWritten                        // ld.global.nc of a word that the same launch has written
	DivisionByZero                         // of integers
	InvalidOperand                         // an operand whose value the instruction does not allow
	Trap                                   // the trap instruction
	Endless                                // more branches than Options.MaxBranches
)

var faultNames = [...]string{
	OutOfBounds: "access out of bounds", NullPointer: "null pointer", Misaligned: "misaligned access",
	Uninitialized: "uninitialized read", Race: "race", BarrierDivergence: "divergent barrier",
	LaneDivergence: "divergent lanes", ReadOnlyWritten: "read-only data written",
	DivisionByZero: "division by zero", InvalidOperand: "invalid operand", Trap: "trap", Endless: "endless loop",
}

// String describes the kind in a few words.
func (k FaultKind) String() string {
	if int(k) < len(faultNames) && k > 0 {
		return faultNames[k]
	}
	return fmt.Sprintf("FaultKind(%d)", uint8(k))
}

// fault ends the launch with a fault of the given lane at the current instruction. address is
// that of the access, or 0. format and args give the detail. fault panics with a *Fault,
// which block.run recovers.
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
