package cpu

import "github.com/topogen/topogen/kernels"

// A frame is a block of images in the order in which tiles read them: pixel
// after pixel, each with all its channels, in a border of zeros.
type frame struct {
	images, channels int
	height, width    int // of the source
	top              int // the row of the source that comes first, negative in the border
	left             int // pixels of border before each row
	rows, columns    int // of each image in the frame
}

// slack is how many floats behind a frame may be read, though not used.
const slack = 64

// load returns the frame of images whose planes follow one another in src.
func (w *workspace) load(f *frame, src []float32) []float32 {
	size := f.rows * f.columns * f.channels
	if f.images*size+slack > cap(w.image) {
		w.bordered = frame{}
	}
	dst := room(&w.image, f.images*size+slack)
	plane := f.height * f.width
	lo, hi := max(f.top, 0), min(f.top+f.rows, f.height)
	if lo >= hi {
		clear(dst)
		w.bordered = frame{}
		return dst
	}
	for g := range f.images {
		if w.bordered != *f {
			f.clearBorder(dst[g*size:][:size], lo, hi)
		}
		from := src[g*f.channels*plane+lo*f.width:]
		to := dst[g*size+((lo-f.top)*f.columns+f.left)*f.channels:]
		if f.channels >= 8 {
			w.transpose(to, w.pixelOffsets(f, hi-lo), from, plane, f.channels, (hi-lo)*f.width)
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

// clearBorder clears an image but for where the source's rows from lo to hi go.
func (f *frame) clearBorder(image []float32, lo, hi int) {
	at := 0
	for row := lo - f.top; row < hi-f.top; row++ {
		from := (row*f.columns + f.left) * f.channels
		clear(image[at:from])
		at = from + f.width*f.channels
	}
	clear(image[at:])
}

// soonImages returns what a part that computes images from n on needs next: the
// place of its results, and the images that its thread probably gets after
// these.
func (a *args) soonImages(n, images int, dst []float32, dstSize int, src []float32, srcSize int) soon {
	s := soon{spans: [2]lines{span(dst[n*dstSize : (n+images)*dstSize])}}
	if next := n + a.n; next < a.conv.N {
		s.spans[1] = span(src[next*srcSize : min(next+a.n, a.conv.N)*srcSize])
	}
	return s
}

// pixelOffsets returns where in a frame the pixels of whole rows go, in bytes.
func (w *workspace) pixelOffsets(f *frame, rows int) []int {
	l := &w.pixels
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

// xFrame returns the frame for rows [h, h+rows) of y.
func xFrame(s *kernels.ConvShape, images, h, rows int) frame {
	return frame{
		images: images, channels: s.C, height: s.H, width: s.W,
		top: h*s.StrideH - s.PadH, left: s.PadW,
		rows: (rows-1)*s.StrideH + s.R, columns: framedWidth(s),
	}
}

// patchOffsets returns where in the frame of so many rows of y the patch of each
// pixel of y begins, in bytes.
func (w *workspace) patchOffsets(s *kernels.ConvShape, f *frame, rows int) []int {
	l := &w.patches
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
	l.list = addSpare(l.list)
	return l.list
}

// A correlation is the sums of products between the patches of a frame and
// filters, for a list of pixels.
type correlation struct {
	frame          []float32
	aoff, coff     []int // of the patches and the results, padded
	pixels         int
	runs, run, gap int       // of a patch
	filters        []float32 // panels one behind the other
	pitch          int       // of rows of the filters, if wider than their panel
	bias           []float32 // as wide as all panels together, or nil
	columns        int       // filters
	out            []float32
	act            kernels.Func
}

// correlate computes a correlation in blocks of depthBlock weights, so that a
// panel of filters stays in the first-level cache while it is used.
func (w *workspace) correlate(x *correlation) {
	weights := x.runs * x.run
	if x.run > depthBlock {
		length := ceilDiv(x.run, ceilDiv(x.run, depthBlock))
		for done := 0; done < weights; {
			row, k := done/x.run, done%x.run
			n := min(length, x.run-k)
			w.correlateBlock(x, row*(x.run+x.gap)+k, 1, n, done)
			done += n
		}
		return
	}
	rows := depthBlock / x.run
	for row := 0; row < x.runs; row += rows {
		w.correlateBlock(x, row*(x.run+x.gap), min(rows, x.runs-row), x.run, row*x.run)
	}
}

// correlateBlock does so for runs of weights, of which done come before them.
func (w *workspace) correlateBlock(x *correlation, start, runs, run, done int) {
	weights := x.runs * x.run
	call := &w.call
	*call = tileCall{a: &x.frame[start], aoff: x.aoff, coff: x.coff, runs: runs, run: run, gap: x.gap, soon: &w.soon}
	if runs == 1 {
		call.gap = 0
	}
	if done > 0 {
		call.mode = accumulate
	}
	if x.act == kernels.ReLU && done+runs*run == weights {
		call.mode |= rectify
	}
	for j := 0; j < x.columns; {
		kind, width := w.tiling.panel(x.columns - j)
		pitch := max(width, x.pitch)
		call.b, call.ldb, call.c = &x.filters[j*weights+done*pitch], 4*pitch, &x.out[j]
		if done == 0 && x.bias != nil {
			call.bias = &x.bias[j]
		}
		w.tiling.rows(x.pixels, kind, call)
		j += width
	}
}

// unload turns an image's block of results, whose pixels are columns floats
// apart, back into planes.
func (w *workspace) unload(dst []float32, plane int, src []float32, columns, pixels, channels int, add bool) {
	if !add {
		w.transpose(dst, w.planes.multiples(channels, 4*plane), src, columns, pixels, channels)
		return
	}
	sum := room(&w.sum, pixels*channels)
	w.transpose(sum, w.sums.multiples(channels, 4*pixels), src, columns, pixels, channels)
	for c := range channels {
		w.loops.affine(dst[c*plane:][:pixels], sum[c*pixels:][:pixels], 1, 0, true)
	}
}
