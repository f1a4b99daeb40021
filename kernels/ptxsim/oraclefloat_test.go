package ptxsim

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// clampIR returns IR that clamps %x to [0, 1], and NaN to 0.
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

// flushIR returns IR that replaces subnormal numbers by zero. It works on the bits, since
// LLVM would optimize arithmetic away that has no effect in its own semantics.
func flushIR(from, to string) string {
	return strings.NewReplacer("FROM", from, "TO", to, "$", strings.TrimPrefix(to, "%")+".").Replace(`%$i = bitcast float FROM to i32
%$e = and i32 %$i, 2139095040
%$k = icmp eq i32 %$e, 0
%$s = and i32 %$i, -2147483648
%$z = select i1 %$k, i32 %$s, i32 %$i
TO = bitcast i32 %$z to float
`)
}

// minimum returns IR that selects the operand for which the comparison holds, or the other
// one if an operand is NaN.
func minimum(cmp, T string) string {
	return strings.NewReplacer("CMP", cmp, "T", T).Replace(`%nan = fcmp uno T %a, %a
%k = fcmp CMP T %a, %b
%bad = fcmp uno T %b, %b
%k1 = or i1 %k, %bad
%s = select i1 %k1, T %a, T %b
%r = select i1 %nan, T %b, T %s`)
}

// properties adds cases for testp, by comparisons of bits.
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
