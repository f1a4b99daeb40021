package main

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// products is matrix products and convolutions, a thread for each element of
// the result. They are plain: every operand is read from global memory.
func products() *asm.File {
	f := asm.New("products.ptx", "Matrix products and convolutions, a thread for each element of the result, terms in order.")
	gemm(f)
	conv(f)
	convTranspose(f)
	convWeightGrad(f)
	return f
}

// element adds a kernel's begin: e is the thread's element; threads at n and
// beyond end.
func element(e *asm.Entry) calc {
	e.Reg("u32", "e")
	e.Reg("pred", "outside adds")
	e.Reg("f32", "sum x y before")
	e.P(`mov.u32 e, %%ctaid.x
		mov.u32 t, %%tid.x
		mad.lo.u32 e, e, %d, t
		setp.ge.u32 outside, e, n
		@outside bra done
		mov.f32 sum, %s`, work.Threads, num(0))
	return calc{e}
}

// split sets rest and quotient to those of x by a length.
func (c calc) split(x, length, quotient, rest string) {
	c.P(`div.u32 %s, %s, %s
		mul.lo.u32 %s, %s, %s
		sub.u32 %s, %s, %s`, quotient, x, length, rest, quotient, length, rest, x, rest)
}

// load sets a register to element index of an array.
func (c calc) load(register, array, index string) {
	at := c.op("u64", "mad.wide.u32", index, "4", array)
	c.P("ld.global.f32 %s, [%s]", register, at)
}

// activate applies the activation of the number act to sum.
func (c calc) activate() {
	is, end := c.Temp("pred"), c.Label("activated")
	for f := kernels.ReLU; f.IsActivation(); f++ {
		next := c.Label("not_" + f.String())
		c.P(`setp.ne.u32 %s, act, %d
			@%s bra %s`, is, int(f), is, next)
		c.P("mov.f32 sum, %s", c.apply(f, "sum"))
		c.P("bra %s", end)
		c.P("%s:", next)
	}
	c.P("%s:", end)
}

// addBias adds element index of bias to sum, where there is a bias.
func (c calc) addBias(index string) {
	none, end := c.Temp("pred"), c.Label("biased")
	c.P(`setp.eq.u64 %s, bias, 0
		@%s bra %s`, none, none, end)
	c.load("x", "bias", index)
	c.P("add.rn.f32 sum, sum, x")
	c.P("%s:", end)
}

// finish stores sum into element e of dst, or adds it where add is not 0.
func (c calc) finish() {
	at := c.op("u64", "mad.wide.u32", "e", "4", "dst")
	c.P(`setp.ne.u32 adds, add, 0
		mov.f32 before, %s
		@adds ld.global.f32 before, [%s]
		@adds add.rn.f32 sum, sum, before
		st.global.f32 [%s], sum
		done:`, num(0), at, at)
}

func gemm(f *asm.File) {
	e := f.Entry("gemm", "C = act(alpha*A*B + beta*C + bias). The operands' strides tell whether they are transposed; C is not read where beta is 0.", work.Threads,
		"u64 c, u64 a, u64 b, u64 bias, u32 n, u32 columns, u32 depth, u32 ldc, u32 a_row, u32 a_depth, u32 b_depth, u32 b_column, f32 alpha, f32 beta, u32 act")
	e.Reg("u32", "t row column ia ib")
	c := element(e)
	c.split("e", "columns", "row", "column")
	e.P(`mul.lo.u32 ia, row, a_row
		mul.lo.u32 ib, column, b_column`)
	c.loop("k", "0", "depth", 1, func(string) {
		c.load("x", "a", "ia")
		c.load("y", "b", "ib")
		e.P(`fma.rn.f32 sum, x, y, sum
			add.u32 ia, ia, a_depth
			add.u32 ib, ib, b_depth`)
	})
	e.P("mul.rn.f32 sum, alpha, sum")
	e.P("mad.lo.u32 e, row, ldc, column")
	at := c.op("u64", "mad.wide.u32", "e", "4", "c")
	e.P(`setp.neu.f32 adds, beta, %s
		mov.f32 before, %s
		@adds ld.global.f32 before, [%s]
		@adds fma.rn.f32 sum, beta, before, sum`, num(0), num(0), at)
	c.addBias("column")
	c.activate()
	e.P(`st.global.f32 [%s], sum
		done:`, at)
}

// shape is the sizes of a convolution, as kernels get them.
const shape = "u32 channels, u32 height, u32 width, u32 filters, u32 rows, u32 columns, u32 stride_h, u32 stride_w, u32 pad_h, u32 pad_w, u32 out_h, u32 out_w"

// input sets a register to stride*out + tap - pad and jumps to next unless it
// is below a length.
func (c calc) input(register, out, stride, tap, pad, length, next string) {
	beyond := c.Temp("pred")
	c.Reg("u32", register)
	c.P(`mad.lo.u32 %s, %s, %s, %s
		sub.u32 %s, %s, %s
		setp.ge.u32 %s, %s, %s
		@%s bra %s`, register, out, stride, tap, register, register, pad, beyond, register, length, beyond, next)
}

// flat sets a register to the place of indices in a dense array: pairs of an
// index and the next axis' length, then the last index.
func (c calc) flat(register, first string, pairs ...string) {
	c.Reg("u32", register)
	c.P("mov.u32 %s, %s", register, first)
	for i := 0; i < len(pairs); i += 2 {
		c.P("mad.lo.u32 %s, %s, %s, %s", register, register, pairs[i], pairs[i+1])
	}
}

