// Package asm writes PTX files. The caller writes instructions in PTX; the package
// declares registers, loads parameters, makes labels unique and formats the text. It
// does not check instructions: kernels/ptxsim and NVIDIA's assembler do.
//
//	f := asm.New("scale.ptx", "Scaling a vector.")
//	e := f.Entry("scale", "x = a*x", 256, "u64 x, f32 a, u32 n")
//	e.Reg("u32", "i")
//	e.Reg("f32", "v")
//	e.Reg("pred", "outside")
//	e.P(`mov.u32 i, %%tid.x
//	     setp.ge.u32 outside, i, n
//	     @outside bra done
//	     mad.wide.u32 x, i, 4, x
//	     ld.global.f32 v, [x]
//	     mul.rn.f32 v, a, v
//	     st.global.f32 [x], v
//	     done:`)
//	text := f.Bytes()
//
// Register names have no %, which distinguishes them from special registers. Each
// parameter is loaded into a register with its name.
//
// Reference: NVIDIA, Parallel Thread Execution ISA, version 6.3.
package asm

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A File builds a PTX file.
type File struct {
	name, doc       string
	version, target string
	entries         []*Entry
}

// New returns an empty file for PTX 6.3 and sm_70. Its text begins with doc as a comment.
func New(name, doc string) *File {
	return &File{name: name, doc: doc, version: "6.3", target: "sm_70"}
}

// Target sets the version of PTX and the oldest target, such as "7.0" and "sm_80".
func (f *File) Target(version, target string) { f.version, f.target = version, target }

// Name returns the file name.
func (f *File) Name() string { return f.name }

// An Entry builds a kernel.
type Entry struct {
	name, doc string
	threads   int
	resident  int // blocks that a multiprocessor must hold (.minnctapersm); 0: no demand
	params    []param
	registers map[string][]string // names by type, in order of declaration
	types     map[string]string   // type of each register
	shared    []string
	dynamic   string // declaration of the array in dynamic shared memory, or ""
	body      bytes.Buffer
	labels    map[string]int
	temps     map[string]int
}

type param struct{ kind, name string }

// Entry adds a kernel whose blocks have at most the given number of threads. params lists
// the types and names of its parameters: "u64 x, u32 n". The kernel begins by loading each
// parameter into a register of the same name. doc becomes the comment above the kernel.
func (f *File) Entry(name, doc string, threads int, params string) *Entry {
	e := &Entry{
		name: name, doc: doc, threads: threads,
		registers: map[string][]string{}, types: map[string]string{},
		labels: map[string]int{}, temps: map[string]int{},
	}
	for _, p := range strings.Split(params, ",") {
		fields := strings.Fields(p)
		if len(fields) != 2 {
			panic(fmt.Sprintf("asm: kernel %s: parameter %q: want a type and a name", name, p))
		}
		e.params = append(e.params, param{fields[0], fields[1]})
		e.Reg(fields[0], fields[1])
		e.P("ld.param.%s %s, [param_%s]", fields[0], fields[1], fields[1])
	}
	f.entries = append(f.entries, e)
	return e
}

// Resident limits the registers of a thread so that at least the given number of
// blocks fits on a multiprocessor.
func (e *Entry) Resident(blocks int) { e.resident = blocks }

// Reg declares registers of a PTX type such as "u32". names has spaces between them, and
// "acc<64>" stands for acc0 to acc63. Declaring a register again with the same type has
// no effect; with another type Reg panics.
func (e *Entry) Reg(kind, names string) {
	for _, n := range strings.Fields(names) {
		if had, ok := e.types[n]; ok {
			if had != kind {
				panic(fmt.Sprintf("asm: kernel %s: register %s is .%s and .%s", e.name, n, had, kind))
			}
			continue
		}
		e.types[n] = kind
		e.registers[kind] = append(e.registers[kind], n)
	}
}

// Temp declares and returns a register with an unused name.
func (e *Entry) Temp(kind string) string {
	e.temps[kind]++
	name := fmt.Sprintf("%s_%d", kind, e.temps[kind])
	e.types[name] = kind
	return name
}

