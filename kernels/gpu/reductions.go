package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// shortRow is the number of elements up to which one warp sums a whole row. A longer row
// is summed in parts of work.PartSize elements, one block for each part.
const shortRow = 1024

var (
	sumParts   = entry{"reductions", "sum_parts"}
	sumRows    = entry{"reductions", "sum_rows"}
	sumColumns = entry{"reductions", "sum_columns"}
	dot        = entry{"reductions", "dot"}
)

// Sum stores into dst scale times the sums of src over the axes R0 and R1, where src is an
// array of shape K0×R0×K1×R1.
func (d *Device) Sum(dst, src kernels.Buffer, shape kernels.SumShape, scale float32, mode kernels.WriteMode) {
	check.Sum(shape, dst, src)
	switch {
	case dst.Len() == 0:
	case src.Len() == 0:
		if mode == kernels.Overwrite {
			d.Fill(dst, 0)
		}
	case shape.R0 == 1:
		d.sumRows(dst, src, shape.K0*shape.K1, shape.R1, scale, mode)
	case shape.K1 == 1:
		d.sumRows(dst, src, shape.K0, shape.R0*shape.R1, scale, mode)
	case shape.R1 == 1:
		d.sumColumns(dst, src, shape.K0, shape.R0, shape.K1, scale, mode)
	default:
		// Sum first over R0, then over the rows of the result, R1. Summing over R1 first
		// would read short rows at addresses that are not multiples of a sector.
		rows := d.Alloc(shape.K0 * shape.K1 * shape.R1)
		d.sumColumns(rows, src, shape.K0, shape.R0, shape.K1*shape.R1, 1, kernels.Overwrite)
		d.sumRows(dst, rows, shape.K0*shape.K1, shape.R1, scale, mode)
		d.Free(rows)
	}
}

// BiasGrad sets dz = dy·act′, derived from y, the output of the activation, and stores the
// sums of dz over the axes R0 and R1 of shape into db.
func (d *Device) BiasGrad(act kernels.Func, dz, db, dy, y kernels.Buffer, shape kernels.SumShape, mode kernels.WriteMode) {
	check.BiasGrad(act, dz, db, dy, y, shape)
	d.MapGrad(act, dz, dy, kernels.Buffer{}, y, kernels.Overwrite)
	d.Sum(db, dz, shape, 1, mode)
}

// sumRows stores into dst scale times the sum of each row of src, a matrix of rows rows of
// n elements.
func (d *Device) sumRows(dst, src kernels.Buffer, rows, n int, scale float32, mode kernels.WriteMode) {
	if n <= shortRow {
		d.launch(sumRows, Dim{X: blocks(rows, work.Warps)}, Dim{X: work.Threads},
			d.span(dst), d.span(src), Int32(rows), Int32(n), Float32(scale), Int32(int(mode)))
		return
	}
	parts := blocks(n, work.PartSize)
	d.inParts(dst, rows, parts, scale, mode, func(dst kernels.Buffer, scale float32, mode kernels.WriteMode) {
		d.launch(sumParts, Dim{X: rows * parts}, Dim{X: work.Threads},
			d.span(dst), d.span(src), Int32(n), Int32(parts), Float32(scale), Int32(int(mode)))
	}, d.sumRows)
}

// sumColumns stores into dst the sum of each column of the matrices in src. They have
// rows×columns elements each and follow one another.
func (d *Device) sumColumns(dst, src kernels.Buffer, matrices, rows, columns int, scale float32, mode kernels.WriteMode) {
	side, parts := blocks(columns, work.PartColumns), blocks(rows, work.PartRows)
	d.inParts(dst, matrices*columns, parts, scale, mode, func(dst kernels.Buffer, scale float32, mode kernels.WriteMode) {
		d.launch(sumColumns, Dim{X: matrices * side, Y: parts}, Dim{X: work.Threads},
			d.span(dst), d.span(src), Int32(rows), Int32(columns), Int32(side), Float32(scale), Int32(int(mode)))
	}, func(dst, src kernels.Buffer, _, _ int, scale float32, mode kernels.WriteMode) {
		d.sumColumns(dst, src, matrices, parts, columns, scale, mode)
	})
}

// inParts computes n sums, each divided into a number of parts, in one launch or two. launch
// launches the kernel that sums the parts. If each sum has one part, its results are the n
// sums, scaled and stored into dst. Otherwise it stores the unscaled sum of each part into a
// workspace, and join launches the kernel that sums the parts, scales the n sums, and stores
// them into dst.
func (d *Device) inParts(dst kernels.Buffer, n, parts int, scale float32, mode kernels.WriteMode,
	launch func(dst kernels.Buffer, scale float32, mode kernels.WriteMode),
	join func(dst, src kernels.Buffer, n, parts int, scale float32, mode kernels.WriteMode)) {
	if parts == 1 {
		launch(dst, scale, mode)
		return
	}
	sums := d.Alloc(n * parts)
	launch(sums, 1, kernels.Overwrite)
	join(dst, sums, n, parts, scale, mode)
	d.Free(sums)
}

// Dot stores Σ aᵢbᵢ into dst.
func (d *Device) Dot(dst, a, b kernels.Buffer) {
	check.Scalars("Dot", dst)
	check.Same("Dot", a, b)
	d.reduce(dot, dst, a, b)
}

// reduce stores into dst, of length 1, the sum over i of a function of a[i] and b[i]. Kernel
// e applies the function and sums parts of work.PartSize elements.
func (d *Device) reduce(e entry, dst, a, b kernels.Buffer) {
	n := a.Len()
	if n == 0 {
		d.Fill(dst, 0)
		return
	}
	parts := blocks(n, work.PartSize)
	d.inParts(dst, 1, parts, 1, kernels.Overwrite, func(dst kernels.Buffer, _ float32, _ kernels.WriteMode) {
		d.launch(e, Dim{X: parts}, Dim{X: work.Threads}, d.span(dst), d.span(a), d.span(b), Int32(n))
	}, d.sumRows)
}
