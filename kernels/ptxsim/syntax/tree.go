package syntax

import (
	"fmt"
	"strings"
)

// A File is a PTX module.
type File struct {
	Name      string // as given to Parse
	Version   string // of the ISA, such as "6.3"
	Target    string // such as "sm_70"
	Variables []*Variable
	Entries   []*Entry
}

// Entry returns the entry function of that name, or nil.
func (f *File) Entry(name string) *Entry {
	for _, e := range f.Entries {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// A Space is a state space: a kind of memory (PTX ISA 5.1).
type Space uint8

// The state spaces. A Generic address may point to any of Global, Shared, Const and
// Local.
const (
	Generic Space = iota
	Global
	Shared
	Const
	Local
	ParamSpace
)

var spaceNames = [...]string{"generic", "global", "shared", "const", "local", "param"}

// String returns the space's name: "global".
func (s Space) String() string { return spaceNames[s] }

// ParseSpace returns the state space with that name, and whether it exists.
func ParseSpace(name string) (Space, bool) {
	for s := Global; s <= ParamSpace; s++ {
		if spaceNames[s] == name {
			return s, true
		}
	}
	return Generic, false
}

// A Variable is a named array in memory.
type Variable struct {
	Line   int
	Name   string
	Space  Space
	Type   Type
	Count  int    // number of elements; 0 for `extern .shared x[]`, whose size the launch sets
	Align  int    // in bytes
	Offset int    // in bytes, from the start of its space in the module or entry
	Init   []byte // initial contents; nil means zeros
}

// Size returns the size in bytes.
func (v *Variable) Size() int { return v.Count * v.Type.Size() }

// An Entry is a kernel: a function that the host can launch.
type Entry struct {
	Name       string
	Line       int
	Params     []Param
	ParamBytes int
	// MaxThreads is the shape in .maxntid or .reqntid. It is 0 without either.
	MaxThreads [3]int
	// ExactThreads is set by .reqntid: blocks must have the shape MaxThreads. Otherwise
	// MaxThreads bounds the number of threads.
	ExactThreads bool
	Registers    []Register
	Variables    []*Variable // its shared and local variables, and copies of the module's shared variables that its code names
	SharedBytes  int
	LocalBytes   int // per thread
	Code         []Instruction
	Labels       []Label // ordered by Index
}

// Signature formats the entry as name(type name, …).
func (e *Entry) Signature() string {
	var s strings.Builder
	s.WriteString(e.Name + "(")
	for i, p := range e.Params {
		if i > 0 {
			s.WriteString(", ")
		}
		fmt.Fprintf(&s, "%s %s", p.Type, p.Name)
		if p.Count != 1 {
			fmt.Fprintf(&s, "[%d]", p.Count)
		}
	}
	return s.String() + ")"
}

// A Param is a parameter of a kernel.
type Param struct {
	Line   int
	Name   string
	Type   Type
	Count  int // 1 unless it is an array
	Align  int
	Offset int // in the parameter space, in bytes
}

// Size returns the size in bytes.
func (p Param) Size() int { return p.Count * p.Type.Size() }

// A Register is a virtual register. Each thread has one.
type Register struct {
	Line int
	Name string
	Type Type
}

// A Label marks the instruction with that index in an entry's code.
type Label struct {
	Line  int
	Name  string
	Index int
}

// An Instruction is one operation with its operands.
type Instruction struct {
	Line  int
	Guard Guard
	Op    string   // such as "fma"
	Mods  []string // modifiers, such as "rn", "f32"
	Args  []Operand
	Text  string // as written, on one line and without guard
}

// Opcode returns the operation with its modifiers: "fma.rn.f32".
func (in *Instruction) Opcode() string {
	if len(in.Mods) == 0 {
		return in.Op
	}
	return in.Op + "." + strings.Join(in.Mods, ".")
}

// A Guard makes an instruction conditional: @p, or @!p if Not is set.
type Guard struct {
	Present  bool
	Register int
	Not      bool
}

// An OperandKind is a kind of operand.
type OperandKind uint8

// The kinds of operands.
const (
	RegisterOperand OperandKind = iota + 1
	ImmediateOperand
	SpecialOperand  // a name that begins with % and is no register of the entry, such as %tid.x
	VariableOperand // a variable's address, plus Offset
	ParamOperand    // a parameter's address, plus Offset
	LabelOperand
	AddressOperand // [base+offset]
	VectorOperand  // {a, b}
	SinkOperand    // _
)

// An Operand is an operand of an instruction. Kind decides which fields are valid.
type Operand struct {
	Kind     OperandKind
	Register int  // RegisterOperand
	Second   int  // RegisterOperand: the register p of `d|p`, or -1
	Not      bool // RegisterOperand: the operand is `!p`

	Bits    uint64 // ImmediateOperand: the integer, or the bits of the literal
	Literal Type   // ImmediateOperand: F32 for 0f…, F64 for 0d… and decimal fractions, NoType for integers

	Name     string    // SpecialOperand, LabelOperand; otherwise as written
	Variable *Variable // VariableOperand
	Param    int       // ParamOperand: index
	Target   int       // LabelOperand: index of an instruction

	Elements []Operand // VectorOperand: the elements; AddressOperand: the base
	Offset   int64     // AddressOperand, VariableOperand, ParamOperand: in bytes
}

// Base returns the register, variable, parameter or constant to which the Offset of an
// AddressOperand is added.
func (o *Operand) Base() *Operand { return &o.Elements[0] }
