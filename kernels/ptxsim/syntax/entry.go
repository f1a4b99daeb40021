package syntax

import (
	"strconv"
	"strings"
)

// parseEntry parses an entry function after the word .entry.
func (p *parser) parseEntry() {
	t := p.name("the kernel's name")
	if p.file.Entry(t.text) != nil {
		p.fail(t, "kernel %s is defined twice", t.text)
	}
	e := &Entry{Name: t.text, Line: t.line}
	p.entry = e
	defer func() { p.entry = nil }()
	if p.accept("(") {
		p.params()
	}
	p.performanceDirectives()
	p.scopes = []map[string]int{{}}
	for len(p.scopes) > 0 && len(p.errs) < maxErrors {
		if p.peek().kind == endToken {
			p.fail(p.peek(), "the body of kernel %s, begun in line %d, is not closed", e.Name, e.Line)
		}
		if !p.recovering(p.statement) {
			p.skipStatement()
		}
	}
	p.scopes = nil
	p.resolveLabels()
	p.placeDynamicShared()
	p.file.Entries = append(p.file.Entries, e)
}

// params parses the parameters of an entry after their opening parenthesis.
func (p *parser) params() {
	e := p.entry
	for !p.accept(")") {
		p.expect(".param")
		align := 0
		if p.accept(".align") {
			align = p.alignment()
		}
		typ := p.typeName()
		if typ.Size() == 0 {
			p.fail(p.peek(), "a parameter cannot be a predicate")
		}
		// Skip .ptr .global .align 16, which describes the memory that the pointer
		// points to.
		for strings.HasPrefix(p.peek().text, ".") {
			if p.next().text == ".align" {
				p.alignment()
			}
		}
		t := p.name("the parameter's name")
		for _, q := range e.Params {
			if q.Name == t.text {
				p.fail(t, "parameter %s is declared twice", t.text)
			}
		}
		q := Param{Line: t.line, Name: t.text, Type: typ, Align: max(align, typ.Size())}
		q.Count = p.dimensions(typ, false)
		q.Offset = alignUp(e.ParamBytes, q.Align)
		e.ParamBytes = q.Offset + q.Size()
		if e.ParamBytes > 4352 {
			p.fail(t, "parameters take more than the 4352 bytes that a kernel can have")
		}
		e.Params = append(e.Params, q)
		if !p.accept(",") && p.peek().text != ")" {
			p.fail(p.peek(), "expected \",\" or \")\" after a parameter, got %v", p.peek())
		}
	}
}

// performanceDirectives parses the directives between an entry's parameters and its body,
// and the brace that opens the body. It keeps .maxntid and .reqntid, and ignores directives
// that only tune NVIDIA's compiler.
func (p *parser) performanceDirectives() {
	for {
		switch t := p.next(); t.text {
		case "{":
			return
		case ".maxntid", ".reqntid":
			p.entry.MaxThreads = [3]int{1, 1, 1}
			p.entry.ExactThreads = t.text == ".reqntid"
			for i := range 3 {
				p.entry.MaxThreads[i] = p.size("the number of threads", 1024)
				if !p.accept(",") {
					break
				}
			}
		case ".minnctapersm", ".maxnctapersm", ".maxnreg":
			p.size(t.text, 1<<16)
		case ".pragma":
			p.skipDirective(t)
		default:
			p.fail(t, "expected the kernel's body, got %v", t)
		}
	}
}

// skipStatement skips the rest of a statement with a mistake: up to its semicolon, or to the
// brace that closes the block.
func (p *parser) skipStatement() {
	for p.peek().kind != endToken && p.peek().text != "}" {
		if p.next().text == ";" {
			return
		}
	}
}

