package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A paddedNHWC is the layout of a block of images in the order in which micro-kernels
// read them: image, row, pixel, channel, with a border of zeros around each image.
type paddedNHWC struct {
	images, channels int
	height, width    int // of a source image
	top              int // source row that is the first row of the layout; negative in the border
	left             int // pixels of border at the left of each row
	rows, columns    int // of each image in the layout
}

// slack is the number of elements beyond the end of a layout that may be read. They do
// not influence results.
const slack = 64

// paddedX returns the layout of the part of x that rows [h, h+rows) of y depend on.
func paddedX(s *kernels.ConvShape, images, h, rows int) paddedNHWC {
	return paddedNHWC{
		images: images, channels: s.C, height: s.H, width: s.W,
		top: h*s.StrideH - s.PadH, left: s.PadW,
		rows: (rows-1)*s.StrideH + s.R, columns: paddedColumns(s),
	}
}

// paddedColumns returns the pixels in a padded row of x: all pixels that filters reach,
// and all pixels of the image.
func paddedColumns(s *kernels.ConvShape) int {
	return max((s.OutW-1)*s.StrideW+s.S, s.PadW+s.W)
}

// load converts consecutive NCHW images to the layout f and returns them. The border is
// cleared only if the workspace held another layout before.
func (w *workspace) load(f *paddedNHWC, src []float32) []float32 {
	size := f.rows * f.columns * f.channels
	if f.images*size+slack > cap(w.image) {
		w.bordered = paddedNHWC{}
	}
	dst := aligned.Grow(&w.image, f.images*size+slack)
	plane := f.height * f.width
	lo, hi := max(f.top, 0), min(f.top+f.rows, f.height)
	if lo >= hi { // all rows are in the border
		clear(dst)
		w.bordered = paddedNHWC{}
		return dst
	}
	for g := range f.images {
		if w.bordered != *f {
			f.clearBorder(dst[g*size:][:size], lo, hi)
		}
		from := src[g*f.channels*plane+lo*f.width:]
		to := dst[g*size+((lo-f.top)*f.columns+f.left)*f.channels:]
		if f.channels >= 8 {
			w.kernels.Transpose(to, w.pixelOffsets(f, hi-lo), from, plane, f.channels, (hi-lo)*f.width)
			continue
		}
		for c := range f.channels {
			for row := range hi - lo {
				line, at := from[c*plane+row*f.width:][:f.width], row*f.columns*f.channels+c
				if f.channels == 1 {
					copy(to[at:], line)
					continue
				}
				for _, v := range line {
					to[at] = v
					at += f.channels
				}
			}
		}
	}
	w.bordered = *f
	return dst
}

// clearBorder clears an image except for the pixels of source rows [lo, hi).
func (f *paddedNHWC) clearBorder(image []float32, lo, hi int) {
	at := 0
	for row := lo - f.top; row < hi-f.top; row++ {
		from := (row*f.columns + f.left) * f.channels
		clear(image[at:from])
		at = from + f.width*f.channels
	}
	clear(image[at:])
}

// pixelOffsets returns the byte offset of each pixel of whole source rows in the layout,
// relative to the first of these pixels.
func (w *workspace) pixelOffsets(f *paddedNHWC, rows int) []int {
	l := &w.imagePixels
	if key := [3]int{f.width, f.columns, f.channels}; l.key != key {
		l.key, l.list = key, l.list[:0]
	}
	for row := len(l.list) / f.width; row < rows; row++ {
		for column := range f.width {
			l.list = append(l.list, 4*(row*f.columns+column)*f.channels)
		}
	}
	return l.list[:rows*f.width]
}

// patchOffsets returns the byte offset of the patch of each pixel of y, for the given
// number of rows of y in each image of the layout, with spare entries.
func (w *workspace) patchOffsets(s *kernels.ConvShape, f *paddedNHWC, rows int) []int {
	l := &w.imagePatches
	key := [8]int{f.images, rows, s.OutW, s.StrideH, s.StrideW, f.channels, f.rows, f.columns}
	if l.key == key {
		return l.list
	}
	l.key, l.list = key, l.list[:0]
	for g := range f.images {
		for oh := range rows {
			for ow := range s.OutW {
				l.list = append(l.list, 4*((g*f.rows+oh*s.StrideH)*f.columns+ow*s.StrideW)*f.channels)
			}
		}
	}
	l.list = microkernel.AppendSpare(l.list)
	return l.list
}

// An nchw is some pixels of an image in the order NCHW. Its planes, one for each channel,
// begin plane elements apart.
type nchw struct {
	data            []float32
	plane, channels int
}

// unload converts a number of pixels from NHWC, in which they begin columns elements
// apart, to NCHW, and stores them in dst or adds them to it.
func (w *workspace) unload(dst nchw, src []float32, columns, pixels int, add bool) {
	if !add {
		w.kernels.Transpose(dst.data, w.planes.List(dst.channels, 4*dst.plane), src, columns, pixels, dst.channels)
		return
	}
	sum := aligned.Grow(&w.sum, pixels*dst.channels)
	w.kernels.Transpose(sum, w.sumPlanes.List(dst.channels, 4*pixels), src, columns, pixels, dst.channels)
	for c := range dst.channels {
		w.loops.Affine(dst.data[c*dst.plane:][:pixels], sum[c*pixels:][:pixels], 1, 0, true)
	}
}

// An imageRange is the images that a part computes: those with numbers in [first,
// first+images). An image has srcSize elements in src and dstSize elements in dst.
type imageRange struct {
	first, images    int
	dst, src         []float32
	dstSize, srcSize int
}

// prefetchImages returns what a part needs next: the memory of its results, and the
// source images of the part after it, which the same worker probably computes. A part
// has perPart of n images.
func prefetchImages(n, perPart int, r imageRange) microkernel.Prefetch {
	p := microkernel.Prefetch{Ranges: [2]microkernel.Lines{
		microkernel.Span(r.dst[r.first*r.dstSize : (r.first+r.images)*r.dstSize]),
	}}
	if next := r.first + perPart; next < n {
		p.Ranges[1] = microkernel.Span(r.src[next*r.srcSize : min(next+perPart, n)*r.srcSize])
	}
	return p
}
