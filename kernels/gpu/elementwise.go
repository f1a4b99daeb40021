package gpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Fill sets every element of dst to v.
func (d *Device) Fill(dst kernels.Buffer, v float32) {
	p := d.pointer(dst)
	if d.err == nil && dst.Len() > 0 {
		d.fail(d.driver.Fill(d.stream, p, math.Float32bits(v), dst.Len()))
	}
}

// Copy copies src to dst.
func (d *Device) Copy(dst, src kernels.Buffer) {
	check.Same("Copy", dst, src)
	to, from := d.pointer(dst), d.pointer(src)
	if d.err == nil && dst.Len() > 0 && to != from {
		d.fail(d.driver.Copy(d.stream, to, from, 4*dst.Len()))
	}
}

// Element-wise kernels. A kernels.Func or kernels.Op is an index into the slices, a
// kernels.WriteMode into the arrays.
var (
	mapEntries  = entries("maps", "map_", kernels.Funcs())
	gradEntries = [...][]entry{
		kernels.Overwrite:  entries("maps", "grad_", kernels.Funcs()),
		kernels.Accumulate: entries("maps", "grad_add_", kernels.Funcs()),
	}
	zipEntries = [...][]entry{
		kernels.Overwrite:  entries("zips", "zip_", kernels.Ops()),
		kernels.Accumulate: entries("zips", "zip_add_", kernels.Ops()),
	}
	affineEntries = [...]entry{kernels.Overwrite: {"zips", "affine"}, kernels.Accumulate: {"zips", "affine_add"}}
	addScaled     = entry{"zips", "add_scaled"}
)

// entries returns one kernel for each function or operation in of. The kernel's name is
// prefix followed by the name of the function or operation.
func entries[T interface{ String() string }](file, prefix string, of []T) []entry {
	all := make([]entry, len(of))
	for i, f := range of {
		all[i] = entry{file, prefix + f.String()}
	}
	return all
}

// Affine stores a·x + b into dst.
func (d *Device) Affine(dst, x kernels.Buffer, a, b float32, mode kernels.WriteMode) {
	check.Same("Affine", dst, x)
	d.each(affineEntries[mode], dst.Len(), d.span(dst), d.span(x), Float32(a), Float32(b))
}

// AddScaled adds a·x to dst.
func (d *Device) AddScaled(dst kernels.Buffer, a float32, x kernels.Buffer) {
	check.Same("AddScaled", dst, x)
	d.each(addScaled, dst.Len(), d.span(dst), d.span(x), Float32(a))
}

// Map sets dst = f(x).
func (d *Device) Map(f kernels.Func, dst, x kernels.Buffer) {
	check.Map(f)
	check.Same("Map", dst, x)
	if f == kernels.Identity {
		d.Copy(dst, x)
		return
	}
	d.each(mapEntries[f], dst.Len(), d.span(dst), d.span(x))
}

// MapGrad stores dy·f′(x) into dx, where y = f(x).
func (d *Device) MapGrad(f kernels.Func, dx, dy, x, y kernels.Buffer, mode kernels.WriteMode) {
	check.MapGrad(f, dx, dy, x, y)
	switch {
	case f == kernels.Identity && mode == kernels.Overwrite:
		d.Copy(dx, dy)
	case f == kernels.Identity:
		d.AddScaled(dx, 1, dy)
	case f == kernels.Neg && mode == kernels.Overwrite:
		d.Map(kernels.Neg, dx, dy)
	case f == kernels.Neg:
		d.AddScaled(dx, -1, dy)
	case f.GradFromOutput():
		d.each(gradEntries[mode][f], dx.Len(), d.span(dx), d.span(dy), d.span(y))
	default:
		d.each(gradEntries[mode][f], dx.Len(), d.span(dx), d.span(dy), d.span(x))
	}
}

// Zip stores op(a, b) into dst, element by element.
func (d *Device) Zip(op kernels.Op, dst, a, b kernels.Buffer, mode kernels.WriteMode) {
	check.Zip(op)
	check.Same("Zip", dst, a, b)
	d.each(zipEntries[mode][op], dst.Len(), d.span(dst), d.span(a), d.span(b))
}
