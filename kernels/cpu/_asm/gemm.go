package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An isa is an instruction set with vectors and a fused multiply-add.
type isa struct {
	name   string
	bytes  int // in a vector
	vector func() reg.VecVirtual
}

var (
	avx2   = isa{"AVX2", 32, YMM}
	avx512 = isa{"AVX512", 64, ZMM}
)

func (s isa) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vector()
	}
	return v
}

func (s isa) clear(v reg.VecVirtual) { VXORPS(v, v, v) }

// argument loads a pointer or an int.
func argument(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// inMemory returns where an argument lies, for those that have no register.
func inMemory(name string) Mem {
	c, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return c.Addr
}

// The bits of a tile's mode.
const (
	accumulate = 1 << iota
	rectify
)

// gemm generates the tiles of package cpu: blocks of C small enough to stay in
// registers while they are summed. With rows×vectors accumulators, vectors
// registers for a row of B and one or two for an element of A, 6×2 fills the 16
// registers of AVX2 and 6×4 the 32 of AVX-512; 12 or more independent sums keep
// two multiply-add units of latency 4 busy. Narrow tiles are for the last
// columns of C, tiles of 4 rows for its last rows.
func gemm() {
	for _, rows := range []int{6, 4} {
		for _, vectors := range []int{2, 1} {
			tile(avx2, rows, vectors)
		}
		for _, vectors := range []int{4, 2, 1} {
			tile(avx512, rows, vectors)
		}
	}
	peak(avx2)
	peak(avx512)
}

func tile(s isa, rows, vectors int) {
	TEXT(fmt.Sprintf("tile%dx%d%s", rows, vectors, s.name), NOSPLIT,
		"func(tiles int, a *float32, aoff *int, runs, run, gap int, b *float32, ldb int, boff *int, bias, c *float32, coff *int, mode int, ahead *float32, stride int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("tile%dx%d%s is a tile of %d rows and %d columns.", rows, vectors, s.name, rows, vectors*s.bytes/4))

	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		sums[i] = s.vectors(vectors)
	}
	// eachC visits the accumulators with the elements of C that they are for.
	eachC := func(visit func(c Mem, sum reg.VecVirtual)) {
		c, coff := argument("c"), argument("coff")
		for i := range sums {
			row := GP64()
			MOVQ(Mem{Base: coff, Disp: 8 * i}, row)
			for v := range sums[i] {
				visit(Mem{Base: c, Index: row, Scale: 1, Disp: s.bytes * v}, sums[i][v])
			}
		}
	}
	ahead := argument("ahead")

	Label("tile")
	// C is far away: it is asked for now and needed only after the product.
	eachC(func(c Mem, sum reg.VecVirtual) { PREFETCHT0(c) })
	bias := argument("bias")
	TESTQ(bias, bias)
	JNZ(LabelRef("bias"))
	for i := range sums {
		for v := range sums[i] {
			s.clear(sums[i][v])
		}
	}
	JMP(LabelRef("product"))

	Label("bias")
	for v := range vectors {
		VMOVUPS(Mem{Base: bias, Disp: s.bytes * v}, sums[0][v])
		for i := 1; i < rows; i++ {
			VMOVAPS(sums[0][v], sums[i][v])
		}
	}

	// k counts up to 0, from the ends of the runs.
	Label("product")
	k, a := argument("run"), make([]reg.GPVirtual, rows)
	end, aoff := argument("a"), argument("aoff")
	LEAQ(Mem{Base: end, Index: k, Scale: 4}, end)
	for i := range a {
		a[i] = GP64()
		MOVQ(Mem{Base: aoff, Disp: 8 * i}, a[i])
		ADDQ(end, a[i])
	}
	further := AllocLocal(8) // bytes from one run to the next
	ADDQ(inMemory("gap"), k)
	SHLQ(Imm(2), k)
	MOVQ(k, further)
	runs := AllocLocal(8)
	Load(Param("runs"), k)
	MOVQ(k, runs)
	b, ldb, ldb3, boff := argument("b"), argument("ldb"), GP64(), argument("boff")
	LEAQ(Mem{Base: ldb, Index: ldb, Scale: 2}, ldb3)
	stride := argument("stride")
	rowB, x := s.vectors(vectors), s.vector()
	// apart returns where a row of B lies if they are ldb apart, listed where it
	// lies otherwise.
	apart := func(row int) Mem {
		switch row {
		case 0:
			return Mem{Base: b}
		case 3:
			return Mem{Base: b, Index: ldb3, Scale: 1}
		}
		return Mem{Base: b, Index: ldb, Scale: uint8(row)}
	}
	listed := func(row int) Mem {
		offset := GP64()
		MOVQ(Mem{Base: boff, Disp: 8 * row}, offset)
		return Mem{Base: b, Index: offset, Scale: 1}
	}
	step := func(row, from int, m Mem) {
		for v := range rowB {
			m.Disp = s.bytes * v
			VMOVUPS(m, rowB[v])
		}
		for i := range a {
			VBROADCASTSS(Mem{Base: a[i], Index: k, Scale: 4, Disp: 4 * (row + from)}, x)
			for v := range rowB {
				VFMADD231PS(x, rowB[v], sums[i][v])
			}
		}
	}
	const unroll = 4
	Label("run")
	Load(Param("run"), k)
	NEGQ(k)
	TESTQ(boff, boff)
	JNZ(LabelRef("listed"))
	for _, form := range []struct {
		name    string
		row     func(row int) Mem
		advance func(rows int)
	}{
		{"", apart, func(rows int) {
			if rows == 1 {
				ADDQ(ldb, b)
			} else {
				LEAQ(Mem{Base: b, Index: ldb, Scale: uint8(rows)}, b)
			}
		}},
		{"listed", listed, func(rows int) { ADDQ(Imm(uint64(8*rows)), boff) }},
	} {
		label := func(s string) string { return s + form.name }
		if form.name != "" {
			Label(form.name)
		}
		ADDQ(Imm(unroll), k)
		JG(LabelRef(label("rest")))
		Label(label("unrolled"))
		PREFETCHT1(Mem{Base: ahead})
		ADDQ(stride, ahead)
		for row := range unroll {
			step(row, -unroll, form.row(row))
		}
		form.advance(unroll)
		ADDQ(Imm(unroll), k)
		JLE(LabelRef(label("unrolled")))
		Label(label("rest"))
		SUBQ(Imm(unroll), k)
		JZ(LabelRef("next"))
		Label(label("single"))
		step(0, 0, form.row(0))
		form.advance(1)
		INCQ(k)
		JNZ(LabelRef(label("single")))
		if form.name == "" {
			JMP(LabelRef("next"))
		}
	}
	Label("next")
	DECQ(runs)
	JZ(LabelRef("done"))
	for i := range a {
		ADDQ(further, a[i])
	}
	JMP(LabelRef("run"))
	Label("done")

	mode := argument("mode")
	TESTQ(U32(accumulate), mode)
	JZ(LabelRef("rectify"))
	eachC(func(c Mem, sum reg.VecVirtual) { VADDPS(c, sum, sum) })
	Label("rectify")
	TESTQ(U32(rectify), mode)
	JZ(LabelRef("store"))
	zero := x
	s.clear(zero)
	for i := range sums {
		for v := range sums[i] {
			VMAXPS(sums[i][v], zero, sums[i][v]) // in this order a NaN stays
		}
	}
	Label("store")
	eachC(func(c Mem, sum reg.VecVirtual) { VMOVUPS(sum, c) })
	ADDQ(Imm(uint64(8*rows)), inMemory("aoff"))
	ADDQ(Imm(uint64(8*rows)), inMemory("coff"))
	DECQ(inMemory("tiles"))
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// peak generates nothing but multiply-adds, to measure what is attainable.
func peak(s isa) {
	TEXT("peak"+s.name, NOSPLIT, "func(rounds int)")
	Doc(fmt.Sprintf("peak%s runs rounds of 12 independent multiply-adds of %d floats.", s.name, s.bytes/4))
	rounds := argument("rounds")
	sums, x, y := s.vectors(12), s.vector(), s.vector()
	for _, v := range append(sums, x, y) {
		s.clear(v)
	}
	Label("round")
	for _, sum := range sums {
		VFMADD231PS(x, y, sum)
	}
	DECQ(rounds)
	JNZ(LabelRef("round"))
	VZEROUPPER()
	RET()
}
