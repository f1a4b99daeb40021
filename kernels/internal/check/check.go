// Package check tests the arguments of kernels, for devices and for the fallbacks
// of package fused. Every function panics if its kernel's arguments break the
// contract of package kernels, and names the kernel, the argument, its size and the
// size it should have.
package check

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// Len tests that an argument has the length that the kernel's other arguments
// imply.
func Len(kernel, argument string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernels: %s: %s has %d elements, want %d", kernel, argument, got, want))
	}
}

// Same tests that the other buffers have the length of dst.
func Same(kernel string, dst kernels.Buffer, others ...kernels.Buffer) {
	for i, b := range others {
		if b.Len() != dst.Len() {
			panic(fmt.Sprintf("kernels: %s: argument %d has %d elements, the first has %d", kernel, i+1, b.Len(), dst.Len()))
		}
	}
}

// Strided tests that an array of the given shape and strides lies within n
// elements.
func Strided(kernel, argument string, n int, shape, strides []int) {
	if len(shape) > kernels.MaxRank || len(strides) != len(shape) {
		panic(fmt.Sprintf("kernels: %s: %s has strides %v for shape %v of at most %d axes", kernel, argument, strides, shape, kernels.MaxRank))
	}
	last := 0
	for k, d := range shape {
		if d == 0 {
			return
		}
		if strides[k] < 0 || d < 0 {
			panic(fmt.Sprintf("kernels: %s: %s has strides %v for shape %v", kernel, argument, strides, shape))
		}
		last += (d - 1) * strides[k]
	}
	if last >= n {
		panic(fmt.Sprintf("kernels: %s: %s of shape %v and strides %v reaches element %d of %d", kernel, argument, shape, strides, last, n))
	}
}

// Gemm returns g with the leading dimensions of dense rows filled in.
func Gemm(g kernels.Gemm) kernels.Gemm {
	if g.M < 0 || g.N < 0 || g.K < 0 || !g.Act.IsActivation() {
		panic(fmt.Sprintf("kernels: Gemm: sizes %d×%d×%d, activation %v", g.M, g.N, g.K, g.Act))
	}
	matrix := func(name string, b kernels.Buffer, rows, columns, ld int) int {
		if ld == 0 {
			ld = columns
		}
		if need := (rows-1)*ld + columns; ld < columns || rows > 0 && columns > 0 && b.Len() < need {
			panic(fmt.Sprintf("kernels: Gemm: %s is %d×%d with rows %d apart, in %d elements", name, rows, columns, ld, b.Len()))
		}
		return ld
	}
	if g.TransA {
		g.LDA = matrix("A", g.A, g.K, g.M, g.LDA)
	} else {
		g.LDA = matrix("A", g.A, g.M, g.K, g.LDA)
	}
	if g.TransB {
		g.LDB = matrix("B", g.B, g.N, g.K, g.LDB)
	} else {
		g.LDB = matrix("B", g.B, g.K, g.N, g.LDB)
	}
	g.LDC = matrix("C", g.C, g.M, g.N, g.LDC)
	if g.Bias.Len() != 0 {
		Len("Gemm", "bias", g.Bias.Len(), g.N)
	}
	return g
}

// Conv tests that the sizes of s agree with each other, and that x, y and w have
// the lengths that s implies.
func Conv(kernel string, s kernels.ConvShape, x, y, w kernels.Buffer) {
	if s.N < 0 || min(s.C, s.H, s.W, s.K, s.R, s.S, s.StrideH, s.StrideW) < 1 || min(s.PadH, s.PadW) < 0 {
		panic(fmt.Sprintf("kernels: %s: impossible sizes %+v", kernel, s))
	}
	fits := func(in, pad, kernel, stride, out int) bool {
		return in+2*pad >= kernel && (in+2*pad-kernel)/stride+1 == out
	}
	if !fits(s.H, s.PadH, s.R, s.StrideH, s.OutH) || !fits(s.W, s.PadW, s.S, s.StrideW, s.OutW) {
		panic(fmt.Sprintf("kernels: %s: output sizes do not follow from the others in %+v", kernel, s))
	}
	Len(kernel, "x", x.Len(), s.N*s.C*s.H*s.W)
	Len(kernel, "y", y.Len(), s.N*s.K*s.OutH*s.OutW)
	Len(kernel, "w", w.Len(), s.K*s.C*s.R*s.S)
}

// Bias tests that bias is empty or has one value for each channel, and that a
// convolution may apply act.
func Bias(kernel string, bias kernels.Buffer, channels int, act kernels.Func) {
	if bias.Len() != 0 {
		Len(kernel, "bias", bias.Len(), channels)
	}
	activation(kernel, act)
}

func activation(kernel string, act kernels.Func) {
	if !act.IsActivation() {
		panic(fmt.Sprintf("kernels: %s: %v cannot be fused as an activation", kernel, act))
	}
}

// BiasGrad tests that act is an activation, and that the buffers have the lengths
// that shape implies.
func BiasGrad(act kernels.Func, dz, db, dy, y kernels.Buffer, shape kernels.SumShape) {
	activation("BiasGrad", act)
	sum("BiasGrad", shape, "db", db, "dz", dz)
	Len("BiasGrad", "dy", dy.Len(), dz.Len())
	Len("BiasGrad", "y", y.Len(), dz.Len())
}

