package microkernel

import (
	"unsafe"

	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// plain holds the micro-kernels and packing loops in plain Go. A vector is 4 elements.
var plain = Kernels{
	Lanes: 4, Vectors: []int{1},
	six: []kernel{kernelPlain(6)}, four: []kernel{kernelPlain(4)},
	transpose: transposePlain, gatherPanels: gatherPanelsPlain, copyPatches: copyPatchesPlain, copyBlocks: copyBlocksPlain,
	deinterleave: func(dst *float32, ldd int, src *float32, lds, rows, n int) {
		deinterleavePlain(dst, ldd, src, lds, rows, n, 2)
	},
	interleave: func(dst *float32, ldd int, src *float32, lds, rows, n int) {
		interleavePlain(dst, ldd, src, lds, rows, n, 2)
	},
	peak: peakPlain,
}

// kernelPlain returns the micro-kernel in Go for micro-tiles of 4 columns and the given
// number of rows, which must be even.
func kernelPlain(rows int) kernel {
	return func(tiles int, a *float32, aoff *int, runs, run, gap int, b *float32, ldb int, boff *int, bias, c *float32, coff *int, mode int, _ *float32, _ int) {
		aoffs, coffs := unsafe.Slice(aoff, rows*tiles), unsafe.Slice(coff, rows*tiles)
		for i := 0; i < len(aoffs); i += 2 {
			if i > 0 && coffs[i+1] == coffs[i-1] {
				continue // both rows are spare entries: they repeat the row before them
			}
			x := pair{
				a:    [2]*float32{simd.At(a, aoffs[i]), simd.At(a, aoffs[i+1])},
				runs: runs, run: run, gap: gap,
				b: b, ldb: ldb, boff: boff, bias: bias,
				c:    [2]*[4]float32{vectorAt(c, coffs[i]), vectorAt(c, coffs[i+1])},
				mode: mode,
			}
			x.compute()
		}
	}
}

// A pair holds the operands for two rows of C of 4 columns each. The fields without their own
// comment mean what the parameters of the type kernel mean.
type pair struct {
	a              [2]*float32 // beginnings of the two rows of A
	runs, run, gap int
	b              *float32
	ldb            int
	boff           *int
	bias           *float32
	c              [2]*[4]float32 // the two rows of C
	mode           int
}

// compute computes the two rows of C. It keeps the 8 sums in local variables, for which the
// compiler uses registers.
func (p *pair) compute() {
	var x, y [4]float32
	if p.bias != nil {
		x = *vectorAt(p.bias, 0)
		y = x
	}
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
	runs, run, b, ldb := p.runs, p.run, p.b, p.ldb
	var boffs []int
	if p.boff != nil {
		boffs = unsafe.Slice(p.boff, runs*run)
	}
	offset := 0
	for r := range runs {
		from := 4 * r * (run + p.gap)
		row0, row1 := unsafe.Slice(simd.At(p.a[0], from), run), unsafe.Slice(simd.At(p.a[1], from), run)
		for k, u := range row0 {
			if boffs != nil {
				offset = boffs[r*run+k]
			}
			v, w := row1[k], vectorAt(b, offset)
			x0 += u * w[0]
			x1 += u * w[1]
			x2 += u * w[2]
			x3 += u * w[3]
			y0 += v * w[0]
			y1 += v * w[1]
			y2 += v * w[2]
			y3 += v * w[3]
			offset += ldb
		}
	}
	x, y = [4]float32{x0, x1, x2, x3}, [4]float32{y0, y1, y2, y3}
	if p.mode&Accumulate != 0 {
		for j := range x {
			x[j], y[j] = x[j]+p.c[0][j], y[j]+p.c[1][j]
		}
	}
	if p.mode&Rectify != 0 {
		for j := range x {
			x[j], y[j] = max(x[j], 0), max(y[j], 0)
		}
	}
	*p.c[0], *p.c[1] = x, y
}

// vectorAt returns the 4 elements that begin offset bytes after p.
func vectorAt(p *float32, offset int) *[4]float32 {
	return (*[4]float32)(unsafe.Pointer(simd.At(p, offset)))
}

// peakPlain executes multiply-adds on 8 independent sums, as many as pair.compute has:
// 96·rounds floating-point operations.
func peakPlain(rounds int) {
	var s [8]float32
	s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	x, y := float32(rounds), float32(1)
	for range rounds * 6 {
		s0 += x * y
		s1 += x * y
		s2 += x * y
		s3 += x * y
		s4 += x * y
		s5 += x * y
		s6 += x * y
		s7 += x * y
	}
	if s0+s1+s2+s3+s4+s5+s6+s7 < 0 { // never true; the compiler keeps the loop because the condition needs the sums
		panic("cpu: a sum of positive products is negative")
	}
}
