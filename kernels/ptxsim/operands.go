package ptxsim

import (
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// This file compiles operands. Each register of a warp lies in one of three register files,
// by its type: up to 32 bits, 64 bits, or predicates. The slot of a register is its index in
// that file.

// register returns the entry's register that operand o names.
func (c *compiler) register(o *syntax.Operand) syntax.Register {
	return c.entry.Registers[o.Register]
}

// fits fails unless register r may hold an operand of type t (PTX ISA 9.4). Their sizes
// must be equal, and their kinds must agree: both integers, both floating-point, or at
// least one untyped. With wider, as in ld, st and cvt, the register may be larger.
func (c *compiler) fits(r syntax.Register, t syntax.Type, wider bool) {
	size, kind := r.Type.Size(), r.Type.Kind()
	if (kind == syntax.Predicate) != (t.Kind() == syntax.Predicate) {
		c.fail("register %s is .%s, but the operand is .%s", r.Name, r.Type, t)
	}
	if size == t.Size() || wider && size > t.Size() && kind != syntax.Float {
		if kind == syntax.Bits || t.Kind() == syntax.Bits || (kind == syntax.Float) == (t.Kind() == syntax.Float) || wider && size > t.Size() && t.Kind() != syntax.Float {
			return
		}
	}
	c.fail("register %s is .%s, but the operand is .%s", r.Name, r.Type, t)
}

// reads records that the current instruction reads a register.
func (c *compiler) reads(register int) { c.out.reads = append(c.out.reads, int32(register)) }

// writes records that the current instruction writes a register.
func (c *compiler) writes(register int) { c.out.writes = append(c.out.writes, int32(register)) }

// source returns the slot of operand i, which the instruction reads as a value of type t.
func (c *compiler) source(i int, t syntax.Type) int { return c.sourceOf(&c.in.Args[i], t, false) }

// sourceOf does the same as source, for operand o. With wider, a register may be larger than
// t.
func (c *compiler) sourceOf(o *syntax.Operand, t syntax.Type, wider bool) int {
	switch o.Kind {
	case syntax.RegisterOperand:
		if o.Not || o.Second >= 0 || o.Register < 0 {
			c.fail("operand %s cannot be negated or paired here", o.Name)
		}
		r := c.register(o)
		c.fits(r, t, wider)
		c.reads(o.Register)
		return c.slots[o.Register]
	case syntax.ImmediateOperand:
		return c.constant(o, t)
	case syntax.SpecialOperand:
		return c.special(o, t)
	case syntax.VariableOperand, syntax.ParamOperand:
		c.fail("only mov and cvta take the address of %s", o.Name)
	}
	c.fail("the operand must be a register or a constant")
	return 0
}

// constant returns the slot of a register that holds immediate operand o, converted to type
// t.
func (c *compiler) constant(o *syntax.Operand, t syntax.Type) int {
	v := o.Bits
	switch {
	case t.Kind() == syntax.Predicate:
		c.fail("a predicate must be a register")
	case o.Literal == syntax.NoType && t.Kind() == syntax.Float:
		c.fail("an integer constant for a .%s operand: write 0f… or a decimal point", t)
	case o.Literal != syntax.NoType && t.Kind() != syntax.Float && (t.Kind() != syntax.Bits || o.Literal.Size() != t.Size()):
		c.fail("a floating-point constant for a .%s operand", t)
	case o.Literal == syntax.F64 && t.Size() == 4:
		v = uint64(bits32(float32(float64frombits(v))))
	case o.Literal == syntax.F32 && t.Size() == 8:
		v = bits64(float64(float32frombits(uint32(v))))
	case o.Literal == syntax.NoType && t.Size() < 8:
		n := 8 * t.Size()
		if s := int64(v); s < -1<<(n-1) || s >= 1<<n {
			c.fail("constant %d does not fit .%s", s, t)
		}
		v &= 1<<n - 1
	}
	return c.immediate(t.Size() == 8, v)
}

// immediate returns the slot of a register that holds v in all lanes from the start. Equal
// values share a register.
func (c *compiler) immediate(long bool, v uint64) int {
	key := immediate{long: long, value: v}
	if slot, ok := c.immediateSlots[key]; ok {
		return slot
	}
	file := &c.words
	if long {
		file = &c.longs
	}
	slot := *file
	*file++
	c.immediateSlots[key] = slot
	c.immediates = append(c.immediates, immediate{long, slot, v})
	return slot
}

// special returns the slot of the special register that operand o names, such as %tid.x.
func (c *compiler) special(o *syntax.Operand, t syntax.Type) int {
	register, ok := specialRegisters[o.Name]
	if !ok {
		c.fail("register %s is not declared", o.Name)
	}
	if t.Size() != 4 || t.Kind() == syntax.Float {
		c.fail("special register %s is .u32, but the operand is .%s", o.Name, t)
	}
	if c.in.Op != "mov" && c.in.Op != "cvt" {
		c.fail("only mov and cvt read special register %s", o.Name)
	}
	slot, ok := c.specialSlots[o.Name]
	if !ok {
		slot = c.words
		c.words++
		c.specialSlots[o.Name] = slot
		c.specials = append(c.specials, special{slot, register})
	}
	return slot
}

// destination returns the slot of operand i, to which the instruction writes a value of type
// t.
func (c *compiler) destination(i int, t syntax.Type) int {
	return c.destinationOf(&c.in.Args[i], t, false)
}

// destinationOf does the same as destination, for operand o. With wider, the register may be
// larger than t.
func (c *compiler) destinationOf(o *syntax.Operand, t syntax.Type, wider bool) int {
	if o.Kind == syntax.SinkOperand {
		return c.sink(t)
	}
	if o.Kind == syntax.SpecialOperand {
		if _, ok := specialRegisters[o.Name]; ok {
			c.fail("special register %s is read-only", o.Name)
		}
		c.fail("register %s is not declared", o.Name)
	}
	if o.Kind != syntax.RegisterOperand || o.Not || o.Second >= 0 {
		c.fail("the destination must be a register")
	}
	if o.Register < 0 {
		return c.sink(t)
	}
	c.fits(c.register(o), t, wider)
	c.writes(o.Register)
	return c.slots[o.Register]
}

// sink returns the slot of a new register that no instruction reads, for a result of type t
// that the code discards.
func (c *compiler) sink(t syntax.Type) int {
	size := c.fileSize(t)
	slot := *size
	*size++
	return slot
}

// predicate returns the slot of predicate operand i and whether it is negated.
func (c *compiler) predicate(i int) (slot int, not bool) {
	o := &c.in.Args[i]
	if o.Kind != syntax.RegisterOperand || o.Register < 0 || o.Second >= 0 {
		c.fail("operand %d must be a predicate", i+1)
	}
	c.fits(c.register(o), syntax.Pred, false)
	c.reads(o.Register)
	return c.slots[o.Register], o.Not
}

// secondPredicate returns the slot of the predicate p in a destination d|p. It returns -1 if
// the destination has no p.
func (c *compiler) secondPredicate(o *syntax.Operand) int {
	if o.Kind != syntax.RegisterOperand || o.Second < 0 {
		return -1
	}
	c.writes(o.Second)
	return c.slots[o.Second]
}

// A special is a special register that a kernel reads, with its slot.
type special struct {
	slot int
	specialRegister
}

// A specialRegister gives the value of a special register in each lane. The value does not
// change while a block runs.
type specialRegister struct {
	value    func(w *warp, lane int) uint32
	perBlock bool // the value differs between blocks, but not between threads of a block
}

// specialRegisters are the supported special registers (PTX ISA chapter 10).
var specialRegisters = map[string]specialRegister{
	"%tid.x":    {value: func(w *warp, lane int) uint32 { return uint32(w.thread(lane).X) }},
	"%tid.y":    {value: func(w *warp, lane int) uint32 { return uint32(w.thread(lane).Y) }},
	"%tid.z":    {value: func(w *warp, lane int) uint32 { return uint32(w.thread(lane).Z) }},
	"%ntid.x":   {value: func(w *warp, _ int) uint32 { return uint32(w.block.launch.block.X) }},
	"%ntid.y":   {value: func(w *warp, _ int) uint32 { return uint32(w.block.launch.block.Y) }},
	"%ntid.z":   {value: func(w *warp, _ int) uint32 { return uint32(w.block.launch.block.Z) }},
	"%ctaid.x":  {value: func(w *warp, _ int) uint32 { return uint32(w.block.index.X) }, perBlock: true},
	"%ctaid.y":  {value: func(w *warp, _ int) uint32 { return uint32(w.block.index.Y) }, perBlock: true},
	"%ctaid.z":  {value: func(w *warp, _ int) uint32 { return uint32(w.block.index.Z) }, perBlock: true},
	"%nctaid.x": {value: func(w *warp, _ int) uint32 { return uint32(w.block.launch.grid.X) }},
	"%nctaid.y": {value: func(w *warp, _ int) uint32 { return uint32(w.block.launch.grid.Y) }},
	"%nctaid.z": {value: func(w *warp, _ int) uint32 { return uint32(w.block.launch.grid.Z) }},
	"%laneid":   {value: func(_ *warp, lane int) uint32 { return uint32(lane) }},
	"%warpid":   {value: func(w *warp, _ int) uint32 { return uint32(w.id) }},
	"%nwarpid":  {value: func(w *warp, _ int) uint32 { return uint32(len(w.block.warps)) }},

	"%lanemask_eq": {value: func(_ *warp, lane int) uint32 { return 1 << lane }},
	"%lanemask_lt": {value: func(_ *warp, lane int) uint32 { return 1<<lane - 1 }},
	"%lanemask_le": {value: func(_ *warp, lane int) uint32 { return 2<<lane - 1 }},
	"%lanemask_gt": {value: func(_ *warp, lane int) uint32 { return ^uint32(2<<lane - 1) }},
	"%lanemask_ge": {value: func(_ *warp, lane int) uint32 { return ^uint32(1<<lane - 1) }},

	"%dynamic_smem_size": {value: func(w *warp, _ int) uint32 { return uint32(w.block.launch.dynamicShared) }},
	"%total_smem_size":   {value: func(w *warp, _ int) uint32 { return uint32(len(w.block.shared)) }},
}

// thread returns the coordinates in the block of the thread that is the given lane of w.
func (w *warp) thread(lane int) gpu.Dim { return w.block.launch.threadIndex(w.id*warpSize + lane) }
