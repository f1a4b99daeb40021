package kerneltest

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

var convTests = []test{
	{"Conv", func(r *rig) { r.eachConv(testConv) }, func(r *rig) { testConv(r, r.conv(), r.rng.IntN(8)) }},
	{"ConvTranspose", func(r *rig) { r.eachConv(testConvTranspose) }, func(r *rig) { testConvTranspose(r, r.conv(), r.rng.IntN(8)) }},
	{"ConvWeightGrad", func(r *rig) { r.eachConv(testConvWeightGrad) }, func(r *rig) { testConvWeightGrad(r, r.conv(), r.rng.IntN(8)) }},
}

// filled returns s with OutH and OutW set, and whether the filter fits into the padded image.
func filled(s kernels.ConvShape) (kernels.ConvShape, bool) {
	h, w := s.H+2*s.PadH-s.R, s.W+2*s.PadW-s.S
	s.OutH, s.OutW = h/s.StrideH+1, w/s.StrideW+1
	return s, h >= 0 && w >= 0
}

// conv returns a random shape.
func (r *rig) conv() kernels.ConvShape {
	for {
		s, ok := filled(kernels.ConvShape{
			N: r.between(1, 3), C: r.between(1, 9), H: r.between(1, 12), W: r.between(1, 12),
			K: r.between(1, 9), R: r.between(1, 5), S: r.between(1, 5),
			StrideH: r.between(1, 3), StrideW: r.between(1, 3), PadH: r.rng.IntN(4), PadW: r.rng.IntN(4),
		})
		if ok {
			return s
		}
	}
}

// eachConv runs two cases for each of a list of shapes: common ones, and edge cases such as
// filters larger than the image. The argument k of a case chooses its activation, bias and
// write mode.
func (r *rig) eachConv(one func(r *rig, s kernels.ConvShape, k int)) {
	square := func(n, c, size, k, kernel, stride, pad int) kernels.ConvShape {
		return kernels.ConvShape{N: n, C: c, H: size, W: size, K: k, R: kernel, S: kernel, StrideH: stride, StrideW: stride, PadH: pad, PadW: pad}
	}
	shapes := []kernels.ConvShape{
		square(0, 2, 5, 3, 3, 1, 1), square(1, 1, 1, 1, 1, 1, 0), square(2, 3, 4, 5, 1, 1, 0), square(1, 16, 8, 16, 1, 1, 0),
		square(2, 1, 28, 4, 4, 2, 1), square(2, 4, 14, 8, 4, 2, 1), square(1, 8, 7, 5, 3, 1, 1), square(2, 16, 5, 17, 3, 1, 1),
		square(1, 3, 11, 2, 5, 2, 2), square(1, 2, 11, 3, 5, 2, 0), square(1, 2, 9, 3, 3, 3, 0), square(1, 2, 10, 3, 2, 3, 1), square(1, 3, 3, 2, 7, 1, 3),
		square(3, 2, 6, 2, 3, 2, 0), square(1, 17, 4, 33, 4, 2, 1), square(1, 2, 2, 2, 3, 1, 4),
		{N: 2, C: 3, H: 5, W: 9, K: 4, R: 2, S: 3, StrideH: 2, StrideW: 1, PadH: 0, PadW: 2},
		{N: 1, C: 2, H: 1, W: 20, K: 3, R: 1, S: 5, StrideH: 1, StrideW: 2, PadH: 0, PadW: 1},
		{N: 1, C: 2, H: 20, W: 1, K: 3, R: 4, S: 1, StrideH: 3, StrideW: 1, PadH: 2, PadW: 0},
	}
	if r.options.Large {
		shapes = append(shapes, square(9, 1, 28, 32, 4, 2, 1), square(5, 32, 14, 64, 4, 2, 1), square(3, 64, 7, 64, 3, 1, 1), square(2, 24, 13, 40, 5, 2, 2), square(2, 64, 9, 32, 1, 1, 0))
	}
	for k, s := range shapes {
		s, ok := filled(s)
		if !ok {
			r.Fatalf("impossible shape %+v", s)
		}
		one(r, s, k)
		one(r, s, k+3)
	}
}

