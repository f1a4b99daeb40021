package ptxsim

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A kernel is a compiled entry function.
//
// The compiler turns each instruction into one closure, an exec, which executes it for all
// lanes of a warp that take part. A warp has three register files: words of up to 32 bits,
// longs of 64 bits, and predicates. A slot is the index of a register in its file. The
// compiler resolves operands to slots, and gives immediates (constants in the code) and
// special registers slots of their own. Executing an instruction therefore decodes nothing.
type kernel struct {
	entry  *syntax.Entry
	file   string // name
	number uint32 // number of the first instruction among those of all kernels, see storers
	params []gpu.Param
	code   []instruction // one for each instruction of the entry, then an exit

	// Sizes of a warp's register files, and the registers with preset values.
	words, longs, predicates int
	immediates               []immediate
	specials                 []special

	sites  int  // number of memory instructions
	serial bool // has a strong access to global or generic addresses, or a fence beyond a block: blocks run one after another
	fences bool // has fences, acquire or release
	// sharedGrain is log2 of the bytes of a cell of shared memory (see race.go): 2, or
	// 0 if an access of less than a word may go to shared memory.
	sharedGrain   uint
	constants     []byte                      // contents of constant memory
	globalAddress map[*syntax.Variable]uint64 // address of each .global variable
}

// An exec executes an instruction for the lanes in m, which is not 0.
type exec func(w *warp, m uint32)

// A flow tells how an instruction affects the flow of control.
type flow uint8

const (
	next    flow = iota // the next instruction follows
	branch              // the lanes jump to a target
	barrier             // the warp may have to wait
	exit                // the lanes end
)

// An instruction is one compiled instruction.
type instruction struct {
	exec     exec // nil for branch and exit
	flow     flow
	kind     Kind
	guardNot bool // the guard is negated: @!p
	uniform  bool // bra.uni
	// storesOnly is set for st and red, whose traffic in global memory counts as stores.
	storesOnly bool
	guard      int32   // slot of the guard's predicate, or -1 without a guard
	target     int     // of a branch: index of an instruction
	reads      []int32 // registers that the instruction reads, as indices in the entry; a guard is first
	writes     []int32 // registers that the instruction writes, as indices in the entry
}

// An immediate is a constant in the code. Every lane of the register at slot holds it from
// the start.
type immediate struct {
	long  bool // the register has 64 bits
	slot  int
	value uint64
}

// A compiler translates one entry function. While it compiles an instruction, in is the
// parsed instruction and out the result. The methods that consume a modifier take it from
// the front of mods.
type compiler struct {
	*kernel
	slots []int // for each of the entry's registers, its slot
	in    *syntax.Instruction
	mods  []string // modifiers of in that have not been consumed
	out   *instruction

	version        float64 // .version of the file
	target         int     // .target of the file: 70 for sm_70
	approximation  Approximation
	immediateSlots map[immediate]int // slots of the immediates so far; the keys have slot 0
	specialSlots   map[string]int    // slots of the special registers so far
}

// compileEntry returns the compiled entry function, or an error for each instruction that
// does not compile and for each memory that is too large. constants and globals are the
// results of GPU.place.
func compileEntry(file *syntax.File, entry *syntax.Entry, constants []byte, globals map[*syntax.Variable]uint64, a Approximation) (*kernel, syntax.Errors) {
	version, target := header(file)
	c := &compiler{
		kernel:         &kernel{entry: entry, file: file.Name, constants: constants, globalAddress: globals, sharedGrain: 2},
		version:        version,
		target:         target,
		approximation:  a,
		immediateSlots: map[immediate]int{},
		specialSlots:   map[string]int{},
	}
	for _, p := range entry.Params {
		typ := p.Type.String()
		if p.Count != 1 {
			typ = fmt.Sprintf("%s[%d]", typ, p.Count)
		}
		c.params = append(c.params, gpu.Param{Name: p.Name, Type: typ})
	}
	for _, r := range entry.Registers {
		size := c.fileSize(r.Type)
		c.slots = append(c.slots, *size)
		*size++
	}
	var errs syntax.Errors
	if entry.SharedBytes > maxSharedBytes {
		errs = append(errs, &syntax.Error{File: file.Name, Line: entry.Line,
			Msg: fmt.Sprintf("kernel %s declares %d bytes of shared memory; want at most %d", entry.Name, entry.SharedBytes, maxSharedBytes)})
	}
	if entry.LocalBytes > maxLocalBytes {
		errs = append(errs, &syntax.Error{File: file.Name, Line: entry.Line,
			Msg: fmt.Sprintf("kernel %s declares %d bytes of local memory per thread; want at most %d", entry.Name, entry.LocalBytes, maxLocalBytes)})
	}
	c.code = make([]instruction, len(entry.Code)+1)
	for i := range entry.Code {
		c.in, c.out = &entry.Code[i], &c.code[i]
		if err := c.instruction(); err != nil {
			err.File, err.Line = file.Name, c.in.Line
			errs = append(errs, err)
		}
	}
	c.code[len(entry.Code)] = instruction{flow: exit, guard: -1, kind: Control}
	if len(errs) > 0 {
		return nil, errs
	}
	return c.kernel, nil
}

// fileSize returns the variable with the present size of the register file that holds
// registers of type t.
func (c *compiler) fileSize(t syntax.Type) *int {
	switch t.Size() {
	case 0:
		return &c.predicates
	case 8:
		return &c.longs
	}
	return &c.words
}

// fail ends the compilation of the current instruction with an error. It panics with a
// *syntax.Error, which the method instruction recovers.
func (c *compiler) fail(format string, args ...any) {
	panic(&syntax.Error{Msg: c.in.Opcode() + ": " + fmt.Sprintf(format, args...)})
}

