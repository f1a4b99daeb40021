package cpu

import (
	"github.com/topogen/topogen/kernels"
)

// Fill sets every element of dst to v.
func (d *Device) Fill(dst kernels.Buffer, v float32) {
	d.args = args{dst: d.span(dst), a: v}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		for i := lo; i < hi; i++ {
			a.dst[i] = a.a
		}
	}, &d.args)
}

// Copy copies src to dst.
func (d *Device) Copy(dst, src kernels.Buffer) {
	kernels.CheckSame("Copy", dst, src)
	d.args = args{dst: d.span(dst), x: d.span(src)}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		copy(a.dst[lo:hi], a.x[lo:hi])
	}, &d.args)
}

// Affine sets dst = a·x + b.
func (d *Device) Affine(dst, x kernels.Buffer, a, b float32, store kernels.Store) {
	kernels.CheckSame("Affine", dst, x)
	d.args = args{dst: d.span(dst), x: d.span(x), a: a, b: b, add: store == kernels.Add}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		affine(a.dst[lo:hi], a.x[lo:hi], a.a, a.b, a.add)
	}, &d.args)
}

// AddScaled adds a·x to dst.
func (d *Device) AddScaled(dst kernels.Buffer, a float32, x kernels.Buffer) {
	kernels.CheckSame("AddScaled", dst, x)
	d.Affine(dst, x, a, 0, kernels.Add)
}

// Map sets dst = f(x).
func (d *Device) Map(f kernels.Func, dst, x kernels.Buffer) {
	kernels.CheckMap(f)
	kernels.CheckSame("Map", dst, x)
	d.args = args{dst: d.span(dst), x: d.span(x), fn: f}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		mapPlain(a.fn, a.dst[lo:hi], a.x[lo:hi])
	}, &d.args)
}

// MapGrad stores dy·f′(x) into dx.
func (d *Device) MapGrad(f kernels.Func, dx, dy, x, y kernels.Buffer, store kernels.Store) {
	kernels.CheckMapGrad(f, dx, dy, x, y)
	from := y
	if !f.GradFromOutput() {
		from = x
	}
	d.args = args{dst: d.span(dx), y: d.span(dy), x: d.span(from), fn: f, add: store == kernels.Add}
	d.pool.run(chunks(dx.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		mapGradPlain(a.fn, a.dst[lo:hi], a.y[lo:hi], a.x[lo:hi], a.add)
	}, &d.args)
}

// Zip stores op(a, b) into dst.
func (d *Device) Zip(op kernels.Op, dst, a, b kernels.Buffer, store kernels.Store) {
	kernels.CheckZip(op)
	kernels.CheckSame("Zip", dst, a, b)
	d.args = args{dst: d.span(dst), x: d.span(a), y: d.span(b), op: op, add: store == kernels.Add}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		zipPlain(a.op, a.dst[lo:hi], a.x[lo:hi], a.y[lo:hi], 1, 1, a.add)
	}, &d.args)
}
