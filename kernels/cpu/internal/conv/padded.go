package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// A paddedNHWC is a layout in memory of some rows of several images. The elements are in the
// order NHWC: image, row, pixel, channel. Each image has a border of zeros, the padding of
// the convolution. The images in NCHW from which the layout is filled are the source images.
type paddedNHWC struct {
	images, channels int
	height, width    int // rows and columns of a source image
	top              int // the row of the source image that is the first row of the layout; negative in the border
	left             int // columns of border at the left of each row
	rows, columns    int // rows and columns of each image in the layout, border included
}

// slack is the number of elements that must be readable beyond the end of a layout, because
// micro-kernels read whole panels of up to 64 columns. Their values do not influence results.
const slack = 64

// paddedX returns the layout of those rows of x on which rows [h, h+rows) of y depend.
func paddedX(s *kernels.ConvShape, images, h, rows int) paddedNHWC {
	return paddedNHWC{
		images: images, channels: s.C, height: s.H, width: s.W,
		top: h*s.StrideH - s.PadH, left: s.PadW,
		rows: (rows-1)*s.StrideH + s.R, columns: paddedColumns(s),
	}
}

// paddedColumns returns the number of columns of x in the layout: enough for all pixels that
// filters reach, and for all pixels of the image.
func paddedColumns(s *kernels.ConvShape) int {
	return max((s.OutW-1)*s.StrideW+s.S, s.PadW+s.W)
}

// load copies f.images consecutive images from src, in NCHW, to w.image in the layout f, and
// returns them. It clears the border only if w.image had another layout before.
func (w *workspace) load(f *paddedNHWC, src []float32) []float32 {
	size := f.rows * f.columns * f.channels
	if f.images*size+slack > cap(w.image) {
		w.bordered = paddedNHWC{}
	}
	dst := aligned.Grow(&w.image, f.images*size+slack)
	plane := f.height * f.width
	lo, hi := max(f.top, 0), min(f.top+f.rows, f.height)
	if lo >= hi { // all rows of the layout are in the border
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

// clearBorder sets all elements of an image in the layout to 0, except for the pixels of rows
// [lo, hi) of the source image.
func (f *paddedNHWC) clearBorder(image []float32, lo, hi int) {
	at := 0
	for row := lo - f.top; row < hi-f.top; row++ {
		from := (row*f.columns + f.left) * f.channels
		clear(image[at:from])
		at = from + f.width*f.channels
	}
	clear(image[at:])
}

// pixelOffsets returns the byte offset in the layout of each pixel of the given number of
// consecutive rows of the source image, row by row. The offsets count from the first of
// these pixels.
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

// patchOffsets returns the byte offset in the layout of the patch of each pixel of y, image by
// image and row by row. It has the given number of rows of y in each image. The list ends
// with the spare entries of microkernel.Spare.
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

// An nchw locates some consecutive pixels of an image in the order NCHW. The planes, one for
// each channel, begin plane elements apart.
type nchw struct {
	data            []float32 // begins at the first of these pixels in the first plane
	plane, channels int
}

// unload converts pixels from NHWC to NCHW, and stores them into dst or adds them to dst. The
// pixels in src begin columns elements apart.
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

// An imageRange is the range [first, first+images) of the images of a batch, which a part
// computes. Image i has srcSize elements from i·srcSize on in src, and dstSize elements from
// i·dstSize on in dst.
type imageRange struct {
	first, images    int
	dst, src         []float32
	dstSize, srcSize int
}

// prefetchImages returns the memory that a worker needs after the products of a part: the
// images of dst in the range r, and the images of src in the next part, which the same
// worker probably computes. A part has up to perPart of the n images of the batch.
func prefetchImages(n, perPart int, r imageRange) microkernel.Prefetch {
	p := microkernel.Prefetch{Ranges: [2]microkernel.Lines{
		microkernel.Span(r.dst[r.first*r.dstSize : (r.first+r.images)*r.dstSize]),
	}}
	if next := r.first + perPart; next < n {
		p.Ranges[1] = microkernel.Span(r.src[next*r.srcSize : min(next+perPart, n)*r.srcSize])
	}
	return p
}
