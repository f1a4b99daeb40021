package kernels

import "fmt"

// CheckLen panics, naming kernel and argument, if a length is not the one that
// the kernel's other arguments ask for. Devices use it on their arguments.
func CheckLen(kernel, argument string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernels: %s: %s has %d elements, want %d", kernel, argument, got, want))
	}
}

// CheckSame panics, naming kernel, if buffers differ in length from dst.
func CheckSame(kernel string, dst Buffer, others ...Buffer) {
	for i, b := range others {
		if b.Len() != dst.Len() {
			panic(fmt.Sprintf("kernels: %s: argument %d has %d elements, the first has %d", kernel, i+1, b.Len(), dst.Len()))
		}
	}
}

// CheckStrided panics, naming kernel and argument, unless an array of the given
// shape and strides lies within n elements.
func CheckStrided(kernel, argument string, n int, shape, strides []int) {
	if len(shape) > MaxRank || len(strides) != len(shape) {
		panic(fmt.Sprintf("kernels: %s: %s has strides %v for shape %v of at most %d axes", kernel, argument, strides, shape, MaxRank))
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

// Check panics unless the buffers fit the sizes; it returns g with the leading
// dimensions of dense rows filled in.
func (g Gemm) Check() Gemm {
	if g.M < 0 || g.N < 0 || g.K < 0 || !g.Act.IsActivation() {
		panic(fmt.Sprintf("kernels: Gemm: sizes %d×%d×%d, activation %v", g.M, g.N, g.K, g.Act))
	}
	matrix := func(name string, b Buffer, rows, columns, ld int) int {
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
		CheckLen("Gemm", "bias", g.Bias.Len(), g.N)
	}
	return g
}

// Check panics unless the sizes agree with each other and x, y and w are of
// the lengths they ask for.
func (s ConvShape) Check(kernel string, x, y, w Buffer) {
	if s.N < 0 || min(s.C, s.H, s.W, s.K, s.R, s.S, s.StrideH, s.StrideW) < 1 || min(s.PadH, s.PadW) < 0 {
		panic(fmt.Sprintf("kernels: %s: impossible sizes %+v", kernel, s))
	}
	fits := func(in, pad, kernel, stride, out int) bool {
		return in+2*pad >= kernel && (in+2*pad-kernel)/stride+1 == out
	}
	if !fits(s.H, s.PadH, s.R, s.StrideH, s.OutH) || !fits(s.W, s.PadW, s.S, s.StrideW, s.OutW) {
		panic(fmt.Sprintf("kernels: %s: output sizes do not follow from the others in %+v", kernel, s))
	}
	CheckLen(kernel, "x", x.Len(), s.N*s.C*s.H*s.W)
	CheckLen(kernel, "y", y.Len(), s.N*s.K*s.OutH*s.OutW)
	CheckLen(kernel, "w", w.Len(), s.K*s.C*s.R*s.S)
}
