package cpu

import "github.com/topogen/topogen/kernels"

// Sum reduces over the second and last axes of src. Each part sums what it is
// given in float64, and parts of one sum are added in their order.
func (d *Device) Sum(dst, src kernels.Buffer, shape kernels.SumShape, scale float32, store kernels.Store) {
	shape.Check(dst, src)
	s := newSumPlan(shape)
	d.args = args{dst: d.span(dst), x: d.span(src), sum: s, partial: d.partials(s.parts() * s.width)}
	d.pool.run(s.parts(), sumPart, &d.args)
	out := d.args.dst
	for i := range out {
		var total float64
		group, k := i/s.width, i%s.width
		for p := range s.partsPerGroup {
			total += d.args.partial[(group*s.partsPerGroup+p)*s.width+k]
		}
		v := float32(total * float64(scale))
		if store == kernels.Add {
			v += out[i]
		}
		out[i] = v
	}
}

// A sumPlan divides a sum into parts. Its source is a sequence of groups of
// rows, each row made of width runs; all runs with the same place in the rows
// of a group make one sum.
type sumPlan struct {
	groups, rows, width, run int
	rowsPerPart              int // of one group
	partsPerGroup            int
}

func newSumPlan(s kernels.SumShape) sumPlan {
	p := sumPlan{groups: s.K0, rows: s.R0, width: s.K1, run: s.R1}
	if s.K1 == 1 { // both reduced axes are one: cut it into short runs
		n := s.R0 * s.R1
		p.rows, p.run = n, 1
	}
	p.rowsPerPart = max(1, 2*chunk/max(1, p.width*p.run))
	p.partsPerGroup = (p.rows + p.rowsPerPart - 1) / p.rowsPerPart
	return p
}

func (s *sumPlan) parts() int { return s.groups * s.partsPerGroup }

func sumPart(a *args, part int) {
	s := &a.sum
	group, first := part/s.partsPerGroup, part%s.partsPerGroup*s.rowsPerPart
	last := min(first+s.rowsPerPart, s.rows)
	rowLen := s.width * s.run
	x := a.x[(group*s.rows+first)*rowLen : (group*s.rows+last)*rowLen]
	out := a.partial[part*s.width : (part+1)*s.width]
	clear(out)
	if s.width == 1 {
		out[0] = sumPlain(x)
		return
	}
	for ; len(x) > 0; x = x[rowLen:] {
		for k := range out {
			out[k] += sumPlain(x[k*s.run : (k+1)*s.run])
		}
	}
}

func sumPlain(x []float32) float64 {
	var total float64
	for _, v := range x {
		total += float64(v)
	}
	return total
}

// total runs body on parts of n elements, each leaving its sum in partial, and
// stores the sum of all into dst.
func (d *Device) total(dst kernels.Buffer, n int, body func(a *args, part int)) {
	parts := chunks(n)
	d.args.partial = d.partials(parts)
	d.pool.run(parts, body, &d.args)
	var total float64
	for _, v := range d.args.partial {
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

// Dot stores Σ aᵢbᵢ into dst.
func (d *Device) Dot(dst, a, b kernels.Buffer) {
	kernels.CheckScalars("Dot", dst)
	kernels.CheckSame("Dot", a, b)
	d.args = args{x: d.span(a), y: d.span(b)}
	d.total(dst, a.Len(), func(a *args, part int) {
		lo, hi := bounds(part, len(a.x))
		x, y := a.x[lo:hi], a.y[lo:hi]
		var total float64
		for i, v := range x {
			total += float64(v) * float64(y[i])
		}
		a.partial[part] = total
	})
}
