package ptxsim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// Comparisons and conversions have too many spellings for a table. Their cases are all
// spellings that the simulator accepts.

// accepted reports whether the simulator compiles a case's instruction.
func accepted(c *oracleCase) bool {
	_, err := New(Options{}).Load("case.ptx", own([]oracleCase{*c}))
	return err == nil
}

// addAccepted adds a case if the simulator accepts its instruction. If not, its IR need not
// be valid.
func (l *caseList) addAccepted(c oracleCase) {
	if accepted(&c) {
		l.add(c)
	}
}

var (
	integerTypes = []syntax.Type{syntax.U8, syntax.S8, syntax.U16, syntax.S16, syntax.U32, syntax.S32, syntax.U64, syntax.S64}
	floatTypes   = []syntax.Type{syntax.F32, syntax.F64}
)

// comparisons adds cases for setp and set, without and with a third predicate operand.
func (l *caseList) comparisons() {
	types := []syntax.Type{syntax.B16, syntax.B32, syntax.B64}
	types = append(append(types, integerTypes...), floatTypes...)
	for _, typ := range types {
		for _, name := range comparisonNames {
			for _, ftz := range []string{"", ".ftz"} {
				for _, combine := range []string{"", "and", "or", "xor"} {
					l.comparison(name, combine, ftz, syntax.Pred, typ)
					l.comparison(name, combine, ftz, syntax.U32, typ)
					if combine == "" { // a second type suffices for the combined forms
						l.comparison(name, combine, ftz, syntax.S32, typ)
						l.comparison(name, combine, ftz, syntax.F32, typ)
					}
				}
			}
		}
	}
	// A negated predicate operand. TestSetpSecondDestination has the second destination.
	for _, op := range []string{"and", "or", "xor"} {
		ir := "%k = icmp slt i32 %a, %b\n%l = icmp slt i32 %c, 0\n%n = xor i1 %l, true\n%r = " + op + " i1 %k, "
		operands := []syntax.Type{syntax.S32, syntax.S32, syntax.S32}
		l.add(oracleCase{name: "setp.lt." + op + ".s32 negated", result: syntax.Pred, operands: operands, ir: ir + "%n",
			ptx: "setp.lt.s32 %q1, %c, 0; setp.lt." + op + ".s32 %q, %a, %b, !%q1;"})
		l.add(oracleCase{name: op + ".pred", result: syntax.Pred, operands: operands, ir: ir + "%l",
			ptx: "setp.lt.s32 %q, %a, %b; setp.lt.s32 %q1, %c, 0; " + op + ".pred %q, %q, %q1;"})
	}
	l.add(oracleCase{name: "not.pred", result: syntax.Pred, operands: []syntax.Type{syntax.S32}, ir: "%r = icmp sge i32 %a, 0",
		ptx: "setp.lt.s32 %q, %a, 0; not.pred %q, %q;"})
}

// irComparisons are LLVM's names of comparisons of floating point, and of integers without
// the prefix for their signedness.
var irComparisons = map[string][2]string{
	"eq": {"oeq", "eq"}, "ne": {"one", "ne"}, "lt": {"olt", "lt"}, "le": {"ole", "le"}, "gt": {"ogt", "gt"}, "ge": {"oge", "ge"},
	"lo": {"", "lt"}, "ls": {"", "le"}, "hi": {"", "gt"}, "hs": {"", "ge"}, "num": {"ord", ""}, "nan": {"uno", ""},
	"equ": {"ueq", ""}, "neu": {"une", ""}, "ltu": {"ult", ""}, "leu": {"ule", ""}, "gtu": {"ugt", ""}, "geu": {"uge", ""},
}

func (l *caseList) comparison(name, combine, ftz string, result, typ syntax.Type) {
	ir := irComparisons[name]
	var test string
	if typ.Kind() == syntax.Float {
		test = "fcmp " + ir[0]
	} else {
		test = "icmp " + map[syntax.Kind]string{syntax.Signed: "s", syntax.Unsigned: "u"}[typ.Kind()] + ir[1]
		if name == "eq" || name == "ne" {
			test = "icmp " + ir[1]
		}
	}
	body := fmt.Sprintf("%%k = %s %s %%a, %%b\n", test, llType(typ))
	c := oracleCase{result: result, operands: []syntax.Type{typ, typ}, ftz: ftz != ""}
	mods, third, before := "."+name, "", ""
	if combine != "" {
		mods += "." + combine
		third, before = ", %q1", "setp.lt.s32 %q1, %c, 0; "
		body += "%l = icmp slt i32 %c, 0\n%m = " + combine + " i1 %k, %l\n"
		c.operands = append(c.operands, syntax.S32)
	} else {
		body += "%m = xor i1 %k, 0\n"
	}
	op, to := "setp", "%q"
	mods += ftz
	switch result {
	case syntax.Pred:
		body += "%r = xor i1 %m, 0"
	case syntax.F32:
		body += "%r = uitofp i1 %m to float"
	default:
		body += "%r = sext i1 %m to i32"
	}
	if result != syntax.Pred {
		op, to = "set", "%d"
		mods += "." + result.String()
	}
	c.name, c.ir = fmt.Sprintf("%s%s.%s", op, mods, typ), body
	c.ptx = fmt.Sprintf("%s%s %s, %%a, %%b%s;", before, c.name, to, third)
	l.addAccepted(c)
}

