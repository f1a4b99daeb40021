package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// A pool is the geometry of one pooling operation.
//
// Devices have no kernel for pooling. It is composed of element-wise kernels: the
// pixels at place (r, s) of all windows form a strided view of the padded images,
// called a tap here. A window of R×S pixels has R·S taps. Folding the taps with +
// or max gives the result of all windows at once. Backward adds a gradient to each tap. The
// cost is one kernel over the output for each tap, or five in the backward pass of
// MaxPool2d.
type pool struct {
	tape                 *Tape
	images               int // N·C
	h, w, outH, outW     int // sizes of an image and of its result
	size, stride, margin hw  // size of a window, its step, and the padding of an image
}

// newPool returns the geometry of an operation on x.
func (t *Tape) newPool(operation string, x *Var, o PoolOptions) *pool {
	p := &pool{
		tape:   t,
		size:   perAxis("PoolOptions", "Size", o.Size, o.SizeHW),
		stride: perAxis("PoolOptions", "Stride", o.Stride, o.StrideHW),
		margin: perAxis("PoolOptions", "Padding", o.Padding, o.PaddingHW),
	}
	if p.stride == (hw{}) {
		p.stride = p.size
	}
	fits := len(x.shape) == 4 && min(p.size.h, p.size.w, p.stride.h, p.stride.w) >= 1 &&
		min(p.margin.h, p.margin.w) >= 0 && 2*p.margin.h <= p.size.h && 2*p.margin.w <= p.size.w
	if fits {
		p.images, p.h, p.w = x.shape[0]*x.shape[1], x.shape[2], x.shape[3]
		spanH, spanW := p.h+2*p.margin.h-p.size.h, p.w+2*p.margin.w-p.size.w
		p.outH, p.outW = spanH/p.stride.h+1, spanW/p.stride.w+1
		fits = spanH >= 0 && spanW >= 0
	}
	if !fits {
		panic(fmt.Sprintf("autograd: %s of input %s, windows %d×%d stride %d×%d padding %d×%d; want N×C×H×W, windows that fit, and padding of at most half a window",
			operation, text(x.shape), p.size.h, p.size.w, p.stride.h, p.stride.w, p.margin.h, p.margin.w))
	}
	return p
}

// area returns the number of pixels of a window.
func (p *pool) area() int { return p.size.h * p.size.w }

// paddedSize returns height and width of a padded image.
func (p *pool) paddedSize() hw { return hw{p.h + 2*p.margin.h, p.w + 2*p.margin.w} }

// pad returns the images with margins of the given value around them.
func (p *pool) pad(x kernels.Buffer, value float32) kernels.Buffer {
	if p.margin == (hw{}) {
		return x
	}
	size := p.paddedSize()
	padded := p.tape.Scratch(p.images * size.h * size.w)
	p.tape.device.Fill(padded, value)
	p.tape.copyStrided(p.inner(padded), p.tape.dense(x, p.imageShape()), p.imageShape(), kernels.Overwrite)
	return padded
}

// inner returns the view of padded images without their margins.
func (p *pool) inner(padded kernels.Buffer) operand {
	size := p.paddedSize()
	return p.view(padded, p.margin.h*size.w+p.margin.w, size.h*size.w, size.w, 1)
}

// tap returns the view of padded images that has the i-th pixel, in row-major
// order, of every window.
func (p *pool) tap(padded kernels.Buffer, i int) operand {
	size := p.paddedSize()
	return p.view(padded, i/p.size.w*size.w+i%p.size.w, size.h*size.w, p.stride.h*size.w, p.stride.w)
}

func (p *pool) view(b kernels.Buffer, from int, strides ...int) operand {
	if b.Len() > 0 {
		b = b.Slice(from, b.Len())
	}
	return operand{b, append(p.tape.ints.alloc(len(strides))[:0], strides...)}
}

func (p *pool) imageShape() []int { return p.shape(p.h, p.w) }
func (p *pool) outShape() []int   { return p.shape(p.outH, p.outW) }

func (p *pool) shape(h, w int) []int {
	return append(p.tape.ints.alloc(3)[:0], p.images, h, w)
}

// dense returns one value for each window as an operand.
func (p *pool) dense(b kernels.Buffer) operand { return p.tape.dense(b, p.outShape()) }

// zip stores op(a, b), for each window, into dst.
func (p *pool) zip(op kernels.Op, dst kernels.Buffer, a, b operand) {
	shape, a, b := p.tape.collapse(p.outShape(), a, b)
	p.tape.zipCollapsed(op, dst, a, b, shape, kernels.Overwrite)
}

// fold stores op over all pixels of each window into dst.
func (p *pool) fold(op kernels.Op, dst, padded kernels.Buffer) {
	p.tape.copyStrided(p.dense(dst), p.tap(padded, 0), p.outShape(), kernels.Overwrite)
	for i := 1; i < p.area(); i++ {
		p.zip(op, dst, p.dense(dst), p.tap(padded, i))
	}
}

// shares returns, for each window of an image, the factor that turns the sum of its pixels
// into their mean. Stride 0 along the images makes the operand the same for all of them.
func (p *pool) shares(excludePadding bool) operand {
	values := make([]float32, p.outH*p.outW)
	for i := range values {
		rows, columns := p.size.h, p.size.w
		if excludePadding {
			rows = inside(i/p.outW*p.stride.h-p.margin.h, p.size.h, p.h)
			columns = inside(i%p.outW*p.stride.w-p.margin.w, p.size.w, p.w)
		}
		values[i] = 1 / float32(rows*columns)
	}
	b := p.tape.arena.alloc(len(values))
	p.tape.device.Write(b, values)
	return p.view(b, 0, 0, p.outW, 1)
}

// inside returns how many of the integers first, …, first+n−1 are in [0, limit).
func inside(first, n, limit int) int { return min(first+n, limit) - max(first, 0) }

// A poolTarget collects the gradient of a pooling operation's input.
type poolTarget struct {
	pool   *pool
	x      *Var
	padded kernels.Buffer // the gradient of the padded images; that of x if there is no padding
}

func (p *pool) newTarget(x *Var) poolTarget {
	if p.margin == (hw{}) {
		return poolTarget{p, x, x.addTarget()}
	}
	size := p.paddedSize()
	padded := p.tape.Scratch(p.images * size.h * size.w)
	p.tape.device.Fill(padded, 0)
	return poolTarget{p, x, padded}
}

// add adds a value for each window to the gradient of the window's i-th pixel.
func (t poolTarget) add(i int, values kernels.Buffer) {
	p := t.pool
	p.tape.copyStrided(p.tap(t.padded, i), p.dense(values), p.outShape(), kernels.Accumulate)
}

// store adds the collected gradient, without the padding, to that of x.
func (t poolTarget) store() {
	p := t.pool
	if p.margin == (hw{}) {
		return
	}
	dx, mode := t.x.GradTarget()
	p.tape.copyStrided(p.tape.dense(dx, p.imageShape()), p.inner(t.padded), p.imageShape(), mode)
}
