package ptxsim

import (
	"math/bits"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// mov compiles mov.type d, a: a move of a value, of a variable's address, or between a
// register and a vector of narrower registers.
func (c *compiler) mov() exec {
	typ := c.typ(0, 2, 4, 8)
	c.args(2, 2)
	d, a := &c.in.Args[0], &c.in.Args[1]
	switch {
	case d.Kind == syntax.VectorOperand:
		return c.unpack(typ)
	case a.Kind == syntax.VectorOperand:
		return c.pack(typ)
	case a.Kind == syntax.VariableOperand:
		return moveLanes(c.destination(0, typ), c.address(a, typ, false), typ)
	case typ == syntax.Pred:
		src, not := c.predicate(1)
		dst := c.destination(0, typ)
		return func(w *warp, m uint32) {
			p := w.p[src]
			if not {
				p = ^p
			}
			w.p[dst] = w.p[dst]&^m | p&m
		}
	}
	src := c.source(1, typ)
	return moveLanes(c.destination(0, typ), src, typ)
}

// moveLanes returns the exec that copies the register at slot a to slot d.
func moveLanes(d, a int, typ syntax.Type) exec {
	if typ.Size() == 8 {
		return func(w *warp, m uint32) { copyLanes(&w.x[d], &w.x[a], m) }
	}
	return func(w *warp, m uint32) { copyLanes(&w.r[d], &w.r[a], m) }
}

// copyLanes copies the lanes in m from src to dst.
func copyLanes[T word](dst, src *[warpSize]T, m uint32) {
	if m == allLanes {
		*dst = *src
		return
	}
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		dst[i] = src[i]
	}
}

// address returns the slot of a register that holds the address of variable operand o from
// the start: a generic address if generic is set, else an address in the variable's space.
func (c *compiler) address(o *syntax.Operand, typ syntax.Type, generic bool) int {
	v := o.Variable
	if typ.Kind() == syntax.Float || typ.Size() < 4 || typ.Size() == 4 && v.Space == syntax.Global {
		c.fail("the address of .%s variable %s is not .%s", v.Space, v.Name, typ)
	}
	at := uint64(v.Offset)
	if v.Space == syntax.Global {
		at = c.globalAddress[v]
	}
	at += uint64(o.Offset)
	if generic {
		at += windows[v.Space]
	}
	return c.immediate(typ.Size() == 8, at)
}

// elements returns the number of elements of vector operand o of mov, and the type of one
// element. typ is the type of all elements together.
func (c *compiler) elements(o *syntax.Operand, typ syntax.Type) (n int, element syntax.Type) {
	n = len(o.Elements)
	if typ.Kind() != syntax.Bits || typ.Size()/n < 2 {
		c.fail("cannot move a vector of %d", n)
	}
	return n, map[int]syntax.Type{2: syntax.B16, 4: syntax.B32}[typ.Size()/n]
}

// pack compiles mov.type d, {a, …}: the first element becomes the low bits of register d.
func (c *compiler) pack(typ syntax.Type) exec {
	o := &c.in.Args[1]
	n, element := c.elements(o, typ)
	src := make([]int, n)
	for i := range src {
		src[i] = c.sourceOf(&o.Elements[i], element, false)
	}
	d, width := c.destination(0, typ), 8*element.Size()
	return func(w *warp, m uint32) {
		for lane := range lanesOf(m) {
			var v uint64
			for i, s := range src {
				v |= uint64(w.r[s][lane]) << (i * width)
			}
			if typ.Size() == 8 {
				w.x[d][lane] = v
			} else {
				w.r[d][lane] = uint32(v)
			}
		}
	}
}

// unpack compiles mov.type {d, …}, a: the first element gets the low bits of register a.
func (c *compiler) unpack(typ syntax.Type) exec {
	o := &c.in.Args[0]
	n, element := c.elements(o, typ)
	a := c.source(1, typ)
	dst := make([]int, n)
	for i := range dst {
		dst[i] = c.destinationOf(&o.Elements[i], element, false)
	}
	width := 8 * element.Size()
	return func(w *warp, m uint32) {
		for lane := range lanesOf(m) {
			v := uint64(0)
			if typ.Size() == 8 {
				v = w.x[a][lane]
			} else {
				v = uint64(w.r[a][lane])
			}
			for i, d := range dst {
				w.r[d][lane] = uint32(v>>(i*width)) & (1<<width - 1)
			}
		}
	}
}

// cvta compiles cvta{.to}.space.size d, a. Without .to it converts an address in the space
// to a generic address. With .to it converts a generic address to an address in the space.
func (c *compiler) cvta() exec {
	to := c.mod("to") != ""
	space, _ := syntax.ParseSpace(c.need("global", "shared", "local", "const"))
	typ := c.typ(4, 8)
	if typ != syntax.U64 && typ != syntax.B64 {
		c.fail("addresses are .u64")
	}
	c.args(2, 2)
	if o := &c.in.Args[1]; o.Kind == syntax.VariableOperand {
		if to || o.Variable.Space != space {
			c.fail("%s is a .%s variable", o.Name, o.Variable.Space)
		}
		return moveLanes(c.destination(0, typ), c.address(o, typ, true), typ)
	}
	a, d := c.source(1, typ), c.destination(0, typ)
	delta := windows[space]
	if to {
		delta = -delta
	}
	if delta == 0 {
		return moveLanes(d, a, typ)
	}
	return lanes1(d, a, func(v uint64) uint64 { return v + delta })
}

