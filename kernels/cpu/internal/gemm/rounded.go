package gemm

import (
	"github.com/topogen/topogen/kernels/cpu/internal/bfloat16"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// MultiplyRounded computes the product p with A and B rounded to bfloat16.
func (g *Multiplier) MultiplyRounded(p Product) {
	if p.M == 0 || p.N == 0 || p.K == 0 || p.Alpha == 0 {
		g.Multiply(p)
		return
	}
	a := bfloat16.Matrix{Data: p.A, Rows: p.M, Columns: p.K, Pitch: p.LDA}
	if p.TransA {
		a.Rows, a.Columns = p.K, p.M
	}
	b := bfloat16.Matrix{Data: p.B, Rows: p.K, Columns: p.N, Pitch: p.LDB}
	if p.TransB {
		b.Rows, b.Columns = p.N, p.K
	}
	if g.rounder.Pairs() == nil || p.Alpha != 1 { // a pair cannot be multiplied by alpha
		p.A, p.LDA = g.rounder.Round(&g.a, a), a.Columns
		p.B, p.LDB = g.rounder.Round(&g.b, b), b.Columns
		g.Multiply(p)
		return
	}
	words := microkernel.PairWords(p.K)
	p.A, p.LDA = g.pair(&g.a, a, p.TransA), words
	if p.TransA {
		p.LDA = p.M
	}
	p.B, p.LDB = g.pair(&g.b, b, !p.TransB), p.N
	if p.TransB {
		p.LDB = words
	}
	p.K = words
	g.multiply(p, g.rounder.Pairs())
}

// pair pairs the numbers of neighboring k in an operand, whose rows or columns belong to
// the values of k.
func (g *Multiplier) pair(dst *[]float32, m bfloat16.Matrix, rows bool) []float32 {
	if rows {
		return g.rounder.PairRows(dst, m, m.Rows)
	}
	return g.rounder.PairColumns(dst, m)
}
