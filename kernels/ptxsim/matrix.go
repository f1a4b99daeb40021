package ptxsim

import (
	"math"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// The instructions for bfloat16 that PTX 7.0 has for sm_80 and later: the conversion of two
// float32 numbers, and the product of matrices by all lanes of a warp.

// bfloat16 returns the bits of the bfloat16 number nearest to x, ties to even. The bits are
// the high half of those of a float32. NaN becomes 0x7fff.
func bfloat16(x float32) uint32 {
	if x != x {
		return 0x7fff
	}
	b := bits32(x)
	return (b + 0x7fff + b>>16&1) >> 16
}

// cvtPair compiles cvt.rn.bf16x2.f32 d, a, b: a is rounded to the high half of d, and b to the
// low half.
func (c *compiler) cvtPair() exec {
	c.mods = nil
	c.requires(7.0, 80)
	c.args(3, 3)
	a, b := c.source(1, syntax.F32), c.source(2, syntax.F32)
	d := c.destination(0, syntax.B32)
	return func(w *warp, m uint32) {
		for i := range lanesOf(m) {
			w.r[d][i] = bfloat16(float32frombits(w.r[a][i]))<<16 | bfloat16(float32frombits(w.r[b][i]))
		}
	}
}

// requires fails if the file's version or target is older than the instruction needs.
func (c *compiler) requires(version float64, target int) {
	if c.version < version || c.target < target {
		c.fail("needs .version %.1f and .target sm_%d", version, target)
	}
}

// The sizes of the matrices of mma: A is mmaRows×mmaDepth, B is mmaDepth×mmaColumns, and C and D
// are mmaRows×mmaColumns.
const mmaRows, mmaColumns, mmaDepth = 16, 8, 16

// mma compiles mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 d, a, b, c (PTX ISA,
// "Matrix fragments for mma.m16n8k16 with floating point type"): D = A·B + C. Each lane holds
// a fragment of each matrix: 4 registers of pairs of A, 2 of pairs of B, 4 sums of C and of D.
// With group = lane/4 and t = lane%4, they are
//
//	A  registers 0 to 3   row group or group+8 (1 and 3), columns 2t and 2t+1, +8 in 2 and 3
//	B  registers 0 and 1  rows 2t and 2t+1, +8 in register 1; column group
//	C  registers 0 to 3   row group, or group+8 in 2 and 3; column 2t, or 2t+1 in 1 and 3
//
// where the first of two rows or columns is the low half of a register.
//
// The ISA leaves the order and the rounding of the sums open, and promises the accuracy of
// float32 at least. Here a sum is rounded once. With an Approximation other than
// Nearest, products are added one after the other and each sum is rounded towards zero, which
// is the worst that GPUs are known to do.
func (c *compiler) mma() exec {
	for _, name := range []string{"sync", "aligned", "m16n8k16", "row", "col", "f32", "bf16", "bf16", "f32"} {
		c.need(name)
	}
	c.requires(7.0, 80)
	c.args(4, 4)
	a, b := c.fragment(1, 4, syntax.B32), c.fragment(2, 2, syntax.B32)
	sums, d := c.fragment(3, 4, syntax.F32), c.fragment(0, 4, syntax.F32)
	add := addExactly
	if c.approximation != Nearest {
		add = addTruncated
	}
	return func(w *warp, m uint32) {
		if m != allLanes {
			w.fault(LaneDivergence, firstLane(^m), 0, "%s of the warp do not execute mma, but others do", laneNames(^m))
		}
		var x [mmaRows][mmaDepth]float32
		var y [mmaDepth][mmaColumns]float32
		var z [mmaRows][mmaColumns]float32
		for lane := range warpSize {
			group, t := lane/4, lane%4
			for i := range 4 {
				row, column := group+i%2*8, 2*t+i/2*8
				x[row][column], x[row][column+1] = halves(w.r[a[i]][lane])
				z[group+i/2*8][2*t+i%2] = float32frombits(w.r[sums[i]][lane])
			}
			for i := range 2 {
				row := 2*t + 8*i
				y[row][group], y[row+1][group] = halves(w.r[b[i]][lane])
			}
		}
		for lane := range warpSize {
			for i := range 4 {
				row, column := lane/4+i/2*8, lane%4*2+i%2
				var products [mmaDepth]float64
				for k := range products {
					products[k] = float64(x[row][k]) * float64(y[k][column])
				}
				w.r[d[i]][lane] = bits32(add(z[row][column], &products))
			}
		}
	}
}

// halves returns the two bfloat16 numbers in a register.
func halves(r uint32) (low, high float32) {
	return float32frombits(r << 16), float32frombits(r &^ 0xffff)
}

// addExactly returns the sum of start and all products, rounded to float32. The
// products are exact in float64, and the sum of float64 numbers has 29 more bits than float32.
func addExactly(start float32, products *[mmaDepth]float64) float32 {
	sum := float64(start)
	for _, p := range products {
		sum += p
	}
	return float32(sum)
}

// addTruncated returns the sum of start and all products in order, where each sum is rounded
// towards zero to float32.
func addTruncated(start float32, products *[mmaDepth]float64) float32 {
	sum := start
	for _, p := range products {
		exact := float64(sum) + p
		sum = float32(exact)
		if !math.IsInf(exact, 0) && math.Abs(float64(sum)) > math.Abs(exact) {
			sum = math.Nextafter32(sum, 0)
		}
	}
	return sum
}

// fragment returns the slots of operand i, a vector of n registers of type t.
func (c *compiler) fragment(i, n int, t syntax.Type) []int {
	o := &c.in.Args[i]
	if o.Kind != syntax.VectorOperand || len(o.Elements) != n {
		c.fail("operand %d must be a vector of %d registers", i+1, n)
	}
	slots := make([]int, n)
	for k := range slots {
		if i == 0 {
			slots[k] = c.destinationOf(&o.Elements[k], t, false)
		} else {
			slots[k] = c.sourceOf(&o.Elements[k], t, false)
		}
	}
	return slots
}
