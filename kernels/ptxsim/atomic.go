package ptxsim

import "github.com/topogen/topogen/kernels/ptxsim/syntax"

// atomic compiles atom, which returns the old value of memory, and red, which does not (PTX
// ISA 9.7.12). The lanes update memory one after another, in ascending order.
func (c *compiler) atomic() exec {
	s := semantics{strong: true, scope: gpuScope}
	switch c.mod("relaxed", "acquire", "release", "acq_rel") {
	case "acquire":
		s.acquire = true
	case "release":
		s.release = true
	case "acq_rel":
		s.acquire, s.release = true, true
	}
	if m := c.mod("cta", "gpu", "sys"); m == "cta" {
		s.scope = blockScope
	}
	c.fences = c.fences || s.acquire || s.release
	space := c.space("global", "shared")
	ops := []string{"and", "or", "xor", "add", "inc", "dec", "min", "max"}
	first := 0 // index of the address operand
	if c.in.Op == "atom" {
		ops, first = append(ops, "exch", "cas"), 1
	}
	op := c.need(ops...)
	typ := c.typ(4, 8)
	update := atomicUpdate(op, typ, space == syntax.Global)
	if update == nil {
		c.fail(".%s does not exist for .%s", op, typ)
	}
	operands := first + 2
	if op == "cas" {
		operands++
	}
	c.args(operands, operands)
	a := c.memoryOperand(&c.in.Args[first], space)
	a.reads, a.writes, a.size = true, true, typ.Size()
	b := c.source(first+1, typ)
	e := b
	if op == "cas" {
		e = c.source(first+2, typ)
	}
	d := -1
	if first == 1 {
		d = c.destination(0, typ)
	}
	long, size := typ.Size() == 8, typ.Size()
	value := func(w *warp, slot, lane int) uint64 {
		if long {
			return w.x[slot][lane]
		}
		return uint64(w.r[slot][lane])
	}
	a.move = func(w *warp, mem []byte, m uint32) {
		for i := range lanesOf(m) {
			p := mem[w.at[i]:]
			old := getInteger(p, size)
			putInteger(p, size, update(old, value(w, b, i), value(w, e, i)))
			switch {
			case d < 0:
			case long:
				w.x[d][i] = old
			default:
				w.r[d][i] = uint32(old)
			}
		}
	}
	return c.finish(a, s)
}

// atomicUpdate returns the function that computes the new value of memory from the old value
// and the operands b and c, or nil if op does not exist for type typ. Only cas uses c.
// global tells whether the instruction names the space .global.
func atomicUpdate(op string, typ syntax.Type, global bool) func(old, b, c uint64) uint64 {
	signed := func(v uint64) int64 {
		if typ.Size() == 4 {
			return int64(int32(v))
		}
		return int64(v)
	}
	bits := typ.Kind() == syntax.Bits
	integer := typ.Kind() == syntax.Unsigned || typ.Kind() == syntax.Signed
	switch {
	case op == "and" && bits:
		return func(old, b, _ uint64) uint64 { return old & b }
	case op == "or" && bits:
		return func(old, b, _ uint64) uint64 { return old | b }
	case op == "xor" && bits:
		return func(old, b, _ uint64) uint64 { return old ^ b }
	case op == "exch" && bits:
		return func(_, b, _ uint64) uint64 { return b }
	case op == "cas" && bits:
		return func(old, b, c uint64) uint64 {
			if old == b {
				return c
			}
			return old
		}
	case op == "add" && typ == syntax.F32:
		// Atomic additions in global memory flush subnormal numbers to zero. Those in
		// shared memory do not.
		return func(old, b, _ uint64) uint64 {
			x, y := float32frombits(uint32(old)), float32frombits(uint32(b))
			if global {
				return uint64(bits32(flush(flush(x) + flush(y))))
			}
			return uint64(bits32(x + y))
		}
	case op == "add" && typ == syntax.F64:
		return func(old, b, _ uint64) uint64 { return bits64(float64frombits(old) + float64frombits(b)) }
	case op == "add" && integer && typ != syntax.S64:
		return func(old, b, _ uint64) uint64 { return old + b }
	case op == "inc" && typ == syntax.U32:
		return func(old, b, _ uint64) uint64 {
			if old >= b {
				return 0
			}
			return old + 1
		}
	case op == "dec" && typ == syntax.U32:
		return func(old, b, _ uint64) uint64 {
			if old == 0 || old > b {
				return b
			}
			return old - 1
		}
	case op == "min" && typ.Kind() == syntax.Unsigned:
		return func(old, b, _ uint64) uint64 { return min(old, b) }
	case op == "max" && typ.Kind() == syntax.Unsigned:
		return func(old, b, _ uint64) uint64 { return max(old, b) }
	case op == "min" && typ.Kind() == syntax.Signed:
		return func(old, b, _ uint64) uint64 { return uint64(min(signed(old), signed(b))) }
	case op == "max" && typ.Kind() == syntax.Signed:
		return func(old, b, _ uint64) uint64 { return uint64(max(signed(old), signed(b))) }
	}
	return nil
}
