package ptxsim

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// clampIR limits %x to [0, 1], with NaN to 0.
const clampIR = "%%pos = fcmp ogt %[1]s %%x, 0.0\n%%y = select i1 %%pos, %[1]s %%x, %[1]s 0.0\n%%big = fcmp ogt %[1]s %%y, 1.0\n%%r = select i1 %%big, %[1]s 1.0, %[1]s %%y"

func (l *caseList) singlePrecision() {
	for _, mode := range []string{"", "rn", "rz", "rm", "rp"} {
		for _, f := range finishes {
			spelling := ""
			if mode != "" {
				spelling = "." + mode
			}
			spelling += f.suffix + ".f32"
			add := func(op, ir string) {
				if _, ok := scalars[op+spelling]; !ok {
					return
				}
				if f.sat {
					ir += "\n" + fmt.Sprintf(clampIR, "float")
				} else {
					ir = strings.ReplaceAll(ir, "%x =", "%r =")
				}
				l.scalar(op+spelling, ir, func(c *oracleCase) {
					c.mode, c.ftz = roundings[mode], f.ftz
					c.notPTX = c.mode != toNearest
				})
			}
			add("add", "%x = fadd float %a, %b")
			add("sub", "%x = fsub float %a, %b")
			add("mul", "%x = fmul float %a, %b")
			add("fma", "%x = call float @llvm.fma.f32(float %a, float %b, float %c)")
			add("mad", "%x = call float @llvm.fma.f32(float %a, float %b, float %c)")
			add("div", "%x = fdiv float %a, %b")
			add("rcp", "%x = fdiv float 1.0, %a")
			add("sqrt", "%x = call float @llvm.sqrt.f32(float %a)")
		}
	}
	for _, f := range finishes[:2] {
		s := f.suffix + ".f32"
		ftz := func(c *oracleCase) { c.ftz = f.ftz }
		for op, cmp := range map[string]string{"min": "olt", "max": "ogt"} {
			ir := minimum(cmp, "float")
			if f.ftz {
				ir = strings.Replace(ir, "%r =", "%t0 =", 1) + "\n" + flushIR("%t0", "%r")
			}
			l.scalar(op+s, ir, ftz, looseZero, func(c *oracleCase) { c.notPTX = f.ftz })
		}
		in := "%x = bitcast float %a to i32\n"
		if f.ftz {
			in = flushIR("%a", "%f") + "%x = bitcast float %f to i32\n"
		}
		unflushed := func(c *oracleCase) { c.notPTX = f.ftz }
		l.scalar("neg"+s, in+"%y = xor i32 %x, -2147483648\n%r = bitcast i32 %y to float", ftz, unflushed)
		l.scalar("abs"+s, in+"%y = and i32 %x, 2147483647\n%r = bitcast i32 %y to float", ftz, unflushed)
	}
	l.scalar("copysign.f32", "%r = call float @llvm.copysign.f32(float %b, float %a)")
	for _, t := range []syntax.Type{syntax.F32, syntax.F64} {
		l.properties(t)
	}
}

// flushIR makes subnormal numbers zeros, by their bits: what arithmetic does it
// by itself LLVM would leave out.
func flushIR(from, to string) string {
	return strings.NewReplacer("FROM", from, "TO", to, "$", strings.TrimPrefix(to, "%")+".").Replace(`%$i = bitcast float FROM to i32
%$e = and i32 %$i, 2139095040
%$k = icmp eq i32 %$e, 0
%$s = and i32 %$i, -2147483648
%$z = select i1 %$k, i32 %$s, i32 %$i
TO = bitcast i32 %$z to float
`)
}

// minimum selects the operand for which the comparison holds, and the other one
// of NaN.
func minimum(cmp, T string) string {
	return strings.NewReplacer("CMP", cmp, "T", T).Replace(`%nan = fcmp uno T %a, %a
%k = fcmp CMP T %a, %b
%bad = fcmp uno T %b, %b
%k1 = or i1 %k, %bad
%s = select i1 %k1, T %a, T %b
%r = select i1 %nan, T %b, T %s`)
}

// properties states testp in terms of bits.
func (l *caseList) properties(t syntax.Type) {
	r := strings.NewReplacer("T", fmt.Sprintf("i%d", 8*t.Size()), "F", llType(t), "$abs", "9223372036854775807", "$inf", "9218868437227405312", "$tiny", "4503599627370496")
	if t == syntax.F32 {
		r = strings.NewReplacer("T", "i32", "F", "float", "$abs", "2147483647", "$inf", "2139095040", "$tiny", "8388608")
	}
	for property, ir := range map[string]string{
		"finite":     "%q = icmp ult T %m, $inf",
		"infinite":   "%q = icmp eq T %m, $inf",
		"number":     "%q = icmp ule T %m, $inf",
		"notanumber": "%q = icmp ugt T %m, $inf",
		"normal":     "%k = icmp ult T %m, $inf\n%l = icmp uge T %m, $tiny\n%q = and i1 %k, %l",
		"subnormal":  "%k = icmp ult T %m, $tiny\n%l = icmp ne T %m, 0\n%q = and i1 %k, %l",
	} {
		name := fmt.Sprintf("testp.%s.%s", property, t)
		l.add(oracleCase{name: name, result: syntax.Pred, operands: []syntax.Type{t}, ptx: name + " %q, %a;",
			ir: r.Replace("%x = bitcast F %a to T\n%m = and T %x, $abs\n" + ir + "\n%r = xor i1 %q, 0")})
	}
}