func conv(f *asm.File) {
	e := f.Entry("conv", "dst = act(x * w + bias), the cross-correlation.", work.Threads, "u64 dst, u64 x_, u64 w_, u64 bias, u32 n, "+shape+", u32 act, u32 add")
	e.Reg("u32", "t image filter oh ow")
	c := element(e)
	c.split("e", "out_w", "t", "ow")
	c.split("t", "out_h", "image", "oh")
	e.P("mov.u32 t, image")
	c.split("t", "filters", "image", "filter")
	c.loop("ch", "0", "channels", 1, func(string) {
		c.loop("r", "0", "rows", 1, func(next string) {
			c.input("h", "oh", "stride_h", "r", "pad_h", "height", next)
			c.loop("s", "0", "columns", 1, func(next string) {
				c.input("w", "ow", "stride_w", "s", "pad_w", "width", next)
				c.flat("ix", "image", "channels", "ch", "height", "h", "width", "w")
				c.flat("iw", "filter", "channels", "ch", "rows", "r", "columns", "s")
				c.load("x", "x_", "ix")
				c.load("y", "w_", "iw")
				e.P("fma.rn.f32 sum, x, y, sum")
			})
		})
	})
	c.addBias("filter")
	c.activate()
	c.finish()
}

// output sets a register to (in + pad - tap)/stride and jumps to next unless
// that is an integer from 0 to below a length.
func (c calc) output(register, in, pad, tap, stride, length, next string) {
	bad := c.Temp("pred")
	rest := c.Temp("u32")
	c.Reg("u32", register)
	c.P(`add.u32 %s, %s, %s
		setp.lt.u32 %s, %s, %s
		@%s bra %s
		sub.u32 %s, %s, %s`, rest, in, pad, bad, rest, tap, bad, next, rest, rest, tap)
	product := c.Temp("u32")
	c.P(`div.u32 %s, %s, %s
		mul.lo.u32 %s, %s, %s
		setp.ne.u32 %s, %s, %s
		@%s bra %s
		setp.ge.u32 %s, %s, %s
		@%s bra %s`, register, rest, stride, product, register, stride, bad, product, rest, bad, next,
		bad, register, length, bad, next)
}

func convTranspose(f *asm.File) {
	e := f.Entry("conv_transpose", "dst = act(transposed w applied to y + bias), or += where add is not 0.", work.Threads, "u64 dst, u64 y_, u64 w_, u64 bias, u32 n, "+shape+", u32 act, u32 add")
	e.Reg("u32", "t image ch h w")
	c := element(e)
	c.split("e", "width", "t", "w")
	c.split("t", "height", "image", "h")
	e.P("mov.u32 t, image")
	c.split("t", "channels", "image", "ch")
	c.loop("r", "0", "rows", 1, func(next string) {
		c.output("oh", "h", "pad_h", "r", "stride_h", "out_h", next)
		c.loop("s", "0", "columns", 1, func(next string) {
			c.output("ow", "w", "pad_w", "s", "stride_w", "out_w", next)
			c.loop("filter", "0", "filters", 1, func(string) {
				c.flat("iy", "image", "filters", "filter", "out_h", "oh", "out_w", "ow")
				c.flat("iw", "filter", "channels", "ch", "rows", "r", "columns", "s")
				c.load("x", "y_", "iy")
				c.load("y", "w_", "iw")
				e.P("fma.rn.f32 sum, x, y, sum")
			})
		})
	})
	c.addBias("ch")
	c.activate()
	c.finish()
}

func convWeightGrad(f *asm.File) {
	e := f.Entry("conv_weight_grad", fmt.Sprintf("dst = gradient of <y, x * w> with respect to w, or += where add is not 0: a block of %d threads for each element, which share the images.", work.Threads), work.Threads,
		"u64 dst, u64 x_, u64 y_, u32 images, "+shape+", u32 add")
	c := calc{e}
	e.Reg("u32", "e t filter ch r s image")
	e.Reg("pred", "adds first_thread")
	e.Reg("f32", "sum x y before")
	e.P(`mov.u32 e, %%ctaid.x
		mov.u32 t, %%tid.x
		setp.eq.u32 first_thread, t, 0
		mov.f32 sum, %s`, num(0))
	c.split("e", "columns", "filter", "s")
	e.P("mov.u32 image, filter")
	c.split("image", "rows", "filter", "r")
	e.P("mov.u32 image, filter")
	c.split("image", "channels", "filter", "ch")
	c.loop("image", "t", "images", work.Threads, func(string) {
		c.loop("oh", "0", "out_h", 1, func(next string) {
			c.input("h", "oh", "stride_h", "r", "pad_h", "height", next)
			c.loop("ow", "0", "out_w", 1, func(next string) {
				c.input("w", "ow", "stride_w", "s", "pad_w", "width", next)
				c.flat("ix", "image", "channels", "ch", "height", "h", "width", "w")
				c.flat("iy", "image", "filters", "filter", "out_h", "oh", "out_w", "ow")
				c.load("x", "x_", "ix")
				c.load("y", "y_", "iy")
				e.P("fma.rn.f32 sum, x, y, sum")
			})
		})
	})
	total := c.sumBlock("sum", "t")
	e.P("mov.f32 sum, %s", num(0))
	e.P("@!first_thread bra done")
	e.P("mov.f32 sum, %s", total)
	c.finish()
}
