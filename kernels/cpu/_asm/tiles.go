package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// tiles generates the micro-kernels that multiply pairs of bfloat16 numbers with AMX.
//
// Problem: TDPBF16PS multiplies 4096 pairs, 256 times as many as VDPBF16PS. Its operands are
// tiles, which are loaded from memory only, and whose state must not outlive the function.
//
// Idea: a tile holds 16 rows of 64 bytes. TDPBF16PS multiplies a tile of A, 16 rows of 16 pairs
// each, by a tile of B, 16 pairs of k of 16 columns each, and adds the products to a tile of
// 16×16 sums. A micro-tile is 2×2 tiles of sums; with 2 tiles of A and 2 of B these are all 8
// tiles. So each tile that is loaded takes part in two products. The last rows of a panel, if
// they are at most 16, take one row of tiles.
//
// Invariant: all tiles have 16 full rows. Operands are padded, and results beyond the last row
// are not stored (see runTiles in package microkernel). So one configuration serves all calls.
//
// Goroutines: a function in assembly is not preempted, so the configuration and the tiles
// stay on one thread from LDTILECFG to TILERELEASE. The system saves them if it interrupts
// the thread.
//
// Cost: for 16 pairs of k, 4 products and 4 loads of tiles.
//
// Reference: Intel, "Architectures Optimization Reference Manual", chapter "Intel AMX".
func tiles() {
	tileKernel(2)
	tileKernel(1)
}

const (
	tileRows  = 16 // rows of a tile
	tileBytes = 64 // bytes in a row of a tile
)

// The tiles of a micro-tile: sums of 2×2 tiles, 2 of A and 2 of B.
const (
	tilesA = 4
	tilesB = 6
)

// tileConfig returns the operand of LDTILECFG, which gives all 8 tiles 16 rows of 64 bytes.
func tileConfig() Mem {
	return table("tileConfig", func(i int) uint32 {
		switch {
		case i == 0:
			return 1 // the palette; the rest of the word is 0
		case 4 <= i && i < 8: // bytes 16 to 31: bytes in a row of each tile, in 16 bits
			return tileBytes | tileBytes<<16
		case 12 <= i && i < 14: // bytes 48 to 55: rows of each tile, in 8 bits
			return tileRows * 0x01010101
		}
		return 0
	}, 16)
}

// tileKernel generates the micro-kernel for panels of the given number of tiles. The type
// tileKernel of package microkernel documents its arguments.
func tileKernel(columns int) {
	name := fmt.Sprintf("tiles%dAMX", tileRows*columns)
	TEXT(name, NOSPLIT, "func(rows int, a *float32, lda int, b *float32, ldb, steps int, last, sums, bias, c *float32, coff *int, mode int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s is the micro-kernel for panels of %d columns; see the type tileKernel.", name, tileRows*columns))
	labels = 0

	config := GP64()
	LEAQ(tileConfig(), config)
	tileInstruction("LDTILECFG", Mem{Base: config})
	Label("next")
	CMPQ(inMemory("rows"), Imm(tileRows))
	JLE(LabelRef("one"))
	multiplyTiles(2, columns)
	storeTiles(2, columns)
	JG(LabelRef("next"))
	JMP(LabelRef("end"))
	Label("one")
	multiplyTiles(1, columns)
	storeTiles(1, columns)
	Label("end")
	tileInstruction("TILERELEASE")
	VZEROUPPER()
	RET()
}

