package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Fill sets every element of dst to v.
func (d *Device) Fill(dst kernels.Buffer, v float32) {
	d.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Fill(a.dst[lo:hi], a.a)
	}, args{dst: d.span(dst), a: v})
}

// Copy copies src to dst, which must have the same length.
func (d *Device) Copy(dst, src kernels.Buffer) {
	check.Same("Copy", dst, src)
	d.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		copy(a.dst[lo:hi], a.x[lo:hi])
	}, args{dst: d.span(dst), x: d.span(src)})
}

// Affine stores a·x + b into dst, or adds it to dst, element by element.
func (d *Device) Affine(dst, x kernels.Buffer, a, b float32, mode kernels.WriteMode) {
	check.Same("Affine", dst, x)
	d.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Affine(a.dst[lo:hi], a.x[lo:hi], a.a, a.b, a.add)
	}, args{dst: d.span(dst), x: d.span(x), a: a, b: b, add: mode == kernels.Accumulate})
}

// AddScaled adds a·x to dst.
func (d *Device) AddScaled(dst kernels.Buffer, a float32, x kernels.Buffer) {
	check.Same("AddScaled", dst, x)
	d.Affine(dst, x, a, 0, kernels.Accumulate)
}

// Map sets dst = f(x), element by element.
func (d *Device) Map(f kernels.Func, dst, x kernels.Buffer) {
	check.Map(f)
	check.Same("Map", dst, x)
	d.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Map[a.fn](a.dst[lo:hi], a.x[lo:hi])
	}, args{dst: d.span(dst), x: d.span(x), fn: f})
}

// MapGrad stores dy·f′(x) into dx, or adds it to dx. It computes f′(x) from y = f(x) if
// f.GradFromOutput() is true, and from x otherwise. The other buffer is not read.
func (d *Device) MapGrad(f kernels.Func, dx, dy, x, y kernels.Buffer, mode kernels.WriteMode) {
	check.MapGrad(f, dx, dy, x, y)
	from := y
	if !f.GradFromOutput() {
		from = x
	}
	d.run(chunks(dx.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Grad[a.fn](a.dst[lo:hi], a.y[lo:hi], a.x[lo:hi], a.add)
	}, args{dst: d.span(dx), y: d.span(dy), x: d.span(from), fn: f, add: mode == kernels.Accumulate})
}

// Zip stores op(a, b) into dst, or adds it to dst, element by element.
func (d *Device) Zip(op kernels.Op, dst, a, b kernels.Buffer, mode kernels.WriteMode) {
	check.Zip(op)
	check.Same("Zip", dst, a, b)
	d.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Zip[a.op](a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], a.add)
	}, args{dst: d.span(dst), x: d.span(a), y: d.span(b), op: op, add: mode == kernels.Accumulate})
}
