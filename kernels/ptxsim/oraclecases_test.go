package ptxsim

import (
	"fmt"
	"strings"
	"sync"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// oracleCases returns the cases of all instructions.
var oracleCases = sync.OnceValue(func() []oracleCase {
	var list caseList
	for _, bits := range []int{16, 32, 64} {
		list.integers(bits)
	}
	list.wideProducts()
	list.bits()
	list.logic()
	list.singlePrecision()
	list.doublePrecision()
	list.comparisons()
	list.conversions()
	for i := range list {
		if list[i].inputs == "" {
			list[i].inputs = "single"
			if t := list[i].operands[0]; t.Size() == 8 {
				list[i].inputs = "double"
			}
		}
	}
	return list
})

type caseList []oracleCase

// scalar adds a case for an instruction in scalars, with its operand types.
func (l *caseList) scalar(name, ir string, change ...func(*oracleCase)) {
	s, ok := scalars[name]
	if !ok {
		panic("no instruction " + name)
	}
	*l = append(*l, oracleCase{name: name, result: s.result, operands: s.operands, ir: ir})
	for _, f := range change {
		f(&(*l)[len(*l)-1])
	}
}

func (l *caseList) add(c oracleCase) { *l = append(*l, c) }

func notPTX(c *oracleCase)    { c.notPTX = true }
func looseZero(c *oracleCase) { c.looseZero = true }
func divisor(c *oracleCase)   { c.inputs = "divisor" }

func (l *caseList) integers(n int) {
	T, W := fmt.Sprintf("i%d", n), fmt.Sprintf("i%d", 2*n)
	r := strings.NewReplacer("T", T, "W", W, "N", fmt.Sprint(n))
	u, s, b := fmt.Sprintf(".u%d", n), fmt.Sprintf(".s%d", n), fmt.Sprintf(".b%d", n)
	both := func(op, ir string) {
		l.scalar(op+u, r.Replace(ir))
		l.scalar(op+s, r.Replace(ir))
	}
	high := func(extend string) string {
		return fmt.Sprintf("%%aw = %s T %%a to W\n%%bw = %s T %%b to W\n%%p = mul W %%aw, %%bw\n%%h = lshr W %%p, N\n", extend, extend)
	}
	both("add", "%r = add T %a, %b")
	both("sub", "%r = sub T %a, %b")
	both("mul.lo", "%r = mul T %a, %b")
	both("mad.lo", "%p = mul T %a, %b\n%r = add T %p, %c")
	l.scalar("mul.hi"+u, r.Replace(high("zext")+"%r = trunc W %h to T"))
	l.scalar("mul.hi"+s, r.Replace(high("sext")+"%r = trunc W %h to T"))
	l.scalar("mad.hi"+u, r.Replace(high("zext")+"%q = trunc W %h to T\n%r = add T %q, %c"))
	l.scalar("mad.hi"+s, r.Replace(high("sext")+"%q = trunc W %h to T\n%r = add T %q, %c"))
	for _, sign := range []string{"u", "s"} {
		suffix := "." + sign + fmt.Sprint(n)
		ir := strings.NewReplacer("S", sign, "T", T)
		l.scalar("min"+suffix, ir.Replace("%k = icmp Slt T %a, %b\n%r = select i1 %k, T %a, T %b"))
		l.scalar("max"+suffix, ir.Replace("%k = icmp Sgt T %a, %b\n%r = select i1 %k, T %a, T %b"))
		l.scalar("sad"+suffix, ir.Replace("%k = icmp Slt T %a, %b\n%x = sub T %a, %b\n%y = sub T %b, %a\n%m = select i1 %k, T %y, T %x\n%r = add T %m, %c"))
		l.scalar("div"+suffix, ir.Replace("%r = Sdiv T %a, %b"), divisor)
		l.scalar("rem"+suffix, ir.Replace("%r = Srem T %a, %b"), divisor)
	}
	// Shift amounts are 32 bits wide, and clamped to the width.
	amount := "%big = icmp uge i32 %b, N\n%small = select i1 %big, i32 0, i32 %b\n"
	switch n {
	case 16:
		amount += "%n = trunc i32 %small to i16\n"
	case 32:
		amount += "%n = add i32 %small, 0\n"
	default:
		amount += "%n = zext i32 %small to i64\n"
	}
	l.scalar("shl"+b, r.Replace(amount+"%x = shl T %a, %n\n%r = select i1 %big, T 0, T %x"), amounts)
	l.scalar("shr"+u, r.Replace(amount+"%x = lshr T %a, %n\n%r = select i1 %big, T 0, T %x"), amounts)
	l.scalar("shr"+b, r.Replace(amount+"%x = lshr T %a, %n\n%r = select i1 %big, T 0, T %x"), amounts)
	l.scalar("shr"+s, r.Replace(amount+"%signs = ashr T %a, M\n%x = ashr T %a, %n\n%r = select i1 %big, T %signs, T %x"), amounts,
		func(c *oracleCase) { c.ir = strings.ReplaceAll(c.ir, ", M", fmt.Sprintf(", %d", n-1)) })
	l.scalar("neg"+s, r.Replace("%r = sub T 0, %a"))
	l.scalar("abs"+s, r.Replace("%n = sub T 0, %a\n%k = icmp slt T %a, 0\n%r = select i1 %k, T %n, T %a"))
	l.scalar("cnot"+b, r.Replace("%k = icmp eq T %a, 0\n%r = zext i1 %k to T"))
	if n == 32 {
		l.scalar("add.sat.s32", "%r = call i32 @llvm.sadd.sat.i32(i32 %a, i32 %b)")
		l.scalar("sub.sat.s32", "%r = call i32 @llvm.ssub.sat.i32(i32 %a, i32 %b)")
	}
}

// amounts returns IR that maps most shift amounts to small ones.
func amounts(c *oracleCase) { c.inputs = "single" }

func (l *caseList) wideProducts() {
	for _, n := range []int{16, 32} {
		for sign, extend := range map[string]string{"u": "zext", "s": "sext"} {
			r := strings.NewReplacer("T", fmt.Sprintf("i%d", n), "W", fmt.Sprintf("i%d", 2*n), "X", extend)
			product := "%aw = X T %a to W\n%bw = X T %b to W\n"
			l.scalar(fmt.Sprintf("mul.wide.%s%d", sign, n), r.Replace(product+"%r = mul W %aw, %bw"))
			l.scalar(fmt.Sprintf("mad.wide.%s%d", sign, n), r.Replace(product+"%p = mul W %aw, %bw\n%r = add W %p, %c"))
		}
	}
	for sign, shift := range map[string]string{"u": "lshr", "s": "ashr"} {
		product := strings.ReplaceAll("%a1 = shl i32 %a, 8\n%a2 = X i32 %a1, 8\n%aw = E i32 %a2 to i64\n%b1 = shl i32 %b, 8\n%b2 = X i32 %b1, 8\n%bw = E i32 %b2 to i64\n%p = mul i64 %aw, %bw\n", "X", shift)
		product = strings.ReplaceAll(product, "E", map[string]string{"u": "zext", "s": "sext"}[sign])
		l.scalar("mul24.lo."+sign+"32", product+"%r = trunc i64 %p to i32")
		l.scalar("mul24.hi."+sign+"32", product+"%q = lshr i64 %p, 16\n%r = trunc i64 %q to i32")
		l.scalar("mad24.lo."+sign+"32", product+"%q = trunc i64 %p to i32\n%r = add i32 %q, %c")
	}
}

// bits adds cases for bit operations. Those on bit fields compute in integers of 512 bits,
// which hold any position and length.
func (l *caseList) bits() {
	for _, n := range []int{32, 64} {
		T := fmt.Sprintf("i%d", n)
		r := strings.NewReplacer("T", T, "M", fmt.Sprint(n-1))
		narrow := ""
		if n == 64 {
			narrow = "%r = trunc i64 %x to i32"
		} else {
			narrow = "%r = add i32 %x, 0"
		}
		b := "." + strings.Replace(T, "i", "b", 1)
		l.scalar("popc"+b, r.Replace("%x = call T @llvm.ctpop.T(T %a)\n"+narrow))
		l.scalar("clz"+b, r.Replace("%x = call T @llvm.ctlz.T(T %a, i1 false)\n"+narrow))
		l.scalar("brev"+b, r.Replace("%r = call T @llvm.bitreverse.T(T %a)"))
		for _, sign := range []string{"u", "s"} {
			suffix := fmt.Sprintf(".%s%d", sign, n)
			v := "%v = add T %a, 0\n"
			if sign == "s" {
				v = "%signs = ashr T %a, M\n%v = xor T %a, %signs\n"
			}
			none := "%none = icmp eq T %v, 0\n%z = call T @llvm.ctlz.T(T %v, i1 false)\n"
			l.scalar("bfind"+suffix, r.Replace(v+none+"%i = sub T M, %z\n%x = select i1 %none, T -1, T %i\n"+narrow))
			l.scalar("bfind.shiftamt"+suffix, r.Replace(v+none+"%x = select i1 %none, T -1, T %z\n"+narrow))
			field := "%p8 = and i32 %b, 255\n%n8 = and i32 %c, 255\n%pos = zext i32 %p8 to i512\n%len = zext i32 %n8 to i512\n"
			if sign == "u" {
				l.scalar("bfe"+suffix, r.Replace(field+"%v = zext T %a to i512\n%s = lshr i512 %v, %pos\n%one = shl i512 1, %len\n%mask = sub i512 %one, 1\n%f = and i512 %s, %mask\n%r = trunc i512 %f to T"), notPTX, amounts)
			} else {
				l.scalar("bfe"+suffix, r.Replace(field+"%v = sext T %a to i512\n%s = ashr i512 %v, %pos\n%empty = icmp eq i512 %len, 0\n%up0 = sub i512 512, %len\n%up = select i1 %empty, i512 0, i512 %up0\n%t = shl i512 %s, %up\n%f = ashr i512 %t, %up\n%g = select i1 %empty, i512 0, i512 %f\n%r = trunc i512 %g to T"), notPTX, amounts)
			}
		}
		// bfi has four operands, but a case three: the position's upper bits are the length.
		l.add(oracleCase{name: "bfi" + b, result: syntax.ParseType(b[1:]), operands: []syntax.Type{syntax.ParseType(b[1:]), syntax.ParseType(b[1:]), syntax.U32}, inputs: "single",
			ptx: "shr.u32 %r, %c, 8; bfi" + b + " %d, %a, %b, %c, %r;", notPTX: true,
			ir: r.Replace("%p8 = and i32 %c, 255\n%n9 = lshr i32 %c, 8\n%n8 = and i32 %n9, 255\n%pos = zext i32 %p8 to i512\n%len = zext i32 %n8 to i512\n%one = shl i512 1, %len\n%ones = sub i512 %one, 1\n%mask = shl i512 %ones, %pos\n%not = xor i512 %mask, -1\n%aw = zext T %a to i512\n%bw = zext T %b to i512\n%as = shl i512 %aw, %pos\n%keep = and i512 %bw, %not\n%put = and i512 %as, %mask\n%all = or i512 %keep, %put\n%r = trunc i512 %all to T")})
	}
	for _, mode := range []string{"clamp", "wrap"} {
		amount := "%n = and i32 %c, 31\n"
		if mode == "clamp" {
			amount = "%big = icmp ugt i32 %c, 32\n%n = select i1 %big, i32 32, i32 %c\n"
		}
		amount += "%nw = zext i32 %n to i64\n%lo = zext i32 %a to i64\n%h = zext i32 %b to i64\n%hi = shl i64 %h, 32\n%v = or i64 %lo, %hi\n"
		l.scalar("shf.l."+mode+".b32", amount+"%s = shl i64 %v, %nw\n%t = lshr i64 %s, 32\n%r = trunc i64 %t to i32")
		l.scalar("shf.r."+mode+".b32", amount+"%s = lshr i64 %v, %nw\n%r = trunc i64 %s to i32")
	}
	var ir strings.Builder
	ir.WriteString("%lo = zext i32 %a to i64\n%h = zext i32 %b to i64\n%hi = shl i64 %h, 32\n%v = or i64 %lo, %hi\n")
	for i := range 4 {
		s := strings.NewReplacer("I", fmt.Sprint(i), "SHIFT", fmt.Sprint(4*i), "BYTE", fmt.Sprint(8*i))
		ir.WriteString(s.Replace("%selI = lshr i32 %c, SHIFT\n%sI = and i32 %selI, 7\n%b8I = shl i32 %sI, 3\n%wI = zext i32 %b8I to i64\n%tI = lshr i64 %v, %wI\n%xI = trunc i64 %tI to i8\n%yI = ashr i8 %xI, 7\n%gI = and i32 %selI, 8\n%kI = icmp ne i32 %gI, 0\n%zI = select i1 %kI, i8 %yI, i8 %xI\n%eI = zext i8 %zI to i32\n%fI = shl i32 %eI, BYTE\n"))
	}
	ir.WriteString("%o0 = or i32 %f0, %f1\n%o1 = or i32 %f2, %f3\n%r = or i32 %o0, %o1")
	l.scalar("prmt.b32", ir.String())
	l.permutations()
	l.lop3()
}

// permutations adds cases for the modes of prmt. They list, for each byte of the result,
// which of the eight bytes of both operands it is.
func (l *caseList) permutations() {
	for mode, byteOf := range map[string]func(i int) string{
		"f4e": func(i int) string { return fmt.Sprintf("%%i%d = add i32 %%s, %d\n", i, i) },
		"b4e": func(i int) string {
			return fmt.Sprintf("%%j%d = sub i32 %%s, %d\n%%i%d = and i32 %%j%d, 7\n", i, i, i, i)
		},
		"rc8": func(i int) string { return fmt.Sprintf("%%i%d = add i32 %%s, 0\n", i) },
		"ecl": func(i int) string { return fmt.Sprintf("%%i%d = call i32 @llvm.umax.i32(i32 %%s, i32 %d)\n", i, i) },
		"ecr": func(i int) string { return fmt.Sprintf("%%i%d = call i32 @llvm.umin.i32(i32 %%s, i32 %d)\n", i, i) },
		"rc16": func(i int) string {
			return fmt.Sprintf("%%h%d = and i32 %%s, 1\n%%g%d = shl i32 %%h%d, 1\n%%i%d = add i32 %%g%d, %d\n", i, i, i, i, i, i%2)
		},
	} {
		ir := "%s = and i32 %c, 3\n%lo = zext i32 %a to i64\n%h = zext i32 %b to i64\n%hi = shl i64 %h, 32\n%v = or i64 %lo, %hi\n%o0 = add i32 0, 0\n"
		for i := range 4 {
			ir += byteOf(i) + strings.NewReplacer("I", fmt.Sprint(i), "J", fmt.Sprint(i+1), "SHIFT", fmt.Sprint(8*i)).Replace(
				"%bI = shl i32 %iI, 3\n%wI = zext i32 %bI to i64\n%tI = lshr i64 %v, %wI\n%xI = trunc i64 %tI to i8\n%eI = zext i8 %xI to i32\n%fI = shl i32 %eI, SHIFT\n%oJ = or i32 %oI, %fI\n")
		}
		l.scalar("prmt.b32."+mode, ir+"%r = add i32 %o4, 0")
	}
}

// lop3 adds a case for every truth table: the disjunction of its rows.
func (l *caseList) lop3() {
	for lut := range 256 {
		ir := "%na = xor i32 %a, -1\n%nb = xor i32 %b, -1\n%nc = xor i32 %c, -1\n%s0 = add i32 0, 0\n"
		for row := range 8 {
			if lut>>row&1 == 0 {
				ir += fmt.Sprintf("%%s%d = add i32 %%s%d, 0\n", row+1, row)
				continue
			}
			n := func(bit int) string { return []string{"n", ""}[row>>bit&1] }
			ir += fmt.Sprintf("%%t%[1]d = and i32 %%%[3]sa, %%%[4]sb\n%%u%[1]d = and i32 %%t%[1]d, %%%[5]sc\n%%s%[2]d = or i32 %%s%[1]d, %%u%[1]d\n", row, row+1, n(2), n(1), n(0))
		}
		l.add(oracleCase{name: fmt.Sprintf("lop3.b32 %#02x", lut), result: syntax.B32, operands: []syntax.Type{syntax.B32, syntax.B32, syntax.B32},
			ptx: fmt.Sprintf("lop3.b32 %%d, %%a, %%b, %%c, %d;", lut), ir: ir + "%r = add i32 %s8, 0"})
	}
}

func (l *caseList) logic() {
	for _, n := range []int{16, 32, 64} {
		t := syntax.ParseType(fmt.Sprintf("b%d", n))
		for _, op := range []string{"and", "or", "xor"} {
			l.add(oracleCase{name: fmt.Sprintf("%s.b%d", op, n), result: t, operands: []syntax.Type{t, t}, ir: fmt.Sprintf("%%r = %s i%d %%a, %%b", op, n)})
		}
		l.add(oracleCase{name: fmt.Sprintf("not.b%d", n), result: t, operands: []syntax.Type{t}, ir: fmt.Sprintf("%%r = xor i%d %%a, -1", n)})
		l.add(oracleCase{name: fmt.Sprintf("selp.b%d", n), result: t, operands: []syntax.Type{t, t, syntax.S32},
			ptx: fmt.Sprintf("setp.lt.s32 %%q, %%c, 0; selp.b%d %%d, %%a, %%b, %%q;", n),
			ir:  strings.ReplaceAll("%k = icmp slt i32 %c, 0\n%r = select i1 %k, T %a, T %b", "T", llType(t))})
		l.add(oracleCase{name: fmt.Sprintf("slct.b%d.s32", n), result: t, operands: []syntax.Type{t, t, syntax.S32},
			ptx: fmt.Sprintf("slct.b%d.s32 %%d, %%a, %%b, %%c;", n),
			ir:  strings.ReplaceAll("%k = icmp sge i32 %c, 0\n%r = select i1 %k, T %a, T %b", "T", llType(t))})
		l.add(oracleCase{name: fmt.Sprintf("slct.b%d.f32", n), result: t, operands: []syntax.Type{t, t, syntax.F32}, inputs: "single",
			ptx: fmt.Sprintf("slct.b%d.f32 %%d, %%a, %%b, %%c;", n),
			ir:  strings.ReplaceAll("%k = fcmp oge float %c, 0.0\n%r = select i1 %k, T %a, T %b", "T", llType(t))})
		l.add(oracleCase{name: fmt.Sprintf("slct.ftz.b%d.f32", n), result: t, operands: []syntax.Type{t, t, syntax.F32}, inputs: "single", ftz: true,
			ptx: fmt.Sprintf("slct.ftz.b%d.f32 %%d, %%a, %%b, %%c;", n),
			ir:  strings.ReplaceAll("%k = fcmp oge float %c, 0.0\n%r = select i1 %k, T %a, T %b", "T", llType(t))})
	}
}