// instruction compiles c.in to c.out.
func (c *compiler) instruction() (err *syntax.Error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *syntax.Error:
			err = e
		default:
			panic(e)
		}
	}()
	in, out := c.in, c.out
	out.guard = -1
	if in.Guard.Present {
		out.guard, out.guardNot = int32(c.slots[in.Guard.Register]), in.Guard.Not
		out.reads = append(out.reads, int32(in.Guard.Register))
	}
	c.mods = in.Mods
	if compile, ok := forms[in.Op]; ok {
		out.kind = formKinds[in.Op]
		out.exec = compile(c)
		if len(c.mods) > 0 {
			c.fail("modifier .%s is unknown or misplaced", c.mods[0])
		}
	} else {
		c.scalar()
	}
	return nil
}

// A form compiles the current instruction. Instructions need a form if the table scalars
// cannot describe them: they take varying operands, or they access memory, other lanes or
// the flow of control.
type form func(c *compiler) exec

// forms holds the form of each operation, by the opcode without modifiers.
var forms map[string]form

func init() {
	forms = map[string]form{
		"mov": (*compiler).mov, "selp": (*compiler).selp, "cvt": (*compiler).cvt, "cvta": (*compiler).cvta,
		"setp": (*compiler).setp, "set": (*compiler).set, "slct": (*compiler).slct, "testp": (*compiler).testp,
		"and": (*compiler).logic, "or": (*compiler).logic, "xor": (*compiler).logic, "not": (*compiler).logic,
		"ld": (*compiler).load, "st": (*compiler).store, "atom": (*compiler).atomic, "red": (*compiler).atomic,
		"prefetch": (*compiler).prefetch,
		"bra":      (*compiler).bra, "ret": (*compiler).exit, "exit": (*compiler).exit, "trap": (*compiler).trap,
		"bar": (*compiler).bar, "barrier": (*compiler).bar, "membar": (*compiler).fence, "fence": (*compiler).fence,
		"mma":  (*compiler).mma,
		"shfl": (*compiler).shfl, "vote": (*compiler).vote, "match": (*compiler).match, "activemask": (*compiler).activemask,
	}
}

// mod consumes the next modifier and returns it if it is one of names. Otherwise it
// returns "".
func (c *compiler) mod(names ...string) string {
	if len(c.mods) > 0 && slices.Contains(names, c.mods[0]) {
		m := c.mods[0]
		c.mods = c.mods[1:]
		return m
	}
	return ""
}

// need consumes the next modifier, which must be one of names.
func (c *compiler) need(names ...string) string {
	m := c.mod(names...)
	if m == "" {
		c.fail("needs .%s", strings.Join(names, " or ."))
	}
	return m
}

// typ consumes the next modifier, which must be a type of one of the given sizes in
// bytes.
func (c *compiler) typ(sizes ...int) syntax.Type {
	if len(c.mods) == 0 {
		c.fail("needs a type")
	}
	t := syntax.ParseType(c.mods[0])
	if t == syntax.NoType || !slices.Contains(sizes, t.Size()) {
		c.fail("modifier .%s is unknown, or a type that the instruction does not take", c.mods[0])
	}
	c.mods = c.mods[1:]
	return t
}

// args checks that the number of operands is between least and most.
func (c *compiler) args(least, most int) {
	switch n := len(c.in.Args); {
	case n < least || n > most:
		if least == most {
			c.fail("takes %d operands, not %d", least, n)
		}
		c.fail("takes %d to %d operands, not %d", least, most, n)
	}
}

// scalar compiles an instruction whose result in a lane depends only on the operands in that
// lane. The table scalars lists these instructions by opcode with all modifiers.
func (c *compiler) scalar() {
	opcode := c.in.Opcode()
	s, ok := scalars[opcode]
	if !ok {
		c.fail("unknown instruction%s", similar(opcode))
	}
	c.args(1+len(s.operands), 1+len(s.operands))
	if c.in.Op == "lop3" && c.in.Args[4].Kind != syntax.ImmediateOperand {
		c.fail("the truth table must be a constant")
	}
	c.out.kind = s.kind
	var slots [4]int
	for i, t := range s.operands {
		slots[i] = c.source(i+1, t)
	}
	d := c.destination(0, s.result)
	if s.approximation != nil {
		s.function = s.approximation(c.approximation)
	}
	if fast, ok := vectors[opcode]; ok {
		c.out.exec = fast(d, slots)
	} else {
		c.out.exec = s.lanes(d, slots)
	}
	if s.divides {
		c.out.exec = checkDivisor(c.out.exec, slots[1], s.result.Size() == 8)
	}
	c.mods = nil
}

// similar returns the end of an error text about an unknown opcode: up to eight known opcodes
// of the same operation, or "".
func similar(opcode string) string {
	op, _, _ := strings.Cut(opcode, ".")
	var known []string
	for s := range scalars {
		if strings.HasPrefix(s, op+".") {
			known = append(known, s)
		}
	}
	if len(known) == 0 {
		return ""
	}
	sort.Strings(known)
	if len(known) > 8 {
		known = append(known[:8], "…")
	}
	return "; did you mean one of " + strings.Join(known, ", ")
}

// checkDivisor returns an exec that calls do. In a checked launch it faults first if a lane's
// divisor is 0. slot is that of the divisor, a register of 64 bits if long is set.
func checkDivisor(do exec, slot int, long bool) exec {
	return func(w *warp, m uint32) {
		if !w.block.launch.options.Unchecked {
			for lane := range lanesOf(m) {
				if long && w.x[slot][lane] == 0 || !long && w.r[slot][lane] == 0 {
					w.fault(DivisionByZero, lane, 0, "the divisor is 0, so the result is unspecified")
				}
			}
		}
		do(w, m)
	}
}
