package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// distances generates the loops that compute distances of points, and their gradients.
func distances() {
	for _, s := range []isa{avx2, avx512} {
		s.distanceRows()
		s.distanceColumns()
		s.addDifferences()
		s.sumDifferences()
		s.pairWeights()
	}
}

// distanceRows generates the loop for points of many dimensions. Each point is a row of x or
// y, and the lanes of a vector are coordinates of one point.
//
// The loop computes the distances of up to 4 rows of x from 4 rows of y together, and keeps
// their sums in registers. With AVX-512 it takes 4 rows of x at a time, so that it loads a
// row of y, which comes from the second-level cache, once for 4 distances. AVX2 has too few
// registers for 16 sums, so it takes 1 row of x at a time. It computes at half the speed of
// AVX-512, so loads limit it less.
func (s isa) distanceRows() {
	s.function("distanceRows", "out *float32, pitch int, x *float32, rows int, y *float32, n, dim int",
		"sets out[r][j] to the distance of row r of x from row j of y; rows of out begin pitch bytes apart.")
	blocks := []int{1}
	if s.bytes == 64 {
		blocks = []int{4, 1}
	}
	to, left := AllocLocal(8), AllocLocal(8) // the address in out of the block's first distance; the number of rows of y left
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

// distanceBlocks emits a loop over blocks of rows×columns distances: from the next rows points
// of x to the next columns points of y. to holds the address in out of the block's first
// distance, and left the number of points of y that are left. Each round advances to and y
// and decreases left by columns. The loop ends when left is less than columns.
func (s isa) distanceBlocks(rows, columns int, to, left Mem, y reg.GPVirtual) {
	next, enough := label("columns"), label("enough")
	Label(next)
	CMPQ(left, Imm(uint64(columns)))
	JL(LabelRef(enough))
	stride := argument("dim")
	SHLQ(Imm(2), stride)
	xs, ys := []reg.GPVirtual{argument("x")}, []reg.GPVirtual{y}
	// addRows appends the addresses of the next rows to list until it has n addresses.
	addRows := func(list []reg.GPVirtual, n int) []reg.GPVirtual {
		for len(list) < n {
			p := GP64()
			LEAQ(Mem{Base: list[len(list)-1], Index: stride, Scale: 1}, p)
			list = append(list, p)
		}
		return list
	}
	xs, ys = addRows(xs, rows), addRows(ys, columns)
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
	if s.bytes == 64 && rows == 4 && columns == 4 {
		all := totals4x4(squares)
		VSQRTPS(all, all)
		for r := range rows {
			VEXTRACTF32X4(Imm(uint64(r)), all, Mem{Base: row})
			if r < rows-1 {
				ADDQ(pitch, row)
			}
		}
	} else {
		s.storeRoots(squares, row, pitch)
	}
	Load(Param("dim"), stride)
	IMUL3Q(U32(4*columns), stride, stride)
	ADDQ(stride, y)
	ADDQ(Imm(uint64(4*columns)), to)
	SUBQ(Imm(uint64(columns)), left)
	JMP(LabelRef(next))
	Label(enough)
}

// storeRoots stores the roots of the totals of squares, whose rows begin pitch bytes apart. It
// changes row.
func (s isa) storeRoots(squares [][]block, row, pitch reg.GPVirtual) {
	for r := range squares {
		for c, q := range squares[r] {
			sum := s.totalSingle(q)
			VSQRTSS(sum, sum, sum)
			VMOVSS(sum, Mem{Base: row, Disp: 4 * c})
		}
		ADDQ(pitch, row)
	}
}

// totals4x4 returns the totals of 4×4 vectors of AVX-512, row after row, as the lanes of a vector.
// It adds the lanes of each in the order of totalSingle, of all at once: each step puts the halves
// of what is left of two vectors side by side and adds them, so that 15 additions and 30
// shuffles take the place of 64 each.
func totals4x4(squares [][]block) reg.VecVirtual {
	add := func(a, b reg.VecVirtual) reg.VecVirtual {
		VADDPS(a, b, a)
		return a
	}
	vector := func(r, c int) reg.VecVirtual { return squares[r][c][0].(reg.VecVirtual) }
	var columns []reg.VecVirtual // of column c, whose quarter r is for row r
	for c := range 4 {
		var pairs []reg.VecVirtual // of rows 2k and 2k+1, in halves
		for r := 0; r < 4; r += 2 {
			low, high := ZMM(), ZMM()
			VINSERTF64X4(Imm(1), vector(r+1, c).AsY(), vector(r, c), low)
			VSHUFF64X2(Imm(0xee), vector(r+1, c), vector(r, c), high)
			pairs = append(pairs, add(low, high))
		}
		even, odd := ZMM(), ZMM()
		VSHUFF32X4(Imm(0x88), pairs[1], pairs[0], even)
		VSHUFF32X4(Imm(0xdd), pairs[1], pairs[0], odd)
		columns = append(columns, add(even, odd))
	}
	var halves []reg.VecVirtual // of columns k and k+1, in each quarter
	for c := 0; c < 4; c += 2 {
		low, high := ZMM(), ZMM()
		VUNPCKLPD(columns[c+1], columns[c], low)
		VUNPCKHPD(columns[c+1], columns[c], high)
		halves = append(halves, add(low, high))
	}
	even, odd := ZMM(), ZMM()
	VSHUFPS(Imm(0x88), halves[1], halves[0], even)
	VSHUFPS(Imm(0xdd), halves[1], halves[0], odd)
	return add(even, odd)
}

// totalSingle adds the 16 float32 lanes of sums and returns a vector whose lowest lane is the
// total. The order of additions is the same for AVX2 and AVX-512: first lane e+8 is added to
// lane e, then lane e+4, lane e+2 and lane e+1.
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
	if s.bytes == 64 { // unlike VEXTRACTF128, this one can name registers 16 to 31
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

// distanceColumns generates the loop for points of few dimensions. Each point is a column of
// y, and each lane of a vector is another point.
func (s isa) distanceColumns() {
	s.function("distanceColumns", "out []float32, y *float32, stride int, x []float32", "sets out[j] to the distance of x from column j of y, whose rows begin stride elements apart.")
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

// addDifferences generates the loop that adds weighted differences of points of many
// dimensions. The loop keeps some columns of dst and x in registers while it passes over all
// rows of y, so that it reads and writes dst once.
func (s isa) addDifferences() {
	s.function("addDifferences", "dst, x []float32, y *float32, stride int, c []float32", "adds Σⱼ c[j]·(x − row j of y) to dst; rows of y begin stride elements apart.")
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
	const wide = 6 // vectors of columns at a time: 6 of dst, 6 of x and 2 for operands fit the 16 registers of AVX2
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

// sumDifferences generates the counterpart of addDifferences for points of few dimensions.
// It computes one coordinate, and each lane of a vector is another point.
func (s isa) sumDifferences() {
	s.function("sumDifferences", "c, y []float32, x float32) (sum float32", "returns Σⱼ c[j]·(x − y[j]).")
	c, n, y, x := base("c"), length("c"), base("y"), s.scalar("x")
	sums := s.zeros(s.parts())
	s.each(n, func(at step) { s.addMul(sums, at.load(c), s.sub(x, at.load(y))) })
	VMOVSS(s.totalSingle(sums), s.result("sum"))
	s.end()
}

// pairWeights generates the loop that computes the weights (gᵢⱼ + gⱼᵢ)/distᵢⱼ of the gradient
// of distances. The caller has stored gⱼᵢ into w.
func (s isa) pairWeights() {
	s.function("pairWeights", "w, g, dist []float32", "sets w = (w + g)/dist, and w = 0 where dist is 0.")
	w, n, g, dist := base("w"), length("w"), base("g"), base("dist")
	s.each(n, func(at step) {
		d := at.load(dist)
		v := s.div(s.add(at.load(w), at.load(g)), d)
		at.store(s.keep(s.compare(nNotEqual, d, s.float(0)), v), w)
	})
	s.end()
}
