package syntax

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Limits far above the needs of any kernel. They keep a mistyped number from exhausting
// memory.
const (
	maxRegisters     = 1 << 16
	maxVariableBytes = 1 << 28
	maxErrors        = 10
)

// Parse parses the text src of a PTX module. name appears in messages only. The error is of
// type [Errors], with up to ten mistakes.
func Parse(name, src string) (*File, error) {
	p := &parser{file: &File{Name: name}, src: src}
	p.module()
	if len(p.errs) > 0 {
		for _, e := range p.errs {
			e.File = name
		}
		return nil, p.errs
	}
	return p.file, nil
}

// A parser parses one module by recursive descent. A mistake ends the current statement by a
// panic; see fail and recovering.
type parser struct {
	file    *File // the result
	src     string
	tokens  []token
	pos     int // index of the next token
	errs    Errors
	nesting int // depth of nested expressions and braces

	entry  *Entry              // the entry that is being parsed, or nil outside of entries
	scopes []map[string]int    // for each open brace, register indices by name; innermost last
	offset [ParamSpace + 1]int // for each space, the first free byte behind the module's variables
}

// fail ends the parsing of the current statement with an error at token t. It panics with an
// *Error, which recovering records.
func (p *parser) fail(t token, format string, args ...any) {
	panic(&Error{Line: t.line, Col: t.col, Msg: fmt.Sprintf(format, args...)})
}

// recovering calls parse. If parse fails, recovering records the error and returns false.
func (p *parser) recovering(parse func()) (ok bool) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			p.errs = append(p.errs, e)
			p.nesting = 0
		default:
			panic(e)
		}
	}()
	parse()
	return true
}

// peek returns the next token without consuming it.
func (p *parser) peek() token { return p.tokens[p.pos] }

// next consumes the next token. It never consumes the end of the file.
func (p *parser) next() token {
	t := p.tokens[p.pos]
	if t.kind != endToken {
		p.pos++
	}
	return t
}

// accept consumes the next token if it is the given punctuation or name, and reports whether
// it did.
func (p *parser) accept(text string) bool {
	if t := p.peek(); t.text == text && (t.kind == punctToken || t.kind == nameToken) {
		p.pos++
		return true
	}
	return false
}

// expect consumes the next token, which must be the given punctuation or name.
func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail(p.peek(), "expected %q, got %v", text, p.peek())
	}
}

// name consumes the next token, which must be an identifier. An error calls the identifier
// what.
func (p *parser) name(what string) token {
	t := p.next()
	if t.kind != nameToken || strings.HasPrefix(t.text, ".") {
		p.fail(t, "expected %s, got %v", what, t)
	}
	return t
}

// size parses a constant integer between 0 and limit. An error calls the integer what.
func (p *parser) size(what string, limit int) int {
	t := p.peek()
	c := p.constant(shift) // without comparisons, since the > of %r<8> is not an operator
	if c.literal != NoType || c.bits > uint64(limit) {
		p.fail(t, "%s is not an integer between 0 and %d", what, limit)
	}
	return int(c.bits)
}

// typeName parses a type such as .f32.
func (p *parser) typeName() Type {
	t := p.next()
	if typ := ParseType(strings.TrimPrefix(t.text, ".")); typ != NoType && strings.HasPrefix(t.text, ".") {
		return typ
	}
	p.fail(t, "expected a type such as .f32, got %v", t)
	return NoType
}

// module parses the whole file. A mistake inside an entry's body ends one statement; a
// mistake elsewhere ends the parsing.
func (p *parser) module() {
	tokens, err := scan(p.src)
	if err != nil {
		p.errs = append(p.errs, err)
		return
	}
	p.tokens = tokens
	p.recovering(func() {
		for p.peek().kind != endToken && len(p.errs) < maxErrors {
			p.topLevel()
		}
		if len(p.errs) == 0 && (p.file.Version == "" || p.file.Target == "") {
			p.fail(p.peek(), "the module has no .version or no .target")
		}
	})
}

// topLevel parses one directive outside of entries.
func (p *parser) topLevel() {
	t := p.next()
	switch t.text {
	case ".version":
		p.file.Version = p.next().text
	case ".target":
		p.file.Target = p.name("a target such as sm_70").text
		for p.accept(",") {
			p.name("a target option")
		}
	case ".address_size":
		if n := p.size("the address size", 64); n != 64 {
			p.fail(t, ".address_size %d is not supported; use 64", n)
		}
	case ".visible", ".weak", ".common":
	case ".extern":
		if next := p.peek().text; next != ".shared" {
			p.fail(t, ".extern %s is not supported; only .extern .shared arrays are", next)
		}
		p.next()
		p.variables(Shared, true)
	case ".global", ".const", ".shared":
		space, _ := ParseSpace(t.text[1:])
		p.variables(space, false)
	case ".entry":
		p.parseEntry()
	case ".func":
		p.fail(t, "device functions (.func) are not supported; write their code into the kernel")
	case ".file", ".pragma":
		p.skipDirective(t)
	default:
		p.fail(t, "expected a directive such as .entry, got %v", t)
	}
}

