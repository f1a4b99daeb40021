// Package gemm computes matrix products, C = act(alpha·op(A)·op(B) + beta·C + bias), on
// a pool of workers.
//
// # Problem
//
// A product of M×K and K×N matrices does M·N·K multiply-adds on M·K + K·N + M·N
// numbers. It runs at the speed of the multiply-add units only if most operands come
// from registers and from the first two levels of cache.
//
// # Idea
//
// The product is blocked as Goto and van de Geijn describe. C is divided into parts for
// the workers. For each part, the range of k is divided into blocks of at most
// microkernel.DepthBlock values. A panel is the columns of B that one micro-tile covers. For
// each block of k and each panel, the worker packs the rows of the panel in the block. Then
// micro-kernels go down the rows of A and add the products to C:
//
//	                    ┌──┬──┬──┐
//	            block   │░░│  │  │    packed panel: 256×16 elements, half of
//	            of k    │░░│  │  │    the first-level cache, read by each micro-tile
//	                    └──┴──┴──┘
//	┌─────────┐         ┌──┬──┬──┐
//	│▒▒▒▒▒▒▒▒▒│ 6 rows  │██│  │  │    micro-tile: 6×16 sums in registers
//	├─────────┤         ├──┼──┼──┤
//	│         │         │  │  │  │
//	└─────────┘         └──┴──┴──┘
//	A in a part and a block of k:
//	at most 240×256 elements,
//	from the second-level cache
//
// (The widths are those of AVX2. A micro-tile of AVX-512 is 64 columns wide. Its panel does
// not fit the first-level cache and comes from the second-level cache, which is fast enough.)
//
// Unlike BLIS, this package does not pack A. A micro-kernel reads each row of A along k, and
// the rows may lie anywhere. Only if A is stored transposed, a worker transposes it first,
// one block of k at a time. If B is stored transposed, packing transposes it. Packing a row
// of a panel takes a few cycles, and each micro-tile then takes at least 6 cycles for that
// row, so packing is cheap if A has a few dozen rows. With fewer rows, micro-kernels read B
// in place where its layout permits.
//
// While micro-kernels compute, they prefetch the operands that will be packed next.
//
// # Invariant
//
// Each element of C is a sum over k in ascending order, and the blocks of k depend on K
// alone. The bits of C therefore depend neither on the number of workers nor on the
// division of C into parts.
//
// # Cost
//
// 2·M·N·K floating-point operations. Before the activation, the error of an element is
// at most (K+4)·2⁻²⁴ times the sum of the magnitudes of its terms.
//
// # Half precision
//
// [Multiplier.MultiplyRounded] rounds A and B to bfloat16 first. If the processor has
// AVX512_BF16, and alpha is 1, it makes matrices of pairs of A and B, whose elements hold the
// numbers of two neighboring k. Their product has half as many values of k, and all of the
// above serves it with other micro-kernels. With AMX, micro-kernels also copy A, and parts of C
// have whole tiles. Otherwise it multiplies the rounded operands as
// float32 numbers, which costs a pass over both operands and gains nothing but equal results.
//
// # References
//
// Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS
// 34(3), 2008; Van Zee and van de Geijn, "BLIS", ACM TOMS 41(3), 2015.
package gemm

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/bfloat16"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// A Product holds the operands of C = act(Alpha·op(A)·op(B) + Beta·C + Bias), row-major
// matrices in memory. op(A) is M×K, op(B) is K×N, and C is M×N. Bias is empty or has N
// elements, which are added to each row.
type Product struct {
	M, N, K        int
	TransA, TransB bool // A is stored as K×M; B is stored as N×K
	Alpha, Beta    float32
	A, B, C, Bias  []float32
	LDA, LDB, LDC  int // elements from the beginning of a stored row to that of the next
	Act            kernels.Func
}

// A Multiplier computes products on a pool of workers. It keeps its memory from one product
// to the next.
type Multiplier struct {
	float32s *microkernel.Kernels // the micro-kernels for float32
	kernels  *microkernel.Kernels // those of the current product: float32s, or those for pairs of bfloat16 numbers
	pool     *workers.Pool
	spaces   []*workspace // one for each worker

	rounder *bfloat16.Rounder
	a, b    []float32 // the rounded operands of MultiplyRounded

	// The current product, and the largest number of rows and of columns of C in a part.
	product Product
	m, n    int
}

