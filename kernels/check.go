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

// CheckBias panics, naming kernel, unless bias is empty or has one value for
// each channel, and unless act may be fused into a convolution.
func CheckBias(kernel string, bias Buffer, channels int, act Func) {
	if bias.Len() != 0 {
		CheckLen(kernel, "bias", bias.Len(), channels)
	}
	checkActivation(kernel, act)
}

func checkActivation(kernel string, act Func) {
	if !act.IsActivation() {
		panic(fmt.Sprintf("kernels: %s: %v cannot be fused as an activation", kernel, act))
	}
}

// CheckBiasGrad panics unless act may be fused into a product and the buffers
// have the lengths that the shape asks for.
func CheckBiasGrad(act Func, dz, db, dy, y Buffer, shape SumShape) {
	checkActivation("BiasGrad", act)
	shape.check("BiasGrad", "db", db, "dz", dz)
	CheckLen("BiasGrad", "dy", dy.Len(), dz.Len())
	CheckLen("BiasGrad", "y", y.Len(), dz.Len())
}

// Check panics unless dst and src have the lengths that the shape asks for.
func (s SumShape) Check(dst, src Buffer) { s.check("Sum", "destination", dst, "source", src) }

func (s SumShape) check(kernel, dstName string, dst Buffer, srcName string, src Buffer) {
	if min(s.K0, s.R0, s.K1, s.R1) < 0 {
		panic(fmt.Sprintf("kernels: %s: impossible shape %+v", kernel, s))
	}
	CheckLen(kernel, srcName, src.Len(), s.K0*s.R0*s.K1*s.R1)
	CheckLen(kernel, dstName, dst.Len(), s.K0*s.K1)
}

// CheckMap panics unless f is a function of this package.
func CheckMap(f Func) {
	if f >= numFuncs {
		panic(fmt.Sprintf("kernels: no function %v", f))
	}
}

// CheckMapGrad panics unless f is a function of this package and the buffers
// are of one length, or x is empty where f does not need it.
func CheckMapGrad(f Func, dx, dy, x, y Buffer) {
	CheckMap(f)
	CheckSame("MapGrad", dx, dy)
	if !f.GradFromOutput() || x.Len() != 0 {
		CheckLen("MapGrad", "x", x.Len(), dx.Len())
	}
	CheckLen("MapGrad", "y", y.Len(), dx.Len())
}

// CheckZip panics unless op is an operation of this package.
func CheckZip(op Op) {
	if op >= numOps {
		panic(fmt.Sprintf("kernels: no operation %v", op))
	}
}

// CheckZipStrided panics unless dst holds a dense array of the shape, and a
// and b hold one with their strides.
func CheckZipStrided(op Op, dst, a Buffer, aStrides []int, b Buffer, bStrides []int, shape []int) {
	CheckZip(op)
	n := 1
	for _, d := range shape {
		n *= d
	}
	CheckLen("ZipStrided", "destination", dst.Len(), n)
	CheckStrided("ZipStrided", "a", a.Len(), shape, aStrides)
	CheckStrided("ZipStrided", "b", b.Len(), shape, bStrides)
}

// Check panics unless the buffers fit: velocity may be empty only without
// momentum.
func (s SGD) Check(param, grad, velocity Buffer) {
	CheckSame("SGD", param, grad)
	if s.Momentum != 0 || velocity.Len() != 0 {
		CheckLen("SGD", "velocity", velocity.Len(), param.Len())
	}
}

// CheckCloud panics, naming kernel, unless x holds n points of dimension d and
// each of the matrices n×n numbers.
func CheckCloud(kernel string, x Buffer, n, d int, matrices ...Buffer) {
	if n < 0 || d < 0 {
		panic(fmt.Sprintf("kernels: %s: %d points of dimension %d", kernel, n, d))
	}
	CheckLen(kernel, "x", x.Len(), n*d)
	for _, m := range matrices {
		CheckLen(kernel, "an n×n argument", m.Len(), n*n)
	}
}

// CheckPairs panics unless the buffers fit and all pairs name points of a
// cloud of n.
func CheckPairs(dx, x Buffer, n, d int, pairs []Pair, g Buffer) {
	CheckCloud("PairsGrad", x, n, d)
	CheckLen("PairsGrad", "destination", dx.Len(), n*d)
	CheckLen("PairsGrad", "g", g.Len(), 1)
	for k, p := range pairs {
		if uint(p.U) >= uint(n) || uint(p.V) >= uint(n) {
			panic(fmt.Sprintf("kernels: PairsGrad: pair %d joins points %d and %d of %d", k, p.U, p.V, n))
		}
	}
}

// CheckRows panics, naming kernel, unless rows holds len(index) rows and table
// a whole number of them that all of index lie within.
func CheckRows(kernel string, table, rows Buffer, width int, index []int32) {
	if width < 0 || width > 0 && table.Len()%width != 0 {
		panic(fmt.Sprintf("kernels: %s: rows of width %d in %d elements", kernel, width, table.Len()))
	}
	CheckLen(kernel, "the array of picked rows", rows.Len(), len(index)*width)
	if width == 0 {
		return // nothing to pick, and nothing that tells how many rows there are
	}
	n := table.Len() / width
	for k, i := range index {
		if uint(i) >= uint(n) {
			panic(fmt.Sprintf("kernels: %s: index %d is %d, of %d rows", kernel, k, i, n))
		}
	}
}

// CheckScalars panics, naming kernel, unless each buffer has length 1.
func CheckScalars(kernel string, scalars ...Buffer) {
	for _, b := range scalars {
		CheckLen(kernel, "a scalar", b.Len(), 1)
	}
}