// conversions adds cases for cvt between all types.
func (l *caseList) conversions() {
	types := slices.Concat(integerTypes, floatTypes)
	for _, src := range types {
		for _, dst := range types {
			for _, rnd := range []string{"", ".rn", ".rz", ".rm", ".rp", ".rni", ".rzi", ".rmi", ".rpi"} {
				for _, ftz := range []bool{false, true} {
					for _, sat := range []bool{false, true} {
						l.conversion(dst, src, rnd, ftz, sat)
					}
				}
			}
		}
	}
}

func (l *caseList) conversion(dst, src syntax.Type, rnd string, ftz, sat bool) {
	mods := rnd
	if ftz {
		mods += ".ftz"
	}
	if sat {
		mods += ".sat"
	}
	name := fmt.Sprintf("cvt%s.%s.%s", mods, dst, src)
	c := oracleCase{name: name, result: dst, operands: []syntax.Type{src}, ptx: name + " %d, %a;", notPTX: ftz || sat}
	D, S := llType(dst), llType(src)
	sign := func(t syntax.Type) string {
		return map[syntax.Kind]string{syntax.Signed: "s", syntax.Unsigned: "u"}[t.Kind()]
	}
	integral := func(from string) string {
		fn := map[string]string{".rni": "rint", ".rzi": "trunc", ".rmi": "floor", ".rpi": "ceil"}[rnd]
		if fn == "" {
			return fmt.Sprintf("%%v = bitcast %s %s to %s\n", S, from, S)
		}
		return fmt.Sprintf("%%v = call %s @llvm.%s.%s(%s %s)\n", S, fn, src, S, from)
	}
	in, body := "%a", ""
	if ftz && src == syntax.F32 {
		in, body = "%i", flushIR("%a", "%i")
	}
	srcFloat, dstFloat := src.Kind() == syntax.Float, dst.Kind() == syntax.Float
	switch {
	case !srcFloat && !dstFloat:
		if c.ir = resize(dst, src); sat {
			c.ir = clampInteger(dst, src)
		}
		l.addAccepted(c)
		return
	case !dstFloat:
		c.ir = body + integral(in) + fmt.Sprintf("%%r = call %s @llvm.fpto%si.sat.%s.%s(%s %%v)", D, sign(dst), D, src, S)
		c.notPTX = true
		l.addAccepted(c)
		return
	case !srcFloat:
		body += fmt.Sprintf("%%v = %sitofp %s %%a to %s\n", sign(src), S, D)
		c.inputs = "double"
	case dst.Size() < src.Size():
		body += fmt.Sprintf("%%v = fptrunc %s %%a to %s\n", S, D)
	case dst.Size() > src.Size():
		body += fmt.Sprintf("%%v = fpext %s %s to %s\n", S, in, D)
	default:
		body += integral(in)
	}
	c.mode = roundings[strings.TrimPrefix(rnd, ".")]
	c.notPTX = c.notPTX || c.mode != toNearest
	// LLVM subtracts equal numbers in an intermediate step, which gives −0 when
	// rounding down.
	c.looseZero = dst == syntax.F64 && src == syntax.U64 && c.mode == toNegative
	out := "%v"
	if ftz && dst == syntax.F32 {
		body += flushIR("%v", "%o")
		out = "%o"
	}
	body += fmt.Sprintf("%%x = bitcast %s %s to %s\n", D, out, D)
	if sat {
		body += fmt.Sprintf(clampIR, D)
	} else {
		body += fmt.Sprintf("%%r = bitcast %s %%x to %s", D, D)
	}
	c.ir = body
	l.addAccepted(c)
}

func resize(dst, src syntax.Type) string {
	switch {
	case dst.Size() < src.Size():
		return fmt.Sprintf("%%r = trunc %s %%a to %s", llType(src), llType(dst))
	case dst.Size() == src.Size():
		return fmt.Sprintf("%%r = add %s %%a, 0", llType(dst))
	case src.Kind() == syntax.Signed:
		return fmt.Sprintf("%%r = sext %s %%a to %s", llType(src), llType(dst))
	}
	return fmt.Sprintf("%%r = zext %s %%a to %s", llType(src), llType(dst))
}

// clampInteger returns IR that clamps a 128-bit integer to the range of dst.
func clampInteger(dst, src syntax.Type) string {
	extend := map[syntax.Kind]string{syntax.Signed: "sext", syntax.Unsigned: "zext"}[src.Kind()]
	n := 8 * dst.Size()
	low, high := "0", fmt.Sprint(^uint64(0)>>(64-n))
	if dst.Kind() == syntax.Signed {
		low, high = fmt.Sprint(-1<<(n-1)), fmt.Sprint(uint64(1)<<(n-1)-1)
	}
	return fmt.Sprintf("%%w = %s %s %%a to i128\n%%k = icmp slt i128 %%w, %s\n%%x = select i1 %%k, i128 %s, i128 %%w\n%%g = icmp sgt i128 %%x, %s\n%%y = select i1 %%g, i128 %s, i128 %%x\n%%r = trunc i128 %%y to %s",
		extend, llType(src), low, low, high, high, llType(dst))
}