// New returns a Multiplier that uses the instruction set and runs on the pool.
func New(set simd.Set, pool *workers.Pool) *Multiplier {
	g := &Multiplier{float32s: microkernel.For(set), pool: pool, rounder: bfloat16.New(set, pool)}
	for range pool.Workers() {
		g.spaces = append(g.spaces, &workspace{loops: simd.For(set)})
	}
	return g
}

// Multiply computes the product p.
func (g *Multiplier) Multiply(p Product) { g.multiply(p, g.float32s) }

// multiply computes the product p with the given micro-kernels.
func (g *Multiplier) multiply(p Product, kernels *microkernel.Kernels) {
	if p.M == 0 || p.N == 0 {
		return
	}
	g.product, g.kernels = p, kernels
	for _, w := range g.spaces {
		w.kernels = kernels
	}
	g.m, g.n = divide(kernels, &p, g.pool.Workers())
	g.pool.Run(ceilDiv(p.M, g.m)*ceilDiv(p.N, g.n), g)
}

// Part computes one part of C. It implements workers.Job.
func (g *Multiplier) Part(worker, part int) {
	columns := ceilDiv(g.product.N, g.n)
	sub := g.product.block(part/columns*g.m, part%columns*g.n, g.m, g.n)
	w := g.spaces[worker]
	w.next = Product{}
	if next := part + 1; next < ceilDiv(g.product.M, g.m)*columns {
		w.next = g.product.block(next/columns*g.m, next%columns*g.n, g.m, g.n)
	}
	w.multiply(&sub)
}

// block returns the product that computes a block of C: up to m rows from row i on, and up
// to n columns from column j on.
func (p *Product) block(i, j, m, n int) Product {
	sub := *p
	sub.M, sub.N = min(m, p.M-i), min(n, p.N-j)
	sub.C = p.C[i*p.LDC+j:]
	if p.K > 0 {
		atA, atB := i*p.LDA, j
		if p.TransA {
			atA = i
		}
		if p.TransB {
			atB = j * p.LDB
		}
		sub.A, sub.B = p.A[atA:], p.B[atB:]
	}
	if len(p.Bias) != 0 {
		sub.Bias = p.Bias[j:]
	}
	return sub
}

// rowBlock is the largest number of rows of C in a part (m_c in BLIS). In a block of k, 240
// rows of A take 240·DepthBlock·4 bytes = 240 KB, which the second-level cache holds.
const rowBlock = 240

// divide returns the number of rows and of columns of C in a part for which a product takes
// the least time. It estimates the time in cycles, from constants that were measured.
func divide(kernels *microkernel.Kernels, p *Product, threads int) (m, n int) {
	const (
		wake      = 6000 // cycles until other workers have joined
		start     = 2000 // cycles to begin a part
		fetch     = 0.1  // cycles to read an element of A from memory
		transpose = 0.4  // cycles to transpose an element
		imbalance = 0.02 // share of the time of a part for which workers wait for the slowest one at the end
	)
	width := kernels.Vectors[0] * kernels.Lanes
	panels, unit := ceilDiv(p.N, width), kernels.Rows()
	each, pack := fetch, 5.0 // cycles for an element of A, and for packing one row of a panel
	if p.TransA {
		each += transpose
	}
	if p.TransB {
		pack = transpose * float64(width)
	}
	best := 0.0
	for rows := ceilDiv(p.M, rowBlock); ; rows *= 2 {
		mb := ceilDiv(ceilDiv(p.M, rows), unit) * unit
		for columns := 1; columns <= panels && (columns == 1 || rows*columns <= 8*threads); columns *= 2 {
			nb := ceilDiv(panels, columns)
			parts := ceilDiv(p.M, mb) * ceilDiv(panels, nb)
			time := start + float64(p.K)*(float64(nb)*(float64(mb)+pack)+each*float64(mb)) // cycles for one part
			if parts > 1 && threads > 1 {
				time = wake + time*(float64(ceilDiv(parts, threads))+imbalance)
			} else {
				time *= float64(parts)
			}
			if best == 0 || time < best {
				best, m, n = time, mb, nb*width
			}
		}
		if rows >= 2*threads || mb <= 2*unit {
			return m, n
		}
	}
}

// ceilDiv returns ⌈a/b⌉ for a ≥ 0 and b > 0.
func ceilDiv(a, b int) int { return (a + b - 1) / b }
