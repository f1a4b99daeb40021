package microkernel

import (
	"unsafe"

	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// A BlockCopy describes a copy of rectangular blocks from one array to another. All blocks
// have the same size. Offsets and strides are in bytes.
type BlockCopy struct {
	Dst           *float32
	DstOffsets    []int // from Dst to the beginning of each block
	DstStride     int   // from the beginning of a row of a block to that of the next
	Src           *float32
	SrcOffsets    []int
	SrcStride     int
	Rows, Columns int  // rows and columns of a block; both at least 1
	Add           bool // add the blocks to Dst instead of overwriting it
}

// CopyBlocks copies one block for each entry of c.DstOffsets.
func (k *Kernels) CopyBlocks(c *BlockCopy) {
	k.copyBlocks(c.Dst, &c.DstOffsets[0], c.DstStride, c.Src, &c.SrcOffsets[0], c.SrcStride, len(c.DstOffsets), c.Rows, c.Columns, c.Add)
}

// copyBlocksPlain copies n blocks of rows×columns elements. Block i begins at src + soff[i]
// and is copied to dst + doff[i], or added if add is true. The rows of a block begin lds
// bytes apart in src and ldd bytes apart in dst. Offsets are in bytes.
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

// A RowCopy describes a copy of rows of N elements from one array to another. In one of the
// arrays the elements of a row are consecutive, in the other they are Step elements apart.
// Deinterleave and Interleave say in which. Strides are in bytes.
type RowCopy struct {
	Dst       *float32
	DstStride int // from the beginning of a row to that of the next
	Src       *float32
	SrcStride int
	Rows, N   int // both at least 1
	Step      int
}

// Deinterleave sets Dst[i] = Src[i·Step] for the N elements of each row.
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

// Interleave sets Dst[i·Step] = Src[i] for the N elements of each row, and leaves the
// elements between them unchanged.
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

// copyRows copies rows whose elements are consecutive in both arrays.
func (k *Kernels) copyRows(c *RowCopy) {
	k.copyBlocks(c.Dst, &k.zero, c.DstStride, c.Src, &k.zero, c.SrcStride, 1, c.Rows, c.N, false)
}

// deinterleavePlain copies every step-th element of each row of src, beginning with the
// first, to n consecutive elements of the row of dst. Rows begin lds bytes apart in src and
// ldd bytes apart in dst.
func deinterleavePlain(dst *float32, ldd int, src *float32, lds, rows, n, step int) {
	for r := range rows {
		y, x := unsafe.Slice(simd.At(dst, r*ldd), n), unsafe.Slice(simd.At(src, r*lds), (n-1)*step+1)
		for i := range y {
			y[i] = x[i*step]
		}
	}
}

// interleavePlain is the inverse of deinterleavePlain: it copies n consecutive elements of
// each row of src to every step-th element of the row of dst.
func interleavePlain(dst *float32, ldd int, src *float32, lds, rows, n, step int) {
	for r := range rows {
		y, x := unsafe.Slice(simd.At(dst, r*ldd), (n-1)*step+1), unsafe.Slice(simd.At(src, r*lds), n)
		for i, v := range x {
			y[i*step] = v
		}
	}
}