func (l *caseList) doublePrecision() {
	for _, rn := range []string{"", ".rn"} {
		l.scalar("add"+rn+".f64", "%r = fadd double %a, %b")
		l.scalar("sub"+rn+".f64", "%r = fsub double %a, %b")
		l.scalar("mul"+rn+".f64", "%r = fmul double %a, %b")
	}
	l.scalar("fma.rn.f64", "%r = call double @llvm.fma.f64(double %a, double %b, double %c)")
	l.scalar("mad.rn.f64", "%r = call double @llvm.fma.f64(double %a, double %b, double %c)")
	l.scalar("div.rn.f64", "%r = fdiv double %a, %b")
	l.scalar("rcp.rn.f64", "%r = fdiv double 1.0, %a")
	l.scalar("sqrt.rn.f64", "%r = call double @llvm.sqrt.f64(double %a)")
	l.scalar("min.f64", minimum("olt", "double"), looseZero)
	l.scalar("max.f64", minimum("ogt", "double"), looseZero)
	l.scalar("neg.f64", "%x = bitcast double %a to i64\n%y = xor i64 %x, -9223372036854775808\n%r = bitcast i64 %y to double")
	l.scalar("abs.f64", "%x = bitcast double %a to i64\n%y = and i64 %x, 9223372036854775807\n%r = bitcast i64 %y to double")
	l.scalar("copysign.f64", "%r = call double @llvm.copysign.f64(double %b, double %a)")
}

// comparisons states setp, and set for some.
func (l *caseList) comparisons() {
	integer := func(t syntax.Type, names map[string]string) {
		for name, cmp := range names {
			l.comparison("setp."+name+"."+t.String(), t, fmt.Sprintf("%%r = icmp %s %s %%a, %%b", cmp, llType(t)), false)
		}
	}
	for _, n := range []int{16, 32, 64} {
		typ := func(kind string) syntax.Type { return syntax.ParseType(fmt.Sprint(kind, n)) }
		integer(typ("b"), map[string]string{"eq": "eq", "ne": "ne"})
		integer(typ("s"), map[string]string{"eq": "eq", "ne": "ne", "lt": "slt", "le": "sle", "gt": "sgt", "ge": "sge"})
		integer(typ("u"), map[string]string{"eq": "eq", "ne": "ne", "lt": "ult", "le": "ule", "gt": "ugt", "ge": "uge", "lo": "ult", "ls": "ule", "hi": "ugt", "hs": "uge"})
	}
	for name, cmp := range map[string]string{
		"eq": "oeq", "ne": "one", "lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "num": "ord",
		"equ": "ueq", "neu": "une", "ltu": "ult", "leu": "ule", "gtu": "ugt", "geu": "uge", "nan": "uno",
	} {
		l.comparison("setp."+name+".f32", syntax.F32, "%r = fcmp "+cmp+" float %a, %b", false)
		l.comparison("setp."+name+".ftz.f32", syntax.F32, "%r = fcmp "+cmp+" float %a, %b", true)
		l.comparison("setp."+name+".f64", syntax.F64, "%r = fcmp "+cmp+" double %a, %b", false)
	}
	// With a further predicate, and the negation in the second destination.
	for _, op := range []string{"and", "or", "xor"} {
		ir := "%k = icmp slt i32 %a, %b\n%l = icmp slt i32 %c, 0\n%n = xor i1 %l, true\n%r = " + op + " i1 %k, "
		operands := []syntax.Type{syntax.S32, syntax.S32, syntax.S32}
		l.add(oracleCase{name: "setp.lt." + op + ".s32", result: syntax.Pred, operands: operands, ir: ir + "%l",
			ptx: "setp.lt.s32 %q1, %c, 0; setp.lt." + op + ".s32 %q, %a, %b, %q1;"})
		l.add(oracleCase{name: "setp.lt." + op + ".s32 negated", result: syntax.Pred, operands: operands, ir: ir + "%n",
			ptx: "setp.lt.s32 %q1, %c, 0; setp.lt." + op + ".s32 %q, %a, %b, !%q1;"})
		l.add(oracleCase{name: "setp.lt." + op + ".s32 second", result: syntax.Pred, operands: operands, ir: strings.Replace(ir, "%r =", "%m =", 1) + "%l\n%r = xor i1 %m, true",
			ptx: "setp.lt.s32 %q1, %c, 0; setp.lt." + op + ".s32 _|%q, %a, %b, %q1;"})
		l.add(oracleCase{name: op + ".pred", result: syntax.Pred, operands: operands, ir: ir + "%l",
			ptx: "setp.lt.s32 %q, %a, %b; setp.lt.s32 %q1, %c, 0; " + op + ".pred %q, %q, %q1;"})
	}
	l.add(oracleCase{name: "not.pred", result: syntax.Pred, operands: []syntax.Type{syntax.S32}, ir: "%r = icmp sge i32 %a, 0",
		ptx: "setp.lt.s32 %q, %a, 0; not.pred %q, %q;"})
	l.add(oracleCase{name: "set.gt.u32.f32", result: syntax.U32, operands: []syntax.Type{syntax.F32, syntax.F32}, ir: "%k = fcmp ogt float %a, %b\n%r = sext i1 %k to i32"})
	l.add(oracleCase{name: "set.le.f32.s32", result: syntax.F32, operands: []syntax.Type{syntax.S32, syntax.S32}, ir: "%k = icmp sle i32 %a, %b\n%r = uitofp i1 %k to float"})
}

