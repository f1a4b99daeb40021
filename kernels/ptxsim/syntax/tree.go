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

// The state spaces. Generic is not a memory of its own: a generic address is an address in
// Global, Shared, Const or Local memory.
const (
	Generic    Space = iota
	Global           // shared by all threads
	Shared           // of one block
	Const            // read-only, of the module
	Local            // of one thread
	ParamSpace       // the arguments of a launch
)

var spaceNames = [...]string{"generic", "global", "shared", "const", "local", "param"}

// String returns the space's name: "global".
func (s Space) String() string { return spaceNames[s] }

// ParseSpace returns the state space of that name, such as "global", and whether it exists.
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
	// MaxThreads holds the numbers of threads along X, Y and Z that .maxntid or .reqntid
	// states. They are 0 without either directive.
	MaxThreads [3]int
	// ExactThreads is set by .reqntid: a block must have exactly the shape MaxThreads.
	// With .maxntid, a block has at most the number of threads that the shape
	// MaxThreads has.
	ExactThreads bool
	Registers    []Register
	Variables    []*Variable // shared and local variables of the entry, and copies of those shared variables of the module that its code names
	SharedBytes  int         // size of the shared variables, without the dynamic ones
	LocalBytes   int         // size of the local variables, of one thread
	Code         []Instruction
	Labels       []Label // in ascending order of Index
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
	Type   Type // of an element
	Count  int  // number of elements; 1 unless the parameter is an array
	Align  int  // in bytes
	Offset int  // in bytes, from the start of the entry's parameters
}

// Size returns the size in bytes.
func (p Param) Size() int { return p.Count * p.Type.Size() }

// A Register is a virtual register of an entry. Each thread has its own value of it.
type Register struct {
	Line int
	Name string
	Type Type
}

// A Label marks an instruction as the target of branches.
type Label struct {
	Line  int
	Name  string
	Index int // index of the instruction in Code; len(Code) for a label at the end
}

// An Instruction is one operation with its operands.
type Instruction struct {
	Line  int
	Guard Guard
	Op    string    // opcode without modifiers, such as "fma"
	Mods  []string  // modifiers, such as "rn", "f32"
	Args  []Operand // in the order of the source text
	Text  string    // as written, on one line and without guard
}

// Opcode returns the operation with its modifiers: "fma.rn.f32".
func (in *Instruction) Opcode() string {
	if len(in.Mods) == 0 {
		return in.Op
	}
	return in.Op + "." + strings.Join(in.Mods, ".")
}

// A Guard makes an instruction conditional: only threads whose predicate p holds execute it.
type Guard struct {
	Present  bool
	Register int  // index of the predicate p in Entry.Registers
	Not      bool // @!p instead of @p: only threads whose p does not hold execute it
}

// An OperandKind is a kind of operand.
type OperandKind uint8

// The kinds of operands.
const (
	RegisterOperand OperandKind = iota + 1
	ImmediateOperand
	SpecialOperand  // a name that begins with % and is not a register of the entry, such as %tid.x
	VariableOperand // a variable's address, plus Offset
	ParamOperand    // a parameter's address, plus Offset
	LabelOperand    // a label, the target of a branch
	AddressOperand  // [base+offset]: the memory at an address
	VectorOperand   // {a, b}
	SinkOperand     // _: a result that is discarded
)

// An Operand is an operand of an instruction. The comment of each field names the kinds of
// operands that have it.
type Operand struct {
	Kind     OperandKind
	Register int  // RegisterOperand: index in Entry.Registers; -1 for the `_` of `_|p`
	Second   int  // RegisterOperand: index of the register p of `d|p`, or -1
	Not      bool // RegisterOperand: the operand is `!p`

	Bits    uint64 // ImmediateOperand: the integer, or the bits of the literal
	Literal Type   // ImmediateOperand: F32 for 0f…, F64 for 0d… and decimal fractions, NoType for integers

	Name     string    // all kinds of operands that are a name: the name as written
	Variable *Variable // VariableOperand
	Param    int       // ParamOperand: index in Entry.Params
	Target   int       // LabelOperand: index in Entry.Code

	Elements []Operand // VectorOperand: the elements; AddressOperand: the base
	Offset   int64     // AddressOperand, VariableOperand, ParamOperand: in bytes
}

// Base returns the register, variable, parameter or constant to which the Offset of an
// AddressOperand is added.
func (o *Operand) Base() *Operand { return &o.Elements[0] }
