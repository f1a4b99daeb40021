package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Sums.
//
// Problem: sums over two axes of an array of four, in parallel, accurate, and with the
// same bits for any number of threads.
//
// Idea: the array is read once, in the order of memory, in parts of about 16384
// elements. A part adds its elements in float64 to sums of its own; the sums of the parts
// are then added in the order of the parts.
//
// Invariant: how an array is divided depends on its shape alone.
//
// Cost: one pass over the array, and one float64 for each part and sum.

// Sum stores into dst, or adds to dst, scale times the sums of src over the second and last
// of its four axes.
func (d *Device) Sum(dst, src kernels.Buffer, shape kernels.SumShape, scale float32, store kernels.Store) {
	check.Sum(shape, dst, src)
	d.sum(shape, args{dst: d.span(dst), x: d.span(src), a: scale, add: store == kernels.Add})
}

// BiasGrad sets dz = dy·act′ and sums it into db. Each part sums the elements that it
// has just computed, so the bits are those of MapGrad followed by Sum.
func (d *Device) BiasGrad(act kernels.Func, dz, db, dy, y kernels.Buffer, shape kernels.SumShape, store kernels.Store) {
	check.BiasGrad(act, dz, db, dy, y, shape)
	a := args{dst: d.span(db), x: d.span(dz), a: 1, add: store == kernels.Add}
	if act != kernels.Identity || dz != dy {
		a.fn, a.y, a.z = act, d.span(dy), d.span(y)
	}
	d.sum(shape, a)
}

// sum sums a.x, times a.a, into a.dst. If a.y is not nil, it first sets a.x to the
// gradient of function a.fn from a.y and a.z.
func (d *Device) sum(shape kernels.SumShape, a args) {
	s := newSumPlan(shape)
	partials := d.partialSums(s.groups * s.rowParts * s.slot)
	a.sum, a.partials = s, partials
	d.run(s.parts(), sumPart, a)
	if s.rowParts == 1 {
		return // each part has stored its sums
	}
	for group := range s.groups {
		sums := partials[group*s.rowParts*s.slot:]
		for p := 1; p < s.rowParts; p++ {
			for k, v := range sums[p*s.slot:][:s.width] {
				sums[k] += v
			}
		}
		storeSums(&d.args, group*s.width, sums[:s.width])
	}
}

// storeSums stores sums, times a.a, into a.dst from element i on.
func storeSums(a *args, i int, sums []float64) {
	for k, v := range sums {
		simd.Put(a.dst, i+k, float32(v*float64(a.a)), a.add)
	}
}

// A sumPlan divides a sum into parts. The source is a sequence of groups of rows. A row
// consists of width runs, and a run of run elements. The runs at one position, in all rows
// of a group, form one sum. A part is a range of the rows of a group. If a group has one
// row, a part is a range of the runs of that row.
type sumPlan struct {
	groups, rows, width, run int
	rowsPerPart, rowParts    int
	runsPerPart, runParts    int
	slot                     int // memory for the sums of a part: width, rounded up to what SumRows overwrites
}

// sumPartSize is the number of elements that a part sums.
const sumPartSize = 2 * chunk

func newSumPlan(s kernels.SumShape) sumPlan {
	p := sumPlan{groups: s.K0, rows: s.R0, width: s.K1, run: s.R1}
	switch {
	case s.R0 == 1: // each run is a sum
		p.groups, p.rows, p.width, p.run = s.K0*s.K1, s.R1, 1, 1
	case s.K1 == 1: // a group is consecutive
		p.rows, p.run = s.R0*s.R1, 1
	}
	if p.width == 1 && p.rows <= sumPartSize { // short sums, several to a part
		p.groups, p.rows, p.width, p.run = 1, 1, p.groups, p.rows
	}
	p.rowsPerPart = max(1, sumPartSize/max(1, p.width*p.run))
	p.rowParts = max(1, ceilDiv(p.rows, p.rowsPerPart)) // at least 1, to store 0 for no rows
	p.runsPerPart = p.width
	if p.rows == 1 {
		p.runsPerPart = max(1, sumPartSize/max(1, p.run))
	}
	p.runParts = ceilDiv(p.width, max(1, p.runsPerPart))
	p.slot = ceilDiv(p.width, 16) * 16
	return p
}

// parts returns the number of parts.
func (s *sumPlan) parts() int { return s.groups * s.rowParts * s.runParts }

// sumPart computes the sums of one part, and stores them if its group has no other.
func sumPart(a *args, part int) {
	s := &a.sum
	rowPart, runPart := part/s.runParts, part%s.runParts
	group, first := rowPart/s.rowParts, rowPart%s.rowParts*s.rowsPerPart
	last := min(first+s.rowsPerPart, s.rows)
	row := s.width * s.run
	begin, end := (group*s.rows+first)*row, (group*s.rows+last)*row
	lo, hi := runPart*s.runsPerPart, min(s.width, (runPart+1)*s.runsPerPart)
	sums := a.partials[rowPart*s.slot:][lo:hi]
	clear(sums)
	switch {
	case s.width == 1:
		sums[0] = a.loops.Sum(a.terms(begin, end))
	case s.run == 1 && s.rows > 1:
		a.loops.SumRows(sums, a.terms(begin, end), last-first)
	default:
		for ; begin < end; begin += row {
			a.loops.SumRuns(sums, a.terms(begin+lo*s.run, begin+hi*s.run), s.run)
		}
	}
	if s.rowParts == 1 {
		storeSums(a, group*s.width+lo, sums)
	}
}

// terms returns elements [lo, hi) of a.x, after it has computed them if there is an a.y.
func (a *args) terms(lo, hi int) []float32 {
	x := a.x[lo:hi]
	if a.y != nil {
		a.loops.Grad[a.fn](x, a.y[lo:hi], a.z[lo:hi], false)
	}
	return x
}

// Dot stores Σ aᵢbᵢ into dst.
func (d *Device) Dot(dst, a, b kernels.Buffer) {
	check.Scalars("Dot", dst)
	check.Same("Dot", a, b)
	d.total(dst, func(a *args, lo, hi int) float64 { return a.loops.Dot(a.x[lo:hi], a.y[lo:hi]) }, a, b)
}

// total stores into dst the sum of term over all chunks of x and y, in their order.
func (d *Device) total(dst kernels.Buffer, term func(a *args, lo, hi int) float64, x, y kernels.Buffer) {
	partials := d.partialSums(chunks(x.Len()))
	d.run(len(partials), func(a *args, part int) {
		lo, hi := bounds(part, len(a.x))
		a.partials[part] = a.reduce(a, lo, hi)
	}, args{x: d.span(x), y: d.span(y), partials: partials, reduce: term})
	var total float64
	for _, v := range partials {
		total += v
	}
	d.span(dst)[0] = float32(total)
}

// partialSums returns memory for n partial sums that lasts until the next call.
func (d *Device) partialSums(n int) []float64 {
	if cap(d.partials) < n {
		d.partials = make([]float64, n)
	}
	return d.partials[:n]
}