// multiplyTiles emits code that sums the products of A and B in rows×columns tiles, and stores
// the sums to the memory at sums, whose rows are as wide as the panel.
func multiplyTiles(rows, columns int) {
	a, lda, b, ldb, steps, last := argument("a"), argument("lda"), argument("b"), argument("ldb"), argument("steps"), argument("last")
	below := GP64() // the second row of tiles of A
	if rows == 2 {
		MOVQ(lda, below)
		SHLQ(Imm(4), below) // by tileRows rows
		ADDQ(a, below)
	}
	stepB := GP64() // bytes from one tile of B to the next
	MOVQ(ldb, stepB)
	SHLQ(Imm(4), stepB)
	for i := range rows * columns {
		tileInstruction("TILEZERO", tile(i/columns*2+i%columns))
	}
	step, tail, done := label("step"), label("tail"), label("done")
	TESTQ(steps, steps)
	JZ(LabelRef(tail))
	Label(step)
	tileInstruction("TILELOADD", Mem{Base: a, Index: lda, Scale: 1}, tile(tilesA))
	tileInstruction("TILELOADD", Mem{Base: b, Index: ldb, Scale: 1}, tile(tilesB))
	tileInstruction("TDPBF16PS", tile(tilesB), tile(tilesA), tile(0))
	if columns == 2 {
		tileInstruction("TILELOADD", Mem{Base: b, Index: ldb, Scale: 1, Disp: tileBytes}, tile(tilesB+1))
		tileInstruction("TDPBF16PS", tile(tilesB+1), tile(tilesA), tile(1))
	}
	if rows == 2 {
		tileInstruction("TILELOADD", Mem{Base: below, Index: lda, Scale: 1}, tile(tilesA+1))
		tileInstruction("TDPBF16PS", tile(tilesB), tile(tilesA+1), tile(2))
		if columns == 2 {
			tileInstruction("TDPBF16PS", tile(tilesB+1), tile(tilesA+1), tile(3))
		}
		ADDQ(Imm(tileBytes), below)
	}
	ADDQ(Imm(tileBytes), a)
	ADDQ(stepB, b)
	DECQ(steps)
	JNZ(LabelRef(step))
	// The last rows of B, if they do not fill a tile, are at last.
	Label(tail)
	TESTQ(last, last)
	JZ(LabelRef(done))
	MOVQ(last, b)
	XORQ(last, last)
	MOVQ(U32(uint32(tileBytes*columns)), ldb)
	MOVQ(U32(1), steps)
	JMP(LabelRef(step))
	Label(done)

	sums, pitch := argument("sums"), GP64()
	MOVQ(U32(uint32(tileBytes*columns)), pitch)
	for i := range rows {
		for j := range columns {
			tileInstruction("TILESTORED", tile(2*i+j), Mem{Base: sums, Index: pitch, Scale: 1, Disp: tileBytes * (i*tileRows*columns + j)})
		}
	}
}

// storeTiles emits code that adds the bias, and C if mode says so, to the sums of up to
// 16·rows rows, and stores them to C. It advances the arguments to the rows after these, and
// sets the flags to those of the number of rows that are left.
func storeTiles(rows, columns int) {
	s := avx512
	sums, bias, c, coff, mode, count, row := argument("sums"), argument("bias"), argument("c"), argument("coff"), argument("mode"), GP64(), GP64()
	MOVQ(U32(uint32(tileRows*rows)), count)
	CMPQ(count, inMemory("rows"))
	CMOVQGT(inMemory("rows"), count)
	start, zero := s.vectors(columns), s.vector()
	s.clear(zero)
	for _, v := range start {
		s.clear(v)
	}
	again, overwrite, store := label("row"), label("overwrite"), label("store")
	TESTQ(bias, bias)
	JZ(LabelRef(again))
	for i, v := range start {
		VMOVUPS(Mem{Base: bias, Disp: tileBytes * i}, v)
	}
	Label(again)
	MOVQ(Mem{Base: coff}, row)
	ADDQ(c, row)
	v := s.vectors(columns)
	for i := range v {
		VADDPS(Mem{Base: sums, Disp: tileBytes * i}, start[i], v[i])
	}
	TESTQ(U32(accumulate), mode)
	JZ(LabelRef(overwrite))
	for i := range v {
		VADDPS(Mem{Base: row, Disp: tileBytes * i}, v[i], v[i])
	}
	Label(overwrite)
	TESTQ(U32(rectify), mode)
	JZ(LabelRef(store))
	for i := range v {
		VMAXPS(v[i], zero, v[i]) // in this order of operands NaN stays NaN
	}
	Label(store)
	for i := range v {
		VMOVUPS(v[i], Mem{Base: row, Disp: tileBytes * i})
	}
	ADDQ(Imm(uint64(tileBytes*columns)), sums)
	ADDQ(Imm(8), coff)
	DECQ(count)
	JNZ(LabelRef(again))
	MOVQ(coff, inMemory("coff"))
	if rows == 2 {
		skip := argument("lda")
		SHLQ(Imm(5), skip) // by 2·tileRows rows
		ADDQ(skip, inMemory("a"))
	}
	SUBQ(Imm(uint64(tileRows*rows)), inMemory("rows"))
}

// tile returns the operand that names tile n in the instructions of tileInstruction.
func tile(n int) Op { return U8(n) }

// tileInstruction emits an instruction of AMX, which neither avo nor Go's assembler knows. The
// function encode replaces it by its bytes when registers are allocated. Tiles are immediate
// operands. Avo need not know what becomes of them.
func tileInstruction(opcode string, operands ...Op) {
	var inputs []Op
	for _, o := range operands {
		if m, ok := o.(Mem); ok {
			inputs = append(inputs, m)
		}
	}
	unknown("AMX_BF16", opcode, operands, inputs, nil)
}
