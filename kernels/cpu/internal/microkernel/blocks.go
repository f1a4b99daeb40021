package microkernel

import (
	"unsafe"

	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// A BlockCopy copies rectangular blocks between two arrays. Offsets and strides are in
// bytes.
type BlockCopy struct {
	Dst           *float32
	DstOffsets    []int // where each block begins
	DstStride     int   // from one row of a block to the next
	Src           *float32
	SrcOffsets    []int
	SrcStride     int
	Rows, Columns int  // of a block; both at least 1
	Add           bool // adds to Dst instead of overwriting it
}

// CopyBlocks copies as many blocks as there are offsets.
func (k *Kernels) CopyBlocks(c *BlockCopy) {
	k.copyBlocks(c.Dst, &c.DstOffsets[0], c.DstStride, c.Src, &c.SrcOffsets[0], c.SrcStride, len(c.DstOffsets), c.Rows, c.Columns, c.Add)
}

// copyBlocksPlain copies n blocks of rows×columns elements from src + soff[i] to
// dst + doff[i], or adds them. Offsets and the distances ldd and lds between rows are in
// bytes.
func copyBlocksPlain(dst *float32, doff *int, ldd int, src *float32, soff *int, lds, n, rows, columns int, add bool) {
	from := unsafe.Slice(soff, n)
	for b, offset := range unsafe.Slice(doff, n) {
		for r := range rows {
			x := unsafe.Slice(simd.At(src, from[b]+r*lds), columns)
			y := unsafe.Slice(simd.At(dst, offset+r*ldd), columns)
			if !add {
				copy(y, x)
				continue
			}
			for i, v := range x {
				y[i] += v
			}
		}
	}
}

// A RowCopy copies rows between two arrays, one of which is dense along its rows while
// the other has N elements that are Step apart. Strides are in bytes.
type RowCopy struct {
	Dst       *float32
	DstStride int // from one row to the next
	Src       *float32
	SrcStride int
	Rows, N   int // both at least 1
	Step      int
}

// Deinterleave sets Dst[i] = Src[i·Step] in each row.
func (k *Kernels) Deinterleave(c *RowCopy) {
	switch c.Step {
	case 1:
		k.copyRows(c)
	case 2:
		k.deinterleave(c.Dst, c.DstStride, c.Src, c.SrcStride, c.Rows, c.N)
	default:
		deinterleavePlain(c.Dst, c.DstStride, c.Src, c.SrcStride, c.Rows, c.N, c.Step)
	}
}

// Interleave sets Dst[i·Step] = Src[i] in each row.
func (k *Kernels) Interleave(c *RowCopy) {
	switch c.Step {
	case 1:
		k.copyRows(c)
	case 2:
		k.interleave(c.Dst, c.DstStride, c.Src, c.SrcStride, c.Rows, c.N)
	default:
		interleavePlain(c.Dst, c.DstStride, c.Src, c.SrcStride, c.Rows, c.N, c.Step)
	}
}

func (k *Kernels) copyRows(c *RowCopy) {
	k.copyBlocks(c.Dst, &k.zero, c.DstStride, c.Src, &k.zero, c.SrcStride, 1, c.Rows, c.N, false)
}

// deinterleavePlain copies every step-th element of rows of src, beginning with the
// first, to rows of n elements of dst. Rows begin ldd and lds bytes apart.
func deinterleavePlain(dst *float32, ldd int, src *float32, lds, rows, n, step int) {
	for r := range rows {
		y, x := unsafe.Slice(simd.At(dst, r*ldd), n), unsafe.Slice(simd.At(src, r*lds), (n-1)*step+1)
		for i := range y {
			y[i] = x[i*step]
		}
	}
}

// interleavePlain is the inverse of deinterleavePlain: it copies rows of n elements of
// src to every step-th element of rows of dst.
func interleavePlain(dst *float32, ldd int, src *float32, lds, rows, n, step int) {
	for r := range rows {
		y, x := unsafe.Slice(simd.At(dst, r*ldd), (n-1)*step+1), unsafe.Slice(simd.At(src, r*lds), n)
		for i, v := range x {
			y[i*step] = v
		}
	}
}
