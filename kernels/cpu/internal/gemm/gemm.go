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
// the workers. In a part, k is divided into blocks of at most microkernel.DepthBlock;
// for each block and each panel of columns, one micro-tile wide, the panel of B is
// packed, and micro-kernels run down the rows of A and add the block's products to C:
//
//	                    ┌──┬──┬──┐
//	            block   │░░│  │  │    packed panel: 256×16 elements, half of
//	            of k    │░░│  │  │    the first-level cache, read once per tile
//	                    └──┴──┴──┘
//	┌─────────┐         ┌──┬──┬──┐
//	│▒▒▒▒▒▒▒▒▒│  tile   │██│  │  │    micro-tile: 6×16 sums in registers
//	├─────────┤         ├──┼──┼──┤
//	│         │         │  │  │  │
//	└─────────┘         └──┴──┴──┘
//	at most 240×256 elements,
//	from the second-level cache
//
// (The widths are those of AVX2. A tile of AVX-512 is 64 columns wide, and its panel
// comes from the second-level cache, which is fast enough for it.)
//
// Unlike BLIS, A is not packed: a micro-kernel reads each row of A along k, so rows may
// lie anywhere. Only a transposed A is transposed first, a block at a time; packing
// transposes a transposed B. Packing costs a few cycles for each row of a panel and
// every micro-tile then takes at least 6, so packing is cheap if A has a few dozen rows.
// With fewer rows, B is read in place where its layout permits.
//
// While micro-kernels compute, they prefetch the operands that are packed next.
//
// # Invariant
//
// Each element of C is summed over k in ascending order, in blocks that depend on K
// alone. Its bits therefore depend neither on the number of workers nor on how C is
// divided.
//
// # Cost
//
// 2·M·N·K floating-point operations. Before the activation, the error of an element is
// at most (K+4)·2⁻²⁴ times the sum of the magnitudes of its terms.
//
// # References
//
// Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS
// 34(3), 2008; Van Zee and van de Geijn, "BLIS", ACM TOMS 41(3), 2015.
package gemm

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// A Product is C = act(Alpha·op(A)·op(B) + Beta·C + Bias) for row-major matrices in
// memory: op(A) is M×K, op(B) is K×N, and C is M×N. Bias is empty or has N elements,
// which are added to each row.
type Product struct {
	M, N, K        int
	TransA, TransB bool // A is stored K×M, B is stored N×K
	Alpha, Beta    float32
	A, B, C, Bias  []float32
	LDA, LDB, LDC  int // elements from one stored row to the next
	Act            kernels.Func
}

// A Multiplier computes products on a pool, with memory that it keeps between them.
type Multiplier struct {
	kernels *microkernel.Kernels
	pool    *workers.Pool
	spaces  []*workspace // one for each worker

	// The current product and the size of its parts.
	product Product
	m, n    int
}

// New returns a Multiplier that uses an instruction set and runs on pool.
func New(set simd.Set, pool *workers.Pool) *Multiplier {
	g := &Multiplier{kernels: microkernel.For(set), pool: pool}
	for range pool.Workers() {
		g.spaces = append(g.spaces, &workspace{kernels: g.kernels, loops: simd.For(set)})
	}
	return g
}

// Multiply computes p.
func (g *Multiplier) Multiply(p Product) {
	if p.M == 0 || p.N == 0 {
		return
	}
	g.product = p
	g.m, g.n = divide(g.kernels, &p, g.pool.Workers())
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

// block returns the product for the block of C that begins at element (i, j) and has at
// most m×n elements.
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

// rowBlock is the largest number of rows of C in a part (m_c in BLIS): 240 rows of A and
// microkernel.DepthBlock columns are 240 KB, which the second-level cache holds.
const rowBlock = 240

// divide returns the size of the parts of C for which a product takes the least time.
// It estimates the time in cycles; the constants are measured.
func divide(kernels *microkernel.Kernels, p *Product, threads int) (m, n int) {
	const (
		wake      = 6000 // letting other workers join
		start     = 2000 // beginning a part
		fetch     = 0.1  // reading an element of A from memory
		transpose = 0.4  // transposing an element
		imbalance = 0.02 // of a part, lost at the end because workers differ in speed
	)
	width := kernels.Vectors[0] * kernels.Lanes
	panels := ceilDiv(p.N, width)
	each, pack := fetch, 5.0 // cost of an element of A, and of packing a row of a panel
	if p.TransA {
		each += transpose
	}
	if p.TransB {
		pack = transpose * float64(width)
	}
	best := 0.0
	for rows := ceilDiv(p.M, rowBlock); ; rows *= 2 {
		mb := (ceilDiv(p.M, rows) + 5) / 6 * 6
		for columns := 1; columns <= panels && (columns == 1 || rows*columns <= 8*threads); columns *= 2 {
			nb := ceilDiv(panels, columns)
			parts := ceilDiv(p.M, mb) * ceilDiv(panels, nb)
			time := start + float64(p.K)*(float64(nb)*(float64(mb)+pack)+each*float64(mb)) // of one part
			if parts > 1 && threads > 1 {
				time = wake + time*(float64(ceilDiv(parts, threads))+imbalance)
			} else {
				time *= float64(parts)
			}
			if best == 0 || time < best {
				best, m, n = time, mb, nb*width
			}
		}
		if rows >= 2*threads || mb <= 12 {
			return m, n
		}
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
