package ptxsim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A Warning reports an instruction or declaration that is valid but probably a mistake.
type Warning struct {
	File   string
	Line   int
	Kernel string
	Msg    string
}

// String formats the warning, file and line first.
func (w Warning) String() string {
	return fmt.Sprintf("%s:%d: kernel %s: %s", w.File, w.Line, w.Kernel, w.Msg)
}

// Lint returns warnings about a PTX file:
//
//   - add, sub and mul of floating-point numbers without a rounding modifier, which
//     NVIDIA's compiler may fuse to an fma with a different result;
//   - kernels without .maxntid or .reqntid, for which the compiler cannot know how many
//     registers a thread may use;
//   - registers that are read but never written, or written but never read;
//   - parameters that are not read, and instructions that cannot be reached;
//   - accesses that name no state space, which are slower.
//
// The error is that of [GPU.Load]. name appears in messages only.
func Lint(name, ptx string) ([]Warning, error) {
	file, err := syntax.Parse(name, ptx)
	if err != nil {
		return nil, err
	}
	m, err := New(Options{Unchecked: true, Target: 80}).load(file)
	if err != nil {
		return nil, err
	}
	var warnings []Warning
	for _, e := range file.Entries {
		warnings = append(warnings, m.kernels[e.Name].lint()...)
	}
	return warnings, nil
}

// lint returns the warnings about one kernel, in the order of their lines.
func (k *kernel) lint() []Warning {
	var warnings []Warning
	warn := func(line int, format string, args ...any) {
		warnings = append(warnings, Warning{k.file, line, k.entry.Name, fmt.Sprintf(format, args...)})
	}
	if k.entry.MaxThreads[0] == 0 {
		warn(k.entry.Line, "has no .maxntid or .reqntid, so the compiler cannot know how many registers a thread may use")
	}
	for i := range k.entry.Code {
		in := &k.entry.Code[i]
		if contractible(in) {
			warn(in.Line, "the compiler may fuse %s to an fma; write %s.rn", in.Opcode(), in.Op)
		}
		if (in.Op == "ld" || in.Op == "st" || in.Op == "atom" || in.Op == "red") && !namesSpace(in) {
			warn(in.Line, "%s names no state space; write .global or .shared, which is faster", in.Opcode())
		}
	}
	k.lintRegisters(warn)
	k.lintReach(warn)
	k.lintParams(warn)
	slices.SortStableFunc(warnings, func(a, b Warning) int { return cmp.Compare(a.Line, b.Line) })
	return warnings
}

// contractible reports whether in is a floating-point add, sub or mul without a rounding
// modifier.
func contractible(in *syntax.Instruction) bool {
	if in.Op != "add" && in.Op != "sub" && in.Op != "mul" || len(in.Mods) == 0 {
		return false
	}
	_, rounded := roundings[in.Mods[0]]
	return !rounded && syntax.ParseType(in.Mods[len(in.Mods)-1]).Kind() == syntax.Float
}

// namesSpace reports whether a modifier of in names a state space, such as .global.
func namesSpace(in *syntax.Instruction) bool {
	return slices.ContainsFunc(in.Mods, func(m string) bool {
		_, ok := syntax.ParseSpace(m)
		return ok
	})
}

// lintRegisters warns of registers that are only read or only written.
func (k *kernel) lintRegisters(warn func(line int, format string, args ...any)) {
	firstRead, firstWrite := map[int32]int{}, map[int32]int{}
	note := func(first map[int32]int, registers []int32, line int) {
		for _, r := range registers {
			if _, ok := first[r]; !ok {
				first[r] = line
			}
		}
	}
	for pc := range k.entry.Code {
		line := k.entry.Code[pc].Line
		note(firstRead, k.code[pc].reads, line)
		note(firstWrite, k.code[pc].writes, line)
	}
	for i, r := range k.entry.Registers {
		read, isRead := firstRead[int32(i)]
		write, isWritten := firstWrite[int32(i)]
		switch {
		case isRead && !isWritten:
			warn(read, "register %s is read but never written", r.Name)
		case isWritten && !isRead:
			warn(write, "register %s is written but never read", r.Name)
		}
	}
}

// lintReach warns of the first instruction of each stretch that no path from the kernel's
// beginning reaches. It treats a guarded branch or exit as one that may fall through.
func (k *kernel) lintReach(warn func(line int, format string, args ...any)) {
	reached := make([]bool, len(k.code))
	var visit func(pc int)
	visit = func(pc int) {
		for ; pc < len(k.code) && !reached[pc]; pc++ {
			reached[pc] = true
			in := &k.code[pc]
			if in.flow == branch {
				visit(in.target)
			}
			if (in.flow == branch || in.flow == exit) && in.guard < 0 {
				return
			}
		}
	}
	visit(0)
	for pc := range k.entry.Code {
		if !reached[pc] && (pc == 0 || reached[pc-1]) {
			warn(k.entry.Code[pc].Line, "this instruction cannot be reached")
		}
	}
}

// lintParams warns of parameters that no instruction reads.
func (k *kernel) lintParams(warn func(line int, format string, args ...any)) {
	read := make([]bool, len(k.entry.Params))
	for i := range k.entry.Code {
		for j := range k.entry.Code[i].Args {
			if a := &k.entry.Code[i].Args[j]; a.Kind == syntax.AddressOperand && a.Base().Kind == syntax.ParamOperand {
				read[a.Base().Param] = true
			}
		}
	}
	for i, p := range k.entry.Params {
		if !read[i] {
			warn(p.Line, "parameter %s is not read", p.Name)
		}
	}
}
