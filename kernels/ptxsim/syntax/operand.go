package syntax

import "strings"

// instruction parses an instruction after its opcode t, and appends it to the entry's code. g
// is its guard.
func (p *parser) instruction(g Guard, t token) {
	if t.kind != nameToken || strings.HasPrefix(t.text, ".") || strings.HasPrefix(t.text, "%") {
		p.fail(t, "expected an instruction, got %v", t)
	}
	if t.text == "call" || strings.HasPrefix(t.text, "call.") {
		p.fail(t, "calls are not supported; write the function's code into the kernel")
	}
	parts := strings.Split(t.text, ".")
	in := Instruction{Line: t.line, Guard: g, Op: parts[0], Mods: parts[1:]}
	for _, m := range in.Mods {
		if m == "" {
			p.fail(t, "%s has an empty modifier", t.text)
		}
	}
	for p.peek().text != ";" {
		in.Args = append(in.Args, p.operand())
		if !p.accept(",") && p.peek().text != ";" {
			p.fail(p.peek(), "expected \",\" or \";\" after an operand of %s, got %v", t.text, p.peek())
		}
	}
	in.Text = strings.Join(strings.Fields(p.src[t.pos:p.peek().pos]), " ")
	p.expect(";")
	p.entry.Code = append(p.entry.Code, in)
}

// operand parses one operand of an instruction.
func (p *parser) operand() Operand {
	t := p.peek()
	switch {
	case t.text == "{" && t.kind == punctToken:
		return p.vector()
	case t.text == "[" && t.kind == punctToken:
		return p.address()
	case t.text == "!" && p.tokens[p.pos+1].kind == nameToken:
		p.next()
		reg := p.next()
		return Operand{Kind: RegisterOperand, Name: reg.text, Register: p.predicate(reg), Second: -1, Not: true}
	}
	o := p.scalar()
	if o.Kind == RegisterOperand && p.accept("|") {
		o.Second = p.secondDestination()
	} else if o.Kind == SinkOperand && p.accept("|") {
		o = Operand{Kind: RegisterOperand, Name: "_", Register: -1, Second: p.secondDestination()}
	}
	return o
}

// secondDestination parses the predicate p of a destination `d|p`. It returns −1 for `_`.
func (p *parser) secondDestination() int {
	t := p.name("a predicate")
	if t.text == "_" {
		return -1
	}
	return p.predicate(t)
}

// scalar parses an operand without brackets or braces: a constant expression, a register, a
// parameter or variable with constant offsets, or a label.
func (p *parser) scalar() Operand {
	if p.startsConstant() {
		c := p.constant(loosest)
		return Operand{Kind: ImmediateOperand, Bits: c.bits, Literal: c.literal}
	}
	t := p.next()
	if t.kind != nameToken || strings.HasPrefix(t.text, ".") {
		p.fail(t, "expected an operand, got %v", t)
	}
	if r, ok := p.lookup(t.text); ok {
		return Operand{Kind: RegisterOperand, Name: t.text, Register: r, Second: -1}
	}
	switch {
	case t.text == "_":
		return Operand{Kind: SinkOperand, Name: t.text}
	case strings.HasPrefix(t.text, "%"):
		return Operand{Kind: SpecialOperand, Name: t.text}
	}
	for i, q := range p.entry.Params {
		if q.Name == t.text {
			return Operand{Kind: ParamOperand, Name: t.text, Param: i, Offset: p.offsets()}
		}
	}
	if v := p.variable(t.text); v != nil {
		return Operand{Kind: VariableOperand, Name: t.text, Variable: v, Offset: p.offsets()}
	}
	return Operand{Kind: LabelOperand, Name: t.text}
}

// variable returns the variable of the given name, or nil. It searches the entry first,
// then the module. Each entry has its own layout of shared memory. So when an entry first
// names a shared variable of the module, variable declares a copy of it in the entry.
func (p *parser) variable(name string) *Variable {
	for _, v := range p.entry.Variables {
		if v.Name == name {
			return v
		}
	}
	for _, v := range p.file.Variables {
		if v.Name != name {
			continue
		}
		if v.Space != Shared {
			return v
		}
		own := *v
		p.declare(p.peek(), &own)
		return &own
	}
	return nil
}

// offsets parses a sequence of constants, each after + or -, and returns their sum.
func (p *parser) offsets() int64 {
	var sum int64
	for p.peek().text == "+" || p.peek().text == "-" {
		t := p.next()
		c := p.constant(product)
		if c.literal != NoType {
			p.fail(t, "an offset must be an integer")
		}
		if t.text == "-" {
			c.bits = -c.bits
		}
		sum += int64(c.bits)
	}
	return sum
}

// address parses an address operand [base+offset].
func (p *parser) address() Operand {
	t := p.next()
	base := p.scalar()
	switch base.Kind {
	case RegisterOperand, VariableOperand, ParamOperand, ImmediateOperand:
	default:
		p.fail(t, "%s is not a register, variable or parameter, so it has no address", base.Name)
	}
	if next := p.peek(); base.Kind == RegisterOperand && next.text == "-" {
		p.fail(next, "only + may follow a register: write [%s+-4] for 4 bytes before it", base.Name)
	}
	o := Operand{Kind: AddressOperand, Elements: []Operand{base}, Offset: base.Offset + p.offsets()}
	p.expect("]")
	return o
}

// vector parses a vector operand {a, b} or {a, b, c, d}.
func (p *parser) vector() Operand {
	t := p.next()
	o := Operand{Kind: VectorOperand}
	for !p.accept("}") {
		o.Elements = append(o.Elements, p.scalar())
		if !p.accept(",") && p.peek().text != "}" {
			p.fail(p.peek(), "expected \",\" or \"}\", got %v", p.peek())
		}
	}
	if n := len(o.Elements); n != 2 && n != 4 {
		p.fail(t, "a vector has 2 or 4 elements, not %d", n)
	}
	return o
}
