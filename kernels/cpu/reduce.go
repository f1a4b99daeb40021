package cpu

import (
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Sums.
//
// Problem: sum an array over the second and the last of its four axes, in parallel,
// accurately, and with the same bits for any number of threads.
//
// Idea: the array is divided into parts of about 16384 elements, which are consecutive in
// memory. A worker adds the elements of a part in float64 to partial sums that belong to
// the part. Then the caller adds the partial sums in the order of the parts.
//
// Invariant: the division into parts depends on the shape of the array alone.
//
// Cost: one pass over the array, and one float64 for each partial sum of each part.

// Sum stores into dst, or adds to dst, scale times the sums of src over the second and last
// of its four axes.
func (d *Device) Sum(dst, src kernels.Buffer, shape kernels.SumShape, scale float32, mode kernels.WriteMode) {
	check.Sum(shape, dst, src)
	d.sum(shape, args{dst: d.span(dst), x: d.span(src), a: scale, add: mode == kernels.Accumulate})
}

// BiasGrad sets dz = dy·act′, where act′ is computed from y, and stores the sums of dz into
// db. Each part sums the elements of dz that it has just computed, which are still in the
// cache. The division into parts is that of Sum, so the result has the bits of MapGrad
// followed by Sum.
func (d *Device) BiasGrad(act kernels.Func, dz, db, dy, y kernels.Buffer, shape kernels.SumShape, mode kernels.WriteMode) {
	check.BiasGrad(act, dz, db, dy, y, shape)
	a := args{dst: d.span(db), x: d.span(dz), a: 1, add: mode == kernels.Accumulate}
	if act != kernels.Identity || dz != dy {
		a.fn, a.y, a.z = act, d.span(dy), d.span(y)
	}
	d.sum(shape, a)
}

// sum stores a.a times the sums of a.x into a.dst. If a.y is not nil, it first sets a.x to
// a.y·f′, where f is the function a.fn and f′ is computed from a.z.
func (d *Device) sum(shape kernels.SumShape, a args) {
	s := newSumPlan(shape)
	partials := d.partialSums(s.groups * s.rowParts * s.slot)
	a.sum, a.partials = s, partials
	d.run(s.parts(), sumPart, a)
	if s.rowParts == 1 {
		return // the parts have stored the sums into a.dst
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

// storeSums stores a.a·sums[k] into element i+k of a.dst for each k, or adds it.
func storeSums(a *args, i int, sums []float64) {
	for k, v := range sums {
		simd.Put(a.dst, i+k, float32(v*float64(a.a)), a.add)
	}
}

// A sumPlan divides a sum into parts. The source is a sequence of groups. A group consists of
// rows, a row of width runs, and a run of run elements. All are consecutive in memory. Each
// group has width sums: sum i is over run i of all rows of the group. A part is a range of
// the rows of a group. If a group has one row, a part is a range of the runs of that row.
type sumPlan struct {
	groups, rows, width, run int
	rowsPerPart, rowParts    int
	runsPerPart, runParts    int
	slot                     int // float64 values for the sums of a part: width, rounded up to a multiple of 16, because SumRows writes whole multiples of 16
}

// sumPartSize is about the number of elements in a part of a sum.
const sumPartSize = 2 * chunk

// newSumPlan divides the sum over axes R0 and R1 of an array K0×R0×K1×R1.
func newSumPlan(s kernels.SumShape) sumPlan {
	p := sumPlan{groups: s.K0, rows: s.R0, width: s.K1, run: s.R1}
	switch {
	case s.R0 == 1: // a sum is over R1 consecutive elements: take them as the rows of a group
		p.groups, p.rows, p.width, p.run = s.K0*s.K1, s.R1, 1, 1
	case s.K1 == 1: // a sum is over R0·R1 consecutive elements: take them as the rows of a group
		p.rows, p.run = s.R0*s.R1, 1
	}
	if p.width == 1 && p.rows <= sumPartSize { // short sums: take each as a run of one row, so that a part has several
		p.groups, p.rows, p.width, p.run = 1, 1, p.groups, p.rows
	}
	p.rowsPerPart = max(1, sumPartSize/max(1, p.width*p.run))
	p.rowParts = max(1, ceilDiv(p.rows, p.rowsPerPart)) // at least one part, which stores 0 if there are no rows
	p.runsPerPart = p.width
	if p.rows == 1 {
		p.runsPerPart = max(1, sumPartSize/max(1, p.run))
	}
	p.runParts = ceilDiv(p.width, max(1, p.runsPerPart))
	p.slot = ceilDiv(p.width, 16) * 16
	return p
}

// parts returns the number of parts of the sum.
func (s *sumPlan) parts() int { return s.groups * s.rowParts * s.runParts }

// sumPart computes the sums of one part. It stores them into a.dst if they include all rows
// of the group; otherwise sum adds them to those of the group's other parts.
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

// terms returns elements [lo, hi) of a.x. If a.y is not nil, it first computes them, as the
// comment of sum states.
func (a *args) terms(lo, hi int) []float32 {
	x := a.x[lo:hi]
	if a.y != nil {
		a.loops.Grad[a.fn](x, a.y[lo:hi], a.z[lo:hi], false)
	}
	return x
}

// Dot stores the dot product Σ aᵢ·bᵢ into dst, which has one element.
func (d *Device) Dot(dst, a, b kernels.Buffer) {
	check.Scalars("Dot", dst)
	check.Same("Dot", a, b)
	d.total(dst, func(a *args, lo, hi int) float64 { return a.loops.Dot(a.x[lo:hi], a.y[lo:hi]) }, a, b)
}

// total stores into dst the sum of term(a, lo, hi) over all chunks [lo, hi) of x and y, in
// the order of the chunks. term finds x and y in a.x and a.y.
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

// partialSums returns memory for n partial sums, with unspecified contents. The memory is
// valid until the next call.
func (d *Device) partialSums(n int) []float64 {
	d.partials = reuse.Slice(d.partials, n)
	return d.partials
}
