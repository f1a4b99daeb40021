package autograd

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// ConvOptions say how the kernel of a convolution moves over an image. The zero
// value moves it by one pixel and pads nothing.
//
// Stride, Padding and OutputPadding hold for both axes. Where height and width
// differ, set StrideHW, PaddingHW and OutputPaddingHW instead; setting both of a
// pair to other values than zero panics.
type ConvOptions struct {
	Stride        int // 0 means 1
	Padding       int // rows and columns of zeros on each side of the image
	OutputPadding int // rows and columns that a transposed convolution adds at the end, less than Stride

	StrideHW, PaddingHW, OutputPaddingHW [2]int // height, width
}

// hw is a number for each of an image's two axes.
type hw struct{ h, w int }

// perAxis returns the value of an option for each axis: pair, or both for each axis if pair
// is zero. It panics if both and pair are set.
func perAxis(options, name string, both int, pair [2]int) hw {
	if pair == [2]int{} {
		return hw{both, both}
	}
	if both != 0 {
		panic(fmt.Sprintf("autograd: %s with %s %d and %sHW %v; set one of them", options, name, both, name, pair))
	}
	return hw{pair[0], pair[1]}
}

func (o ConvOptions) stride() hw {
	s := perAxis("ConvOptions", "Stride", o.Stride, o.StrideHW)
	if s == (hw{}) {
		return hw{1, 1}
	}
	return s
}

func (o ConvOptions) padding() hw { return perAxis("ConvOptions", "Padding", o.Padding, o.PaddingHW) }

func (o ConvOptions) outputPadding() hw {
	return perAxis("ConvOptions", "OutputPadding", o.OutputPadding, o.OutputPaddingHW)
}

// String returns the options that are not zero, as in "stride 2×1 padding 1×1".
func (o ConvOptions) String() string {
	stride, pad, extra := o.stride(), o.padding(), o.outputPadding()
	text := fmt.Sprintf("stride %d×%d padding %d×%d", stride.h, stride.w, pad.h, pad.w)
	if extra != (hw{}) {
		text += fmt.Sprintf(" output padding %d×%d", extra.h, extra.w)
	}
	return text
}

// conv returns the sizes of the convolution of x with w and bias b. It returns false if
// their shapes or the options do not fit.
func (o ConvOptions) conv(x, w, b *Var) (kernels.ConvShape, bool) {
	stride, pad, extra := o.stride(), o.padding(), o.outputPadding()
	if len(x.shape) != 4 || len(w.Shape()) != 4 || x.shape[1] != w.shape[1] || stride.h < 1 || stride.w < 1 || extra != (hw{}) {
		return kernels.ConvShape{}, false
	}
	s := kernels.ConvShape{
		N: x.shape[0], C: x.shape[1], H: x.shape[2], W: x.shape[3],
		K: w.shape[0], R: w.shape[2], S: w.shape[3],
		StrideH: stride.h, StrideW: stride.w, PadH: pad.h, PadW: pad.w,
	}
	spanH, spanW := s.H+2*s.PadH-s.R, s.W+2*s.PadW-s.S
	s.OutH, s.OutW = spanH/stride.h+1, spanW/stride.w+1
	return s, spanH >= 0 && spanW >= 0 && fits(s, b, s.K)
}

// convTranspose returns the sizes of the convolution whose adjoint is the transposed
// convolution of x with w and bias b. It returns false if their shapes or the options do
// not fit.
func (o ConvOptions) convTranspose(x, w, b *Var) (kernels.ConvShape, bool) {
	stride, pad, extra := o.stride(), o.padding(), o.outputPadding()
	if len(x.shape) != 4 || len(w.Shape()) != 4 || x.shape[1] != w.shape[0] || stride.h < 1 || stride.w < 1 {
		return kernels.ConvShape{}, false
	}
	s := kernels.ConvShape{
		N: x.shape[0], K: x.shape[1], OutH: x.shape[2], OutW: x.shape[3],
		C: w.shape[1], R: w.shape[2], S: w.shape[3],
		StrideH: stride.h, StrideW: stride.w, PadH: pad.h, PadW: pad.w,
	}
	s.H = (s.OutH-1)*stride.h - 2*pad.h + s.R + extra.h
	s.W = (s.OutW-1)*stride.w - 2*pad.w + s.S + extra.w
	return s, s.OutH >= 1 && s.OutW >= 1 && s.H >= 1 && s.W >= 1 &&
		extra.h >= 0 && extra.w >= 0 && extra.h < stride.h && extra.w < stride.w &&
		fits(s, b, s.C)
}

// fits reports whether s and the bias b fulfil the conditions that convolutions and
// transposed convolutions share. The result has the given number of channels.
func fits(s kernels.ConvShape, b *Var, channels int) bool {
	return s.R >= 1 && s.S >= 1 && s.PadH >= 0 && s.PadW >= 0 &&
		(b == nil || len(b.shape) == 1 && b.shape[0] == channels)
}

func (o ConvOptions) mismatch(operation string, x, w, b *Var, want string) string {
	return fmt.Sprintf("autograd: %s of input %s, weight %s%s, %v; want %s, and a kernel that fits",
		operation, text(x.shape), text(w.shape), b.biasText(), o, want)
}