// Temps declares and returns n registers with unused names.
func (e *Entry) Temps(kind string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = e.Temp(kind)
	}
	return names
}

// Label returns an unused label that begins with stem. The caller places it with P:
// "loop:".
func (e *Entry) Label(stem string) string {
	e.labels[stem]++
	if n := e.labels[stem]; n > 1 {
		return fmt.Sprintf("%s_%d", stem, n)
	}
	return stem
}

// Shared declares an array of the given number of bytes in shared memory, aligned to 16 bytes.
func (e *Entry) Shared(name string, bytes int) {
	e.shared = append(e.shared, fmt.Sprintf(".shared .align 16 .b8 %s[%d];", name, bytes))
}

// DynamicShared declares an array in dynamic shared memory, whose size is an argument
// of the launch. No other kernel of the file may declare the same name.
func (e *Entry) DynamicShared(name string) {
	e.dynamic = fmt.Sprintf(".extern .shared .align 16 .b8 %s[];", name)
}

// P appends lines of PTX to the kernel's body: instructions, labels and comments, formatted
// as by fmt.Sprintf. It adds missing semicolons.
func (e *Entry) P(format string, args ...any) {
	for line := range strings.Lines(fmt.Sprintf(format, args...)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasSuffix(line, ":"):
			fmt.Fprintf(&e.body, "%s\n", line)
		case strings.HasPrefix(line, "//"), strings.HasSuffix(line, ";"):
			fmt.Fprintf(&e.body, "\t%s\n", line)
		default:
			fmt.Fprintf(&e.body, "\t%s;\n", line)
		}
	}
}

// Bytes returns the file's text.
func (f *File) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString("// Code generated by internal/generate. DO NOT EDIT.\n//\n")
	comment(&b, f.doc)
	fmt.Fprintf(&b, ".version %s\n.target %s\n.address_size 64\n", f.version, f.target)
	for _, e := range f.entries {
		e.write(&b)
	}
	return b.Bytes()
}

func (e *Entry) write(b *bytes.Buffer) {
	b.WriteByte('\n')
	if e.dynamic != "" {
		fmt.Fprintf(b, "%s\n\n", e.dynamic)
	}
	comment(b, e.doc)
	fmt.Fprintf(b, ".visible .entry %s(", e.name)
	for i, p := range e.params {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, ".param .%s param_%s", p.kind, p.name)
	}
	fmt.Fprintf(b, ")\n.maxntid %d\n", e.threads)
	if e.resident > 0 {
		fmt.Fprintf(b, ".minnctapersm %d\n", e.resident)
	}
	b.WriteString("{\n")
	kinds := make([]string, 0, len(e.registers))
	for kind := range e.registers {
		kinds = append(kinds, kind)
	}
	for kind := range e.temps {
		if e.registers[kind] == nil {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		names := e.registers[kind]
		if n := e.temps[kind]; n > 0 {
			names = append(slices.Clone(names), fmt.Sprintf("%s_<%d>", kind, n+1))
		}
		for chunk := range slices.Chunk(names, 12) {
			fmt.Fprintf(b, "\t.reg .%s %s;\n", kind, strings.Join(chunk, ", "))
		}
	}
	for _, s := range e.shared {
		fmt.Fprintf(b, "\t%s\n", s)
	}
	b.WriteByte('\n')
	b.Write(e.body.Bytes())
	b.WriteString("\tret;\n}\n")
}

// comment writes text as comment lines of at most 80 columns. It panics unless text
// is ASCII, the only encoding that NVIDIA's assembler accepts.
func comment(b *bytes.Buffer, text string) {
	for _, c := range text {
		if c > 0x7f {
			panic(fmt.Sprintf("asm: %q in a comment is not ASCII: %s", c, text))
		}
	}
	const columns = 77
	for paragraph := range strings.Lines(text) {
		line := "//"
		for _, word := range strings.Fields(paragraph) {
			if len(line)+1+len(word) > columns && line != "//" {
				b.WriteString(line + "\n")
				line = "//"
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
}

// Float32 returns x as a PTX constant with the same bits.
func Float32(x float32) string { return fmt.Sprintf("0f%08X", math.Float32bits(x)) }