func (l *caseList) comparison(name string, t syntax.Type, ir string, ftz bool) {
	l.add(oracleCase{name: name, result: syntax.Pred, operands: []syntax.Type{t, t}, ptx: name + " %q, %a, %b;", ir: ir, ftz: ftz})
}

// conversions states cvt between all types.
func (l *caseList) conversions() {
	integers := []syntax.Type{syntax.U8, syntax.S8, syntax.U16, syntax.S16, syntax.U32, syntax.S32, syntax.U64, syntax.S64}
	floats := []syntax.Type{syntax.F32, syntax.F64}
	convert := func(mods string, dst, src syntax.Type, ir string, change ...func(*oracleCase)) {
		name := fmt.Sprintf("cvt%s.%s.%s", mods, dst, src)
		l.add(oracleCase{name: name, result: dst, operands: []syntax.Type{src}, ptx: name + " %d, %a;", ir: ir})
		for _, f := range change {
			f(&(*l)[len(*l)-1])
		}
	}
	for _, src := range integers {
		for _, dst := range integers {
			if src.Size() == 8 && dst.Size() == 8 && src == dst {
				continue
			}
			convert("", dst, src, resize(dst, src))
			if !contains(dst, src) {
				convert(".sat", dst, src, clampInteger(dst, src), notPTX)
			}
		}
	}
	for _, f := range floats {
		F := llType(f)
		for _, i := range integers {
			signed := map[syntax.Kind]string{syntax.Signed: "s", syntax.Unsigned: "u"}[i.Kind()]
			for name, mode := range roundings {
				convert("."+name, f, i, fmt.Sprintf("%%r = %sitofp %s %%a to %s", signed, llType(i), F), func(c *oracleCase) {
					c.mode = mode
					c.notPTX = mode != toNearest
					c.inputs = "double"
					// LLVM subtracts equal numbers on the way: −0 when rounding down.
					c.looseZero = f == syntax.F64 && i == syntax.U64 && mode == toNegative
				})
			}
			for name, fn := range map[string]string{"rni": "rint", "rzi": "trunc", "rmi": "floor", "rpi": "ceil"} {
				bits := map[syntax.Type]string{syntax.F32: "f32", syntax.F64: "f64"}[f]
				convert("."+name, i, f, fmt.Sprintf("%%x = call %s @llvm.%s.%s(%s %%a)\n%%r = call %s @llvm.fpto%si.sat.%s.%s(%s %%x)",
					F, fn, bits, F, llType(i), signed, llType(i), bits, F), notPTX)
			}
		}
		for name, fn := range map[string]string{"rni": "rint", "rzi": "trunc", "rmi": "floor", "rpi": "ceil"} {
			bits := map[syntax.Type]string{syntax.F32: "f32", syntax.F64: "f64"}[f]
			convert("."+name, f, f, fmt.Sprintf("%%r = call %s @llvm.%s.%s(%s %%a)", F, fn, bits, F))
		}
		convert(".sat", f, f, "%x = fadd "+F+" %a, 0.0\n"+fmt.Sprintf(clampIR, F), notPTX)
	}
	for name, mode := range roundings {
		convert("."+name, syntax.F32, syntax.F64, "%r = fptrunc double %a to float", func(c *oracleCase) {
			c.mode = mode
			c.notPTX = mode != toNearest
		})
	}
	convert("", syntax.F64, syntax.F32, "%r = fpext float %a to double")
	convert(".ftz", syntax.F64, syntax.F32, "%r = fpext float %a to double", func(c *oracleCase) { c.ftz = true })
	convert(".rn.ftz", syntax.F32, syntax.F64, "%x = fptrunc double %a to float\n"+flushIR("%x", "%r"), notPTX)
	convert(".ftz.sat", syntax.F32, syntax.F32, flushIR("%a", "%x")+fmt.Sprintf(clampIR, "float"), func(c *oracleCase) { c.ftz, c.notPTX = true, true })
	convert(".rni.ftz", syntax.S32, syntax.F32, flushIR("%a", "%x")+"%y = call float @llvm.rint.f32(float %x)\n%r = call i32 @llvm.fptosi.sat.i32.f32(float %y)", func(c *oracleCase) { c.ftz, c.notPTX = true, true })
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

// clampInteger limits to the range of dst, in 128 bits.
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
