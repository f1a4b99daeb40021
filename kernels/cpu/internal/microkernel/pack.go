package microkernel

import (
	"unsafe"

	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// Transpose copies the columns of a matrix to consecutive memory. src has the given rows
// and columns, and its rows begin stride elements apart. The copy of column j begins
// offsets[j] bytes after the beginning of dst.
func (k *Kernels) Transpose(dst []float32, offsets []int, src []float32, stride, rows, columns int) {
	if rows == 0 || columns == 0 {
		return
	}
	f := k.transpose
	if rows < 8 || columns < 8 {
		f = transposePlain
	}
	f(&dst[0], &offsets[0], &src[0], 4*stride, rows, columns)
}

// transposePlain copies the columns of a matrix to consecutive memory. The rows of src
// begin lds bytes apart. The copy of column j begins at dst + doff[j] bytes.
func transposePlain(dst *float32, doff *int, src *float32, lds, rows, columns int) {
	for j, offset := range unsafe.Slice(doff, columns) {
		to := unsafe.Slice(simd.At(dst, offset), rows)
		from := simd.At(src, 4*j)
		for i := range to {
			to[i] = *simd.At(from, i*lds)
		}
	}
}

// GatherPanels packs panels of B, each of width columns. Row i of B begins offsets[i] bytes
// after the beginning of src and has width·panels elements. The panels follow one another in
// dst, and so do the rows of each panel. width must be the width of a micro-tile of k in
// columns.
func (k *Kernels) GatherPanels(dst, src []float32, offsets []int, width, panels int) {
	if len(offsets) > 0 {
		k.gatherPanels(&dst[0], &src[0], &offsets[0], len(offsets), width, panels)
	}
}

// gatherPanelsPlain is GatherPanels for n rows. Row i begins at src + soff[i] bytes.
func gatherPanelsPlain(dst, src *float32, soff *int, n, width, panels int) {
	to := unsafe.Slice(dst, n*width*panels)
	for i, offset := range unsafe.Slice(soff, n) {
		row := unsafe.Slice(simd.At(src, offset), width*panels)
		for p := range panels {
			copy(to[(p*n+i)*width:][:width], row[p*width:])
		}
	}
}

// A PatchCopy describes a copy of patches of an image to the rows of a matrix (im2row). In
// the image, a patch consists of runs of consecutive elements. In the matrix, the runs of a
// patch follow one another.
type PatchCopy struct {
	Dst     []float32 // the matrix
	Columns int       // elements from the beginning of a row of Dst to that of the next
	Src     []float32 // the image
	Offsets []int     // bytes from the beginning of Src to each patch
	Runs    int       // runs in a patch
	Run     int       // elements in a run
	Stride  int       // elements from the beginning of a run to that of the next in Src
}

// CopyPatches copies the first n patches. It may read up to 3 elements beyond the end of each
// run of Src, and overwrite up to 3 elements beyond the end of each patch in Dst.
func (k *Kernels) CopyPatches(c *PatchCopy, n int) {
	k.copyPatches(&c.Dst[0], c.Columns, &c.Src[0], &c.Offsets[0], n, c.Runs, c.Run, c.Stride)
}

// copyPatchesPlain is CopyPatches for n patches. Patch i begins at src + soff[i] bytes.
func copyPatchesPlain(dst *float32, columns int, src *float32, soff *int, n, runs, run, stride int) {
	for i, offset := range unsafe.Slice(soff, n) {
		for r := range runs {
			copy(unsafe.Slice(simd.At(dst, 4*(i*columns+r*run)), run), unsafe.Slice(simd.At(src, offset+4*r*stride), run))
		}
	}
}