// eachTerm calls visit for every product of an element of x and an element of w that Conv
// adds to an element of y. The arguments are the indices of the three elements. If r is
// blind, it calls nothing.
func (r *rig) eachTerm(s kernels.ConvShape, visit func(x, w, y int)) {
	if r.blind {
		return
	}
	for n := range s.N {
		for k := range s.K {
			for oh := range s.OutH {
				for ow := range s.OutW {
					y := ((n*s.K+k)*s.OutH+oh)*s.OutW + ow
					for c := range s.C {
						for p := range s.R {
							for q := range s.S {
								h, w := oh*s.StrideH+p-s.PadH, ow*s.StrideW+q-s.PadW
								if h >= 0 && h < s.H && w >= 0 && w < s.W {
									visit(((n*s.C+c)*s.H+h)*s.W+w, ((k*s.C+c)*s.R+p)*s.S+q, y)
								}
							}
						}
					}
				}
			}
		}
	}
}

// bias returns an empty bias if k is even, and a random bias of one value for each channel
// otherwise. It adds the bias to want, an array N×channels×plane, where plane is the number
// of pixels of a channel.
func (r *rig) bias(want []exact, channels, plane, k int) kernels.Buffer {
	if k%2 == 0 {
		return kernels.Buffer{}
	}
	b := r.input("bias", r.normals(channels))
	for i := range want {
		want[i].add(float64(b.values()[i/plane%channels]))
	}
	return b.Buffer
}

func testConv(r *rig, s kernels.ConvShape, k int) {
	x, w := r.input("x", r.normals(s.N*s.C*s.H*s.W)), r.input("w", r.normals(s.K*s.C*s.R*s.S))
	want := make([]exact, s.N*s.K*s.OutH*s.OutW)
	r.eachTerm(s, func(ix, iw, iy int) { want[iy].addProduct(r, 1, x.values()[ix], w.values()[iw], false) })
	bias := r.bias(want, s.K, s.OutH*s.OutW, k)
	act := activations[k%len(activations)]
	activated(want, act)
	y := r.output(len(want))
	fused.Conv(r.Device, s, y.Buffer, x.Buffer, w.Buffer, bias, act)
	r.check(fmt.Sprintf("%+v %v", s, act), r.read(y), want, r.bound("Conv", r.productBound(s.C*s.R*s.S, act)))
	r.done()
}

func testConvTranspose(r *rig, s kernels.ConvShape, k int) {
	y, w := r.input("y", r.normals(s.N*s.K*s.OutH*s.OutW)), r.input("w", r.normals(s.K*s.C*s.R*s.S))
	want := make([]exact, s.N*s.C*s.H*s.W)
	r.eachTerm(s, func(ix, iw, iy int) { want[ix].addProduct(r, 1, y.values()[iy], w.values()[iw], false) })
	bias := r.bias(want, s.C, s.H*s.W, k)
	act, mode := activations[k%len(activations)], kernels.Overwrite
	if act == kernels.Identity {
		mode = modes[k/4%2]
	}
	activated(want, act)
	x := r.target(len(want), mode)
	before := clone(x.values())
	fused.ConvTranspose(r.Device, s, x.Buffer, y.Buffer, w.Buffer, bias, act, mode)
	r.checkWritten(fmt.Sprintf("%+v %v", s, act), r.read(x), before, want, mode, r.bound("ConvTranspose", r.productBound(s.K*s.R*s.S, act)))
	r.done()
}

func testConvWeightGrad(r *rig, s kernels.ConvShape, k int) {
	x, y := r.input("x", r.normals(s.N*s.C*s.H*s.W)), r.input("y", r.normals(s.N*s.K*s.OutH*s.OutW))
	want := make([]exact, s.K*s.C*s.R*s.S)
	r.eachTerm(s, func(ix, iw, iy int) { want[iw].addProduct(r, 1, x.values()[ix], y.values()[iy], false) })
	mode := modes[k%2]
	dw := r.target(len(want), mode)
	before := clone(dw.values())
	fused.ConvWeightGrad(r.Device, s, dw.Buffer, x.Buffer, y.Buffer, mode)
	r.checkWritten(fmt.Sprintf("%+v", s), r.read(dw), before, want, mode, r.bound("ConvWeightGrad", sumBound(s.N*s.OutH*s.OutW)))
	r.done()
}
