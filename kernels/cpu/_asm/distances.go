package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// distances generates the kernels of clouds of points.
func distances() {
	for _, s := range []isa{avx2, avx512} {
		s.distanceRows()
		s.distanceColumns()
		s.addDifferences()
		s.sumDifferences()
		s.pairWeights()
	}
}

// distanceRows is for points of many dimensions: it sums along the rows. Blocks
// of AVX-512 have four rows of x, so that rows of y, which come from the
// second-level cache, are loaded once for all of them; AVX2 has no registers for
// so many sums, and needs them less.
func (s isa) distanceRows() {
	s.function("distanceRows", "out *float32, pitch int, x *float32, rows int, y *float32, n, dim int",
		"sets element r, j of out, whose rows are pitch bytes apart, to the distance of row r of x from row j of y.")
	blocks := []int{1}
	if s.bytes == 64 {
		blocks = []int{4, 1}
	}
	to, left := AllocLocal(8), AllocLocal(8) // of the rows of a block
	for _, rows := range blocks {
		next, enough := label("rows"), label("enough")
		Label(next)
		CMPQ(inMemory("rows"), Imm(uint64(rows)))
		JL(LabelRef(enough))
		y, from := argument("y"), argument("out")
		MOVQ(from, to)
		Load(Param("n"), from)
		MOVQ(from, left)
		for _, columns := range []int{4, 1} {
			s.distanceBlocks(rows, columns, to, left, y)
		}
		step := argument("pitch")
		IMUL3Q(U32(rows), step, step)
		ADDQ(step, inMemory("out"))
		Load(Param("dim"), step)
		IMUL3Q(U32(4*rows), step, step)
		ADDQ(step, inMemory("x"))
		SUBQ(Imm(uint64(rows)), inMemory("rows"))
		JMP(LabelRef(next))
		Label(enough)
	}
	s.end()
}

// distanceBlocks is for so many rows of x and, as long as there are any left, so
// many of y.
func (s isa) distanceBlocks(rows, columns int, to, left Mem, y reg.GPVirtual) {
	next, enough := label("columns"), label("enough")
	Label(next)
	CMPQ(left, Imm(uint64(columns)))
	JL(LabelRef(enough))
	stride := argument("dim")
	SHLQ(Imm(2), stride)
	xs, ys := []reg.GPVirtual{argument("x")}, []reg.GPVirtual{y}
	follow := func(list []reg.GPVirtual, n int) []reg.GPVirtual {
		for len(list) < n {
			p := GP64()
			LEAQ(Mem{Base: list[len(list)-1], Index: stride, Scale: 1}, p)
			list = append(list, p)
		}
		return list
	}
	xs, ys = follow(xs, rows), follow(ys, columns)
	squares := make([][]block, rows)
	for r := range squares {
		for range columns {
			squares[r] = append(squares[r], s.zeros(s.parts()))
		}
	}
	s.each(argument("dim"), func(at step) {
		var xv []block
		for _, p := range xs {
			xv = append(xv, at.load(p))
		}
		for c, p := range ys {
			yv := at.load(p)
			for r := range xv {
				d := s.sub(xv[r], yv)
				s.addMul(squares[r][c], d, d)
			}
		}
	})
	row, pitch := GP64(), argument("pitch")
	MOVQ(to, row)
	for r := range squares {
		for c, q := range squares[r] {
			sum := s.totalSingle(q)
			VSQRTSS(sum, sum, sum)
			VMOVSS(sum, Mem{Base: row, Disp: 4 * c})
		}
		ADDQ(pitch, row)
	}
	Load(Param("dim"), stride)
	IMUL3Q(U32(4*columns), stride, stride)
	ADDQ(stride, y)
	ADDQ(Imm(uint64(4*columns)), to)
	SUBQ(Imm(uint64(columns)), left)
	JMP(LabelRef(next))
	Label(enough)
}

// totalSingle adds the 16 lanes of float32 sums.
func (s isa) totalSingle(sums block) reg.VecVirtual {
	var v reg.VecVirtual
	half := YMM()
	if s.bytes == 64 {
		v = sums[0].(reg.VecVirtual)
		VEXTRACTF64X4(Imm(1), v, half)
		VADDPS(half, v.AsY(), v.AsY())
	} else {
		v = sums[0].(reg.VecVirtual)
		VADDPS(sums[1], v, v)
	}
	x := XMM()
	if s.bytes == 64 { // in the first 16 registers and the others
		VEXTRACTF32X4(Imm(1), v.AsY(), x)
	} else {
		VEXTRACTF128(Imm(1), v.AsY(), x)
	}
	low := XMM()
	VADDPS(x, v.AsX(), low)
	VPERMILPS(Imm(0x0e), low, x)
	VADDPS(x, low, low)
	VPERMILPS(Imm(0x01), low, x)
	VADDSS(x, low, low)
	return low
}

