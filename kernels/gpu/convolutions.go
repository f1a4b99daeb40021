package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// A correlation is a convolution of any kind as a matrix product: see the
// generator's comment on convolutions.
type correlation struct {
	out, a, b, bias kernels.Buffer
	rows, columns   int
	aRow            int
	act             kernels.Func
	store           kernels.Store

	grid             [2]int // of columns in an image
	inImage          int
	in               [2]int // height and width of an image in b
	inStep, inOrigin [2]int // of the grid
	outRow, outImage int
	outWidth         int
	outStep, outFrom [2]int

	taps     tapKey
	maySplit bool // rows and columns follow one another in out
}

// correlate launches a correlation.
func (d *Device) correlate(c *correlation) {
	if c.rows == 0 || c.columns == 0 || d.err != nil {
		return
	}
	table := d.taps.table(d, c.taps)
	v := divide(c.rows, c.columns, table.depth, d.cores, work.Tiles, c.maySplit)
	rectify, add := 0, int(c.store)
	if c.act == kernels.ReLU {
		rectify = 1
	}
	out, results := c.out, 0
	if v.splits > 1 {
		results = c.rows * c.columns
		out, add = d.Alloc(results*v.splits), 0
	}
	args := append(d.args[:0], d.span(out), d.span(c.a), d.span(c.b), Ptr(table.pointer), d.span(c.bias))
	for _, n := range [...]int{
		c.aRow, rectify, add, c.grid[0], c.grid[1],
		c.inImage, c.in[0], c.in[1], c.inStep[0], c.inStep[1], c.inOrigin[0], c.inOrigin[1],
		c.outRow, c.outImage, c.outWidth, c.outStep[0], c.outStep[1], c.outFrom[0], c.outFrom[1],
		c.rows, c.columns, table.depth, v.depth, results,
	} {
		args = append(args, Int32(n))
	}
	d.launch(entry{"convolutions", "convolve_" + v.tile.Name()}, v.grid(c.rows, c.columns), Dim{X: work.Threads}, args...)
	if v.splits > 1 {
		d.combine(c.out, out, kernels.Buffer{}, results, results, results, v.splits, 1, float32(c.store), 0)
		d.Free(out)
	}
}

// Conv computes y = act(x ⋆ w + bias).
func (d *Device) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	s.Check("Conv", x, y, w)
	kernels.CheckBias("Conv", bias, s.K, act)
	plane := s.OutH * s.OutW
	d.correlate(&correlation{
		out: y, a: w, b: x, bias: bias, rows: s.K, columns: s.N * plane, aRow: s.C * s.R * s.S, act: act,
		grid: [2]int{s.OutH, s.OutW}, inImage: s.C * s.H * s.W, in: [2]int{s.H, s.W},
		inStep: [2]int{s.StrideH, s.StrideW}, inOrigin: [2]int{-s.PadH, -s.PadW},
		outRow: plane, outImage: s.K * plane, outWidth: s.OutW, outStep: [2]int{1, 1},
		taps: tapKey{kind: filterTaps, shape: s},
	})
	d.activate(y, y.Len(), y.Len(), y.Len(), act)
}

// ConvTranspose computes x = act(wᵀ applied to y + bias): a convolution with
// stride 1 for each phase of the pixels, those whose places have the same rests
// when divided by the strides.
func (d *Device) ConvTranspose(s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, store kernels.Store) {
	s.Check("ConvTranspose", x, y, w)
	kernels.CheckBias("ConvTranspose", bias, s.C, act)
	if store == kernels.Add && act != kernels.Identity {
		panic("kernels: ConvTranspose: an activation cannot be added")
	}
	for a := range s.StrideH {
		for b := range s.StrideW {
			fromH, beginH, gridH := phase(a, s.H, s.StrideH, s.PadH)
			fromW, beginW, gridW := phase(b, s.W, s.StrideW, s.PadW)
			d.correlate(&correlation{
				out: x, a: w, b: y, bias: bias, rows: s.C, columns: s.N * gridH * gridW, aRow: s.R * s.S, act: act, store: store,
				grid: [2]int{gridH, gridW}, inImage: s.K * s.OutH * s.OutW, in: [2]int{s.OutH, s.OutW},
				inStep: [2]int{1, 1}, inOrigin: [2]int{fromH, fromW},
				outRow: s.H * s.W, outImage: s.C * s.H * s.W, outWidth: s.W,
				outStep: [2]int{s.StrideH, s.StrideW}, outFrom: [2]int{beginH, beginW},
				taps: tapKey{kind: phaseTaps, shape: s, phase: [2]int{a, b}},
			})
		}
	}
	d.activate(x, x.Len(), x.Len(), x.Len(), act)
}

// phase returns, along one axis of x, the place in y of tap p for the first pixel
// of phase p, that pixel, and how many pixels there are.
func phase(p, length, stride, pad int) (from, begin, n int) {
	from = blocks(max(0, pad-p), stride)
	begin = from*stride + p - pad
	return from, begin, max(0, blocks(length-begin, stride))
}

// ConvWeightGrad stores the gradient of ⟨y, Conv(x, w)⟩ into dw.
func (d *Device) ConvWeightGrad(s kernels.ConvShape, dw, x, y kernels.Buffer, store kernels.Store) {
	s.Check("ConvWeightGrad", x, y, dw)
	weights := s.C * s.R * s.S
	d.correlate(&correlation{
		out: dw, a: y, b: x, rows: s.K, columns: weights, aRow: s.OutH * s.OutW, store: store,
		grid: [2]int{s.R, s.S}, inImage: s.H * s.W, in: [2]int{s.H, s.W},
		inStep: [2]int{1, 1}, inOrigin: [2]int{-s.PadH, -s.PadW},
		outRow: weights, outImage: s.R * s.S, outWidth: s.S, outStep: [2]int{1, 1},
		taps: tapKey{kind: pixelTaps, shape: s}, maySplit: true,
	})
}