// selp compiles selp.type d, a, b, p: d = a where p holds, else b.
func (c *compiler) selp() exec {
	typ := c.typ(2, 4, 8)
	c.args(4, 4)
	a, b := c.source(1, typ), c.source(2, typ)
	p, not := c.predicate(3)
	d := c.destination(0, typ)
	if not {
		a, b = b, a
	}
	if typ.Size() == 8 {
		return func(w *warp, m uint32) { selectLanes(&w.x[d], &w.x[a], &w.x[b], w.p[p], m) }
	}
	return func(w *warp, m uint32) { selectLanes(&w.r[d], &w.r[a], &w.r[b], w.p[p], m) }
}

// selectLanes sets d = a in the lanes of m that are in mask p, and d = b in the others of m.
func selectLanes[T word](d, a, b *[warpSize]T, p, m uint32) {
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		if p>>i&1 != 0 {
			d[i] = a[i]
		} else {
			d[i] = b[i]
		}
	}
}

// slct compiles slct{.ftz}.type.ctype d, a, b, c: d = a where c ≥ 0, else b.
func (c *compiler) slct() exec {
	ftz := c.mod("ftz") != ""
	typ, by := c.typ(2, 4, 8), c.typ(4)
	if by != syntax.S32 && by != syntax.F32 || ftz && by != syntax.F32 {
		c.fail("selects by .s32 or .f32")
	}
	c.args(4, 4)
	a, b, sel := c.source(1, typ), c.source(2, typ), c.source(3, by)
	d := c.destination(0, typ)
	return func(w *warp, m uint32) {
		var p uint32
		for i := range lanesOf(m) {
			v := w.r[sel][i]
			x := float32frombits(v)
			if by == syntax.S32 && int32(v) >= 0 || by == syntax.F32 && (x >= 0 || ftz && flush(x) == 0) {
				p |= 1 << i
			}
		}
		if typ.Size() == 8 {
			selectLanes(&w.x[d], &w.x[a], &w.x[b], p, m)
		} else {
			selectLanes(&w.r[d], &w.r[a], &w.r[b], p, m)
		}
	}
}

// logic compiles and, or, xor and not, of registers and of predicates.
func (c *compiler) logic() exec {
	typ := c.typ(0, 2, 4, 8)
	if typ.Kind() != syntax.Bits && typ != syntax.Pred {
		c.fail("is for untyped bits: .b32 instead of .%s", typ)
	}
	op := c.in.Op
	operands := 2
	if op == "not" {
		operands = 1
	}
	c.args(1+operands, 1+operands)
	if typ == syntax.Pred {
		return c.predicateLogic(op, operands)
	}
	a := c.source(1, typ)
	b := a
	if operands == 2 {
		b = c.source(2, typ)
	}
	d := c.destination(0, typ)
	if typ.Size() == 8 {
		return func(w *warp, m uint32) { logicLanes(op, &w.x[d], &w.x[a], &w.x[b], m, ^uint64(0)) }
	}
	width := uint32(1<<(8*typ.Size()) - 1)
	return func(w *warp, m uint32) { logicLanes(op, &w.r[d], &w.r[a], &w.r[b], m, width) }
}

// logicLanes sets d to a op b, or to not a, in the lanes of m. width masks the bits that the
// instruction's type has, so that not keeps the other bits 0.
func logicLanes[T word](op string, d, a, b *[warpSize]T, m uint32, width T) {
	var r [warpSize]T
	switch op {
	case "and":
		for i := range r {
			r[i] = a[i] & b[i]
		}
	case "or":
		for i := range r {
			r[i] = a[i] | b[i]
		}
	case "xor":
		for i := range r {
			r[i] = a[i] ^ b[i]
		}
	default:
		for i := range r {
			r[i] = ^a[i] & width
		}
	}
	copyLanes(d, &r, m)
}

// predicateLogic compiles and, or, xor and not of predicates.
func (c *compiler) predicateLogic(op string, operands int) exec {
	a, notA := c.predicate(1)
	b, notB := a, notA
	if operands == 2 {
		b, notB = c.predicate(2)
	}
	d := c.destination(0, syntax.Pred)
	return func(w *warp, m uint32) {
		p, q := w.p[a], w.p[b]
		if notA {
			p = ^p
		}
		if notB {
			q = ^q
		}
		switch op {
		case "and":
			p &= q
		case "or":
			p |= q
		case "xor":
			p ^= q
		default:
			p = ^p
		}
		w.p[d] = w.p[d]&^m | p&m
	}
}