// distanceColumns is for points of few dimensions: it works on as many points
// at once as a step has lanes.
func (s isa) distanceColumns() {
	s.function("distanceColumns", "out []float32, y *float32, stride int, x []float32", "sets out[j] to the distance of x from the j'th column of y, whose rows are stride elements apart.")
	out, n, y, stride, x, dim := base("out"), length("out"), argument("y"), argument("stride"), base("x"), length("x")
	s.each(n, func(at step) {
		squares := s.zeros(s.parts())
		k, from := GP64(), GP64()
		XORQ(k, k)
		LEAQ(Mem{Base: y, Index: at.i, Scale: 4}, from)
		next, done := label("axis"), label("done")
		Label(next)
		CMPQ(k, dim)
		JGE(LabelRef(done))
		d := s.sub(s.broadcast(Mem{Base: x, Index: k, Scale: 4}), at.loadAt(Mem{Base: from}))
		s.addMul(squares, d, d)
		LEAQ(Mem{Base: from, Index: stride, Scale: 4}, from)
		INCQ(k)
		JMP(LabelRef(next))
		Label(done)
		at.store(s.apply1(VSQRTPS, squares), out)
	})
	s.end()
}

// addDifferences keeps a run of dst and x in registers while it walks over
// all rows of y.
func (s isa) addDifferences() {
	s.function("addDifferences", "dst, x []float32, y *float32, stride int, c []float32", "adds to dst the sum of c[j]·(x − row j of y), whose rows are stride elements apart.")
	dst, n, x, y := base("dst"), length("dst"), base("x"), argument("y")
	stride, c, rows := argument("stride"), base("c"), length("c")
	SHLQ(Imm(2), stride)
	body := func(at step) {
		sums, xs := at.load(dst), at.load(x)
		from, j := GP64(), GP64()
		LEAQ(Mem{Base: y, Index: at.i, Scale: 4}, from)
		XORQ(j, j)
		next, done := label("row"), label("done")
		Label(next)
		CMPQ(j, rows)
		JGE(LabelRef(done))
		coef := s.broadcast(Mem{Base: c, Index: j, Scale: 4})
		for p := range at.count {
			d := s.sub(xs[p:p+1], at.part(p).loadAt(Mem{Base: from}))
			s.addMul(sums[p:p+1], coef, d)
		}
		ADDQ(stride, from)
		INCQ(j)
		JMP(LabelRef(next))
		Label(done)
		at.store(sums, dst)
	}
	const wide = 6 // vectors: 12 of dst and x, and two more, of 16 registers
	columns := wide * s.bytes / 4
	next, enough := label("wide"), label("enough")
	Label(next)
	CMPQ(n, U32(columns))
	JL(LabelRef(enough))
	zero := GP64()
	XORQ(zero, zero)
	body(step{isa: s, i: zero, count: wide})
	for _, p := range []reg.GPVirtual{dst, x, y} {
		ADDQ(U32(4*columns), p)
	}
	SUBQ(U32(columns), n)
	JMP(LabelRef(next))
	Label(enough)
	s.each(n, body)
	s.end()
}

// sumDifferences is addDifferences for one axis of points of few dimensions.
func (s isa) sumDifferences() {
	s.function("sumDifferences", "c, y []float32, x float32) (sum float32", "returns the sum of c[j]·(x − y[j]).")
	c, n, y, x := base("c"), length("c"), base("y"), s.scalar("x")
	sums := s.zeros(s.parts())
	s.each(n, func(at step) { s.addMul(sums, at.load(c), s.sub(x, at.load(y))) })
	VMOVSS(s.totalSingle(sums), s.result("sum"))
	s.end()
}

// pairWeights generates the weights of the gradient of distances.
func (s isa) pairWeights() {
	s.function("pairWeights", "w, g, dist []float32", "sets w to (w+g)/dist, and to 0 where dist is 0.")
	w, n, g, dist := base("w"), length("w"), base("g"), base("dist")
	s.each(n, func(at step) {
		d := at.load(dist)
		v := s.div(s.add(at.load(w), at.load(g)), d)
		at.store(s.keep(s.compare(nNotEqual, d, s.float(0)), v), w)
	})
	s.end()
}
