package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Sum reduces over the second and last axes of src. Each part sums what it is
// given in float64, and parts of one sum are added in their order.
func (d *Device) Sum(dst, src kernels.Buffer, shape kernels.SumShape, scale float32, store kernels.Store) {
	check.Sum(shape, dst, src)
	d.sum(shape, args{dst: d.span(dst), x: d.span(src), a: scale, add: store == kernels.Add})
}

// BiasGrad sets dz = dy·act′ and sums it into db. Each part sums what it has
// just computed, so that the bits are those of MapGrad and Sum.
func (d *Device) BiasGrad(act kernels.Func, dz, db, dy, y kernels.Buffer, shape kernels.SumShape, store kernels.Store) {
	check.BiasGrad(act, dz, db, dy, y, shape)
	a := args{dst: d.span(db), x: d.span(dz), a: 1, add: store == kernels.Add}
	if act != kernels.Identity || dz != dy {
		a.fn, a.y, a.z = act, d.span(dy), d.span(y)
	}
	d.sum(shape, a)
}

// sum runs a sum of a.x, which is computed first if there is an a.y.
func (d *Device) sum(shape kernels.SumShape, a args) {
	s := newSumPlan(shape)
	partial := d.partials(s.groups * s.rowParts * s.slot)
	a.sum, a.partial = s, partial
	d.run(s.parts(), sumPart, a)
	if s.rowParts == 1 {
		return // each part has stored its sums
	}
	for group := range s.groups {
		sums := partial[group*s.rowParts*s.slot:]
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
		put(a.dst, i+k, float32(v*float64(a.a)), a.add)
	}
}

// A sumPlan divides a sum into parts. Its source is a sequence of groups of
// rows, each row made of width runs; all runs with the same place in the rows
// of a group make one sum. A part is some rows of a group and, if they are
// single, some of its runs.
type sumPlan struct {
	groups, rows, width, run int
	rowsPerPart, rowParts    int
	runsPerPart, runParts    int
	slot                     int // room for the sums of a part: width, rounded up to what sumRows may write
}

// sumSize is how many elements a part sums.
const sumSize = 2 * chunk

func newSumPlan(s kernels.SumShape) sumPlan {
	p := sumPlan{groups: s.K0, rows: s.R0, width: s.K1, run: s.R1}
	switch {
	case s.R0 == 1:
		p.groups, p.rows, p.width, p.run = s.K0*s.K1, s.R1, 1, 1
	case s.K1 == 1:
		p.rows, p.run = s.R0*s.R1, 1
	}
	if p.width == 1 && p.rows <= sumSize { // short sums, many to a part
		p.groups, p.rows, p.width, p.run = 1, 1, p.groups, p.rows
	}
	p.rowsPerPart = max(1, sumSize/max(1, p.width*p.run))
	p.rowParts = max(1, ceilDiv(p.rows, p.rowsPerPart)) // one even of no rows, to store 0
	p.runsPerPart = p.width
	if p.rows == 1 {
		p.runsPerPart = max(1, sumSize/max(1, p.run))
	}
	p.runParts = ceilDiv(p.width, max(1, p.runsPerPart))
	p.slot = ceilDiv(p.width, 16) * 16
	return p
}

func (s *sumPlan) parts() int { return s.groups * s.rowParts * s.runParts }

func sumPart(a *args, part int) {
	s := &a.sum
	rowPart, runPart := part/s.runParts, part%s.runParts
	group, first := rowPart/s.rowParts, rowPart%s.rowParts*s.rowsPerPart
	last := min(first+s.rowsPerPart, s.rows)
	row := s.width * s.run
	begin, end := (group*s.rows+first)*row, (group*s.rows+last)*row
	lo, hi := runPart*s.runsPerPart, min(s.width, (runPart+1)*s.runsPerPart)
	sums := a.partial[rowPart*s.slot:][lo:hi]
	clear(sums)
	switch {
	case s.width == 1:
		sums[0] = a.loops.sum(a.summed(begin, end))
	case s.run == 1 && s.rows > 1:
		a.loops.sumRows(sums, a.summed(begin, end), last-first)
	default:
		for ; begin < end; begin += row {
			a.loops.sumRuns(sums, a.summed(begin+lo*s.run, begin+hi*s.run), s.run)
		}
	}
	if s.rowParts == 1 {
		storeSums(a, group*s.width+lo, sums)
	}
}

// summed returns elements of what is to be summed.
func (a *args) summed(lo, hi int) []float32 {
	x := a.x[lo:hi]
	if a.y != nil {
		a.loops.grads[a.fn](x, a.y[lo:hi], a.z[lo:hi], false)
	}
	return x
}

// Dot stores Σ aᵢbᵢ into dst.
func (d *Device) Dot(dst, a, b kernels.Buffer) {
	check.Scalars("Dot", dst)
	check.Same("Dot", a, b)
	d.total(dst, func(a *args, lo, hi int) float64 { return a.loops.dot(a.x[lo:hi], a.y[lo:hi]) }, a, b)
}

// total stores into dst the sum of body's results over all parts of x and y, in
// their order.
func (d *Device) total(dst kernels.Buffer, body func(a *args, lo, hi int) float64, x, y kernels.Buffer) {
	partial := d.partials(chunks(x.Len()))
	d.run(len(partial), func(a *args, part int) {
		lo, hi := bounds(part, len(a.x))
		a.partial[part] = a.reduce(a, lo, hi)
	}, args{x: d.span(x), y: d.span(y), partial: partial, reduce: body})
	var total float64
	for _, v := range partial {
		total += v
	}
	d.span(dst)[0] = float32(total)
}

// partials returns room for n partial sums.
func (d *Device) partials(n int) []float64 {
	if cap(d.sums) < n {
		d.sums = make([]float64, n)
	}
	return d.sums[:n]
}

func sumPlain(x []float32) float64 {
	var total float64
	for _, v := range x {
		total += float64(v)
	}
	return total
}

func dotPlain(x, y []float32) float64 {
	var total float64
	for i, v := range x {
		total += float64(v) * float64(y[i])
	}
	return total
}

func sumRunsPlain(out []float64, x []float32, run int) {
	for k := range out {
		out[k] += sumPlain(x[k*run : (k+1)*run])
	}
}

func sumRowsPlain(out []float64, x []float32, rows int) {
	for ; rows > 0; rows-- {
		for k := range out {
			out[k] += float64(x[k])
		}
		x = x[len(out):]
	}
}