// statement parses one statement of an entry's body: a brace, a declaration, a label or an
// instruction.
func (p *parser) statement() {
	t := p.next()
	switch {
	case t.text == "{":
		if len(p.scopes) > maxNesting {
			p.fail(t, "blocks are nested more than %d deep", maxNesting)
		}
		p.scopes = append(p.scopes, map[string]int{})
	case t.text == "}":
		p.scopes = p.scopes[:len(p.scopes)-1]
	case t.text == ";":
	case t.text == ".reg":
		p.registers()
	case t.text == ".shared", t.text == ".local":
		space, _ := ParseSpace(t.text[1:])
		p.variables(space, false)
	case t.text == ".loc", t.text == ".pragma":
		p.skipDirective(t)
	case t.text == "@" && t.kind == punctToken:
		var g Guard
		g.Present, g.Not = true, p.accept("!")
		reg := p.name("a predicate")
		g.Register = p.predicate(reg)
		p.instruction(g, p.next())
	case t.kind == nameToken && p.peek().text == ":":
		p.next()
		for _, l := range p.entry.Labels {
			if l.Name == t.text {
				p.fail(t, "label %s is already defined in line %d", t.text, l.Line)
			}
		}
		p.entry.Labels = append(p.entry.Labels, Label{Line: t.line, Name: t.text, Index: len(p.entry.Code)})
	default:
		p.instruction(Guard{}, t)
	}
}

// registers parses a .reg declaration: names, or families such as %r<8>, which declares
// %r0 to %r7.
func (p *parser) registers() {
	typ := p.typeName()
	scope := p.scopes[len(p.scopes)-1]
	add := func(t token, name string) {
		if _, dup := scope[name]; dup {
			p.fail(t, "register %s is declared twice", name)
		}
		if len(p.entry.Registers) == maxRegisters {
			p.fail(t, "kernel %s has more than %d registers", p.entry.Name, maxRegisters)
		}
		scope[name] = len(p.entry.Registers)
		p.entry.Registers = append(p.entry.Registers, Register{Line: t.line, Name: name, Type: typ})
	}
	for {
		t := p.name("a register's name")
		if p.accept("<") {
			n := p.size("the number of registers", maxRegisters)
			for i := range n {
				add(t, t.text+strconv.Itoa(i))
			}
			p.expect(">")
		} else {
			add(t, t.text)
		}
		if !p.accept(",") {
			break
		}
	}
	p.expect(";")
}

// lookup returns the register of that name in the innermost scope that has it.
func (p *parser) lookup(name string) (int, bool) {
	for i := len(p.scopes) - 1; i >= 0; i-- {
		if r, ok := p.scopes[i][name]; ok {
			return r, true
		}
	}
	return -1, false
}

// predicate returns the index of the predicate register that t names.
func (p *parser) predicate(t token) int {
	r, ok := p.lookup(t.text)
	if !ok {
		p.fail(t, "register %s is not declared", t.text)
	}
	if typ := p.entry.Registers[r].Type; typ != Pred {
		p.fail(t, "%s is a .%s register, not a predicate", t.text, typ)
	}
	return r
}

// resolveLabels sets the targets of all label operands of the entry. It runs after the body
// has been parsed, since a branch may go forward.
func (p *parser) resolveLabels() {
	target := make(map[string]int, len(p.entry.Labels))
	for _, l := range p.entry.Labels {
		target[l.Name] = l.Index
	}
	for i := range p.entry.Code {
		in := &p.entry.Code[i]
		for j := range in.Args {
			p.resolveLabel(in, &in.Args[j], target)
		}
	}
}

// resolveLabel sets the target of o and of its elements. target maps the name of each label
// to the index of an instruction.
func (p *parser) resolveLabel(in *Instruction, o *Operand, target map[string]int) {
	for i := range o.Elements {
		p.resolveLabel(in, &o.Elements[i], target)
	}
	if o.Kind != LabelOperand {
		return
	}
	index, ok := target[o.Name]
	if !ok && len(p.errs) < maxErrors {
		p.errs = append(p.errs, &Error{Line: in.Line, Msg: o.Name + " is not a register, variable, parameter or label"})
	}
	o.Target = index
}

// placeDynamicShared gives every array `extern .shared x[]` the same offset, behind all other
// shared variables. An argument of the launch sets the size of the memory there.
func (p *parser) placeDynamicShared() {
	for _, v := range p.entry.Variables {
		if v.Space == Shared && v.Count == 0 {
			p.entry.SharedBytes = alignUp(p.entry.SharedBytes, v.Align)
		}
	}
	for _, v := range p.entry.Variables {
		if v.Space == Shared && v.Count == 0 {
			v.Offset = p.entry.SharedBytes
		}
	}
}