// skipDirective skips a directive that only debuggers or compilers need: the rest of the line
// of t, or up to a semicolon in that line.
func (p *parser) skipDirective(t token) {
	for p.peek().kind != endToken && p.peek().line == t.line {
		if p.next().text == ";" {
			return
		}
	}
}

// variables parses a declaration of variables after the name of their state space.
func (p *parser) variables(space Space, extern bool) {
	align := 0
	if p.accept(".align") {
		align = p.alignment()
	}
	if t := p.peek(); t.text == ".v2" || t.text == ".v4" {
		p.fail(t, "vector variables are not supported; declare an array with .align")
	}
	typ := p.typeName()
	if typ.Size() == 0 {
		p.fail(p.peek(), "a variable cannot be a predicate")
	}
	for {
		t := p.name("a variable's name")
		v := &Variable{Line: t.line, Name: t.text, Space: space, Type: typ, Align: max(align, typ.Size())}
		v.Count = p.dimensions(typ, extern)
		if p.accept("=") {
			if space != Const && space != Global {
				p.fail(t, "variable %s: only .const and .global variables have initial values", t.text)
			}
			p.initialize(t, v)
		}
		p.declare(t, v)
		if !p.accept(",") {
			break
		}
	}
	p.expect(";")
}

// alignment parses the number of bytes of .align.
func (p *parser) alignment() int {
	t := p.peek()
	n := p.size("the alignment", 256)
	if n == 0 || n&(n-1) != 0 {
		p.fail(t, ".align %d is not a power of two", n)
	}
	return n
}

// dimensions parses the dimensions [n][m]… of a variable, if there are any. It returns the
// number of elements: 1 without dimensions, and 0 for [], which only extern arrays may have.
func (p *parser) dimensions(typ Type, extern bool) int {
	n := 1
	for p.peek().text == "[" {
		t := p.next()
		if p.accept("]") {
			if !extern {
				p.fail(t, "the array needs a size, unless it is .extern .shared")
			}
			n = 0
			continue
		}
		n *= p.size("the array's size", maxVariableBytes)
		if n*typ.Size() > maxVariableBytes {
			p.fail(t, "the array is larger than %d bytes", maxVariableBytes)
		}
		p.expect("]")
	}
	return n
}

// initialize parses the initial value of v, or its initial values in braces, which may be
// nested. Elements without a value are 0. t is the variable's name.
func (p *parser) initialize(t token, v *Variable) {
	v.Init = make([]byte, v.Size())
	i := 0
	var list func()
	list = func() {
		if p.accept("{") {
			p.nesting++
			if p.nesting > maxNesting {
				p.fail(t, "braces are nested more than %d deep", maxNesting)
			}
			for !p.accept("}") {
				list()
				if !p.accept(",") && p.peek().text != "}" {
					p.fail(p.peek(), "expected \",\" or \"}\", got %v", p.peek())
				}
			}
			p.nesting--
			return
		}
		at := p.peek()
		bits, ok := p.constant(loosest).convert(v.Type)
		if !ok {
			p.fail(at, "the value does not fit type .%s", v.Type)
		}
		if i == v.Count {
			p.fail(at, "variable %s has %d elements but more values", v.Name, v.Count)
		}
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], bits)
		copy(v.Init[i*v.Type.Size():], b[:v.Type.Size()])
		i++
	}
	list()
}

// declare adds v to the current entry, or to the module, and sets its offset.
func (p *parser) declare(t token, v *Variable) {
	list, offset := &p.file.Variables, &p.offset[v.Space]
	if p.entry != nil {
		list = &p.entry.Variables
		switch v.Space {
		case Shared:
			offset = &p.entry.SharedBytes
		case Local:
			offset = &p.entry.LocalBytes
		}
	}
	for _, w := range *list {
		if w.Name == v.Name {
			p.fail(t, "variable %s is already declared in line %d", v.Name, w.Line)
		}
	}
	v.Offset = alignUp(*offset, v.Align)
	*offset = v.Offset + v.Size()
	if *offset > maxVariableBytes {
		p.fail(t, "variables take more than %d bytes", maxVariableBytes)
	}
	*list = append(*list, v)
}

// alignUp returns the least multiple of align that is not below n.
func alignUp(n, align int) int { return (n + align - 1) / align * align }
