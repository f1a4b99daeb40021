// Package bfloat16 rounds the operands of products to bfloat16, on a pool of workers. The
// results are float32 values whose low 16 bits are 0, or pairs of bfloat16 numbers (see
// microkernel.Kernels.PairRuns).
package bfloat16

import (
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// A Rounder rounds matrices on a pool of workers.
type Rounder struct {
	loops *simd.Loops
	pairs *microkernel.Kernels
	pool  *workers.Pool
	job   job
	zeros []float32 // a row that PairRows pairs with the last row of a group of odd height
}

// New returns a Rounder that uses the instruction set and runs on the pool.
func New(set simd.Set, pool *workers.Pool) *Rounder {
	return &Rounder{loops: simd.For(set), pairs: microkernel.ForPairs(set), pool: pool}
}

// Use sets the micro-kernels for pairs of bfloat16 numbers, such as microkernel.PlainTiles.
// Tests use others than those of the instruction set.
func (r *Rounder) Use(pairs *microkernel.Kernels) { r.pairs = pairs }

// Pairs returns the micro-kernels for pairs of bfloat16 numbers, or nil if the processor has
// none. PairColumns and PairRows need them.
func (r *Rounder) Pairs() *microkernel.Kernels { return r.pairs }

// A Matrix is the first Columns elements of each of Rows rows, which begin Pitch elements
// apart.
type Matrix struct {
	Data                 []float32
	Rows, Columns, Pitch int
}

// Round stores the elements of m, rounded, as dense rows into *dst, which it grows, and returns
// them.
func (r *Rounder) Round(dst *[]float32, m Matrix) []float32 {
	r.job = job{rounder: r, src: m, dst: aligned.Grow(dst, m.Rows*m.Columns), rows: m.Rows, one: (*job).round}
	return r.run(m.Columns)
}

// PairColumns pairs neighboring elements of each row: the first with the second, and so on.
// The result has m.Rows dense rows of microkernel.PairWords(m.Columns) pairs.
func (r *Rounder) PairColumns(dst *[]float32, m Matrix) []float32 {
	r.job = job{rounder: r, src: m, dst: aligned.Grow(dst, m.Rows*microkernel.PairWords(m.Columns)), rows: m.Rows, one: (*job).pairColumns}
	return r.run(m.Columns)
}

// PairRows pairs each element of a row with that below it: the first row with the second, and
// so on. m consists of groups of height rows each, and the last row of a group of odd height
// is paired with zeros. The result has microkernel.PairWords(height) dense rows for each group.
func (r *Rounder) PairRows(dst *[]float32, m Matrix, height int) []float32 {
	if height == 0 {
		return nil
	}
	rows := m.Rows / height * microkernel.PairWords(height)
	r.job = job{rounder: r, src: m, dst: aligned.Grow(dst, rows*m.Columns), rows: rows, height: height, one: (*job).pairRows}
	if height%2 != 0 && len(r.zeros) < m.Columns {
		r.zeros = make([]float32, m.Columns)
	}
	return r.run(2 * m.Columns)
}

// partElements is about the number of elements that a part rounds. It takes some microseconds.
const partElements = 16 << 10

// run runs the job, each row of whose result depends on the given number of elements.
func (r *Rounder) run(elements int) []float32 {
	j := &r.job
	if j.rows == 0 || elements == 0 {
		return j.dst
	}
	j.each = max(1, partElements/elements)
	r.pool.Run((j.rows+j.each-1)/j.each, j)
	return j.dst
}

// A job computes the rows of a result. A part computes a range of them.
type job struct {
	rounder *Rounder
	src     Matrix
	dst     []float32
	rows    int // rows of the result
	height  int // rows of a group of src, in pairRows
	each    int // rows of a part
	one     func(j *job, row, rows int)
}

// Part implements workers.Job.
func (j *job) Part(_, part int) {
	first := part * j.each
	j.one(j, first, min(j.each, j.rows-first))
}

func (j *job) round(row, rows int) {
	m := &j.src
	if m.Pitch == m.Columns {
		j.rounder.loops.Round(j.dst[row*m.Columns:][:rows*m.Columns], m.Data[row*m.Pitch:])
		return
	}
	for i := row; i < row+rows; i++ {
		j.rounder.loops.Round(j.dst[i*m.Columns:][:m.Columns], m.Data[i*m.Pitch:])
	}
}

func (j *job) pairColumns(row, rows int) {
	m := &j.src
	words := microkernel.PairWords(m.Columns)
	j.rounder.pairs.PairRuns(j.dst[row*words:], words, m.Data[row*m.Pitch:], m.Pitch, rows, m.Columns)
}

func (j *job) pairRows(row, rows int) {
	m := &j.src
	words := microkernel.PairWords(j.height)
	for rows > 0 {
		group, i := row/words, row%words
		src := m.Data[(group*j.height+2*i)*m.Pitch:]
		n := min(rows, j.height/2-i) // pairs of rows of this group
		if n > 0 {
			j.rounder.pairs.PairRows(j.dst[row*m.Columns:], m.Columns, src, src[m.Pitch:], 2*m.Pitch, n, m.Columns)
		} else {
			n = 1
			j.rounder.pairs.PairRows(j.dst[row*m.Columns:], m.Columns, src, j.rounder.zeros, 0, 1, m.Columns)
		}
		row, rows = row+n, rows-n
	}
}