// Sum tests that dst and src have the lengths that s implies.
func Sum(s kernels.SumShape, dst, src kernels.Buffer) {
	sum("Sum", s, "destination", dst, "source", src)
}

func sum(kernel string, s kernels.SumShape, dstName string, dst kernels.Buffer, srcName string, src kernels.Buffer) {
	if min(s.K0, s.R0, s.K1, s.R1) < 0 {
		panic(fmt.Sprintf("kernels: %s: impossible shape %+v", kernel, s))
	}
	Len(kernel, srcName, src.Len(), s.K0*s.R0*s.K1*s.R1)
	Len(kernel, dstName, dst.Len(), s.K0*s.K1)
}

// Map tests that f is a function that package kernels declares.
func Map(f kernels.Func) {
	if !f.Valid() {
		panic(fmt.Sprintf("kernels: no function %v", f))
	}
}

// MapGrad tests that package kernels declares f, and that the buffers have one
// length. x may be empty if f's derivative follows from its value.
func MapGrad(f kernels.Func, dx, dy, x, y kernels.Buffer) {
	Map(f)
	Same("MapGrad", dx, dy)
	if !f.GradFromOutput() || x.Len() != 0 {
		Len("MapGrad", "x", x.Len(), dx.Len())
	}
	Len("MapGrad", "y", y.Len(), dx.Len())
}

// Zip tests that op is an operation that package kernels declares.
func Zip(op kernels.Op) {
	if !op.Valid() {
		panic(fmt.Sprintf("kernels: no operation %v", op))
	}
}

// ZipStrided tests that dst has the length of a dense array of the given shape, and
// that the strided arrays a and b lie within their buffers.
func ZipStrided(op kernels.Op, dst, a kernels.Buffer, aStrides []int, b kernels.Buffer, bStrides []int, shape []int) {
	Zip(op)
	n := 1
	for _, d := range shape {
		n *= d
	}
	Len("ZipStrided", "destination", dst.Len(), n)
	Strided("ZipStrided", "a", a.Len(), shape, aStrides)
	Strided("ZipStrided", "b", b.Len(), shape, bStrides)
}

// SGD tests that the buffers have one length. Without momentum, velocity may be
// empty.
func SGD(s kernels.SGD, param, grad, velocity kernels.Buffer) {
	Same("SGD", param, grad)
	if s.Momentum != 0 || velocity.Len() != 0 {
		Len("SGD", "velocity", velocity.Len(), param.Len())
	}
}

// Cloud tests that x has the length of n points of dimension d, and each of the
// matrices that of n×n numbers.
func Cloud(kernel string, x kernels.Buffer, n, d int, matrices ...kernels.Buffer) {
	if n < 0 || d < 0 {
		panic(fmt.Sprintf("kernels: %s: %d points of dimension %d", kernel, n, d))
	}
	Len(kernel, "x", x.Len(), n*d)
	for _, m := range matrices {
		Len(kernel, "an n×n argument", m.Len(), n*n)
	}
}

// Pairs tests the buffers' lengths, and that every pair joins two of n points.
func Pairs(dx, x kernels.Buffer, n, d int, pairs []kernels.Pair, g kernels.Buffer) {
	Cloud("PairsGrad", x, n, d)
	Len("PairsGrad", "destination", dx.Len(), n*d)
	Len("PairsGrad", "g", g.Len(), 1)
	for k, p := range pairs {
		if uint(p.U) >= uint(n) || uint(p.V) >= uint(n) {
			panic(fmt.Sprintf("kernels: PairsGrad: pair %d joins points %d and %d of %d", k, p.U, p.V, n))
		}
	}
}

// Rows tests that rows has the length of len(index) rows, that table has the length
// of some number of rows, and that every index names a row of table.
func Rows(kernel string, table, rows kernels.Buffer, width int, index []int32) {
	if width < 0 || width > 0 && table.Len()%width != 0 {
		panic(fmt.Sprintf("kernels: %s: rows of width %d in %d elements", kernel, width, table.Len()))
	}
	Len(kernel, "the array of picked rows", rows.Len(), len(index)*width)
	if width == 0 {
		return // rows of width 0 have no elements, and their number is unknown
	}
	n := table.Len() / width
	for k, i := range index {
		if uint(i) >= uint(n) {
			panic(fmt.Sprintf("kernels: %s: index %d is %d, of %d rows", kernel, k, i, n))
		}
	}
}

// Scalars tests that each buffer has length 1.
func Scalars(kernel string, scalars ...kernels.Buffer) {
	for _, b := range scalars {
		Len(kernel, "a scalar", b.Len(), 1)
	}
}

// WrittenActivation tests that ConvTranspose applies no activation to a result that it
// adds to its destination.
func WrittenActivation(act kernels.Func, mode kernels.WriteMode) {
	if mode == kernels.Accumulate && act != kernels.Identity {
		panic(fmt.Sprintf("kernels: ConvTranspose: cannot add the result of activation %v; use Overwrite, or Identity", act))
	}
}
