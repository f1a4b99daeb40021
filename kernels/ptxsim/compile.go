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
// Each instruction is one closure that executes it for all lanes of a warp. The compiler
// resolves operands to slots in the warp's register files, and puts immediates and special
// registers into slots of their own. Executing an instruction therefore decodes nothing.
type kernel struct {
	entry  *syntax.Entry
	file   string
	number uint32 // of the first instruction, see storers
	params []gpu.Param
	code   []instruction // those of the entry, and an exit

	// Sizes of a warp's register files, and the registers with preset values.
	words, longs, predicates int
	immediates               []immediate
	specials                 []special

	sites         int  // number of memory instructions
	serial        bool // uses atomics or fences in global memory: blocks run one after another
	fences        bool // has fences, acquire or release
	sharedGrain   uint // log2 of the bytes of a cell of shared memory: 2, or 0 if there are accesses of less than a word
	constants     []byte
	globalAddress map[*syntax.Variable]uint64
}

// An exec executes an instruction for the lanes in m, which is not 0.
type exec func(w *warp, m uint32)

// A flow tells which instruction comes next.
type flow uint8

const (
	next flow = iota
	branch
	barrier
	exit
)

type instruction struct {
	exec     exec
	flow     flow
	kind     Kind
	guardNot bool
	uniform  bool // bra.uni
	// storesOnly is set if traffic in global memory counts as stores: st, red.
	storesOnly bool
	guard      int32   // slot of the predicate, or -1
	target     int     // of a branch: index of an instruction
	reads      []int32 // indices of the registers that it reads; the guard is first
	writes     []int32
}

type immediate struct {
	long  bool
	slot  int
	value uint64
}

// A compiler translates one entry function.
type compiler struct {
	*kernel
	slots []int // for each of the entry's registers, its index in its file
	in    *syntax.Instruction
	mods  []string // modifiers of in that have not been consumed
	out   *instruction

	approximation  Approximation
	immediateSlots map[immediate]int // slots of the immediates so far; the keys have slot 0
	specialSlots   map[string]int    // slots of the special registers so far
}

// compileEntry returns the kernel, or an error for each instruction that is wrong.
func compileEntry(file *syntax.File, entry *syntax.Entry, constants []byte, globals map[*syntax.Variable]uint64, a Approximation) (*kernel, syntax.Errors) {
	c := &compiler{
		kernel:         &kernel{entry: entry, file: file.Name, constants: constants, globalAddress: globals, sharedGrain: 2},
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

// fileSize returns the size of the register file for registers of type t.
func (c *compiler) fileSize(t syntax.Type) *int {
	switch t.Size() {
	case 0:
		return &c.predicates
	case 8:
		return &c.longs
	}
	return &c.words
}

// fail ends the compilation of the current instruction with an error.
func (c *compiler) fail(format string, args ...any) {
	panic(&syntax.Error{Msg: c.in.Opcode() + ": " + fmt.Sprintf(format, args...)})
}

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

// A form compiles instructions that are not scalars: those whose operands vary, or that
// access memory, other lanes or the flow of control.
type form func(c *compiler) exec

var forms map[string]form

func init() {
	// A composite literal would be an initialization cycle: forms refer to the table.
	forms = map[string]form{
		"mov": (*compiler).mov, "selp": (*compiler).selp, "cvt": (*compiler).cvt, "cvta": (*compiler).cvta,
		"setp": (*compiler).setp, "set": (*compiler).set, "slct": (*compiler).slct, "testp": (*compiler).testp,
		"and": (*compiler).logic, "or": (*compiler).logic, "xor": (*compiler).logic, "not": (*compiler).logic,
		"ld": (*compiler).load, "st": (*compiler).store, "atom": (*compiler).atomic, "red": (*compiler).atomic,
		"prefetch": (*compiler).prefetch,
		"bra":      (*compiler).bra, "ret": (*compiler).exit, "exit": (*compiler).exit, "trap": (*compiler).trap,
		"bar": (*compiler).bar, "barrier": (*compiler).bar, "membar": (*compiler).fence, "fence": (*compiler).fence,
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

// scalar compiles an instruction that computes each lane by itself. The table scalars
// lists these instructions by their full spelling.
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

// similar returns the end of an error text, with known spellings of the same operation.
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

// checkDivisor returns an exec that faults if a divisor is 0, and otherwise calls do.
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
