package cpu

import "github.com/topogen/topogen/kernels"

// The plain convolutions walk over the taps (r, s) of the kernel; for each,
// rows of x and y are combined by the taps' offsets.

// overlap returns the range of outputs o for which input index
// o·stride + tap − pad lies in [0, in).
func overlap(out, in, stride, tap, pad int) (lo, hi int) {
	if tap < pad {
		lo = (pad - tap + stride - 1) / stride
	}
	if last := in - 1 + pad - tap; last >= 0 {
		hi = min(out, last/stride+1)
	}
	return lo, max(lo, hi)
}

// eachTap calls body with the row of x and the row of y that tap (r, s)
// connects, for all rows, with the offset of the first element in each.
func eachTap(s *kernels.ConvShape, r, t int, body func(y0, x0, n int)) {
	h0, h1 := overlap(s.OutH, s.H, s.StrideH, r, s.PadH)
	w0, w1 := overlap(s.OutW, s.W, s.StrideW, t, s.PadW)
	if w0 == w1 {
		return
	}
	for h := h0; h < h1; h++ {
		body(h*s.OutW+w0, (h*s.StrideH+r-s.PadH)*s.W+w0*s.StrideW+t-s.PadW, w1-w0)
	}
}

// convPlain: a part is one image and one channel of y.
func (d *Device) convPlain(s kernels.ConvShape, y, x, w, bias []float32, act kernels.Func) {
	d.args = args{dst: y, x: x, y: w, z: bias, conv: s, fn: act}
	d.pool.run(s.N*s.K, func(a *args, part int) {
		s := &a.conv
		n, k := part/s.K, part%s.K
		out, in := s.OutH*s.OutW, s.H*s.W
		y := a.dst[part*out : (part+1)*out]
		var start float32
		if len(a.z) != 0 {
			start = a.z[k]
		}
		for i := range y {
			y[i] = start
		}
		for c := range s.C {
			x := a.x[(n*s.C+c)*in : (n*s.C+c+1)*in]
			for r := range s.R {
				for t := range s.S {
					v := a.y[((k*s.C+c)*s.R+r)*s.S+t]
					eachTap(s, r, t, func(y0, x0, n int) {
						for i := range n {
							y[y0+i] += v * x[x0+i*s.StrideW]
						}
					})
				}
			}
		}
		mapSpan(a.fn, y, y)
	}, &d.args)
}

// convTransposePlain: a part is one image and one channel of x.
func (d *Device) convTransposePlain(s kernels.ConvShape, x, y, w, bias []float32, act kernels.Func, store kernels.Store) {
	d.args = args{dst: x, x: y, y: w, z: bias, conv: s, fn: act, add: store == kernels.Add}
	d.pool.run(s.N*s.C, func(a *args, part int) {
		s := &a.conv
		n, c := part/s.C, part%s.C
		out, in := s.OutH*s.OutW, s.H*s.W
		x := a.dst[part*in : (part+1)*in]
		var start float32
		if len(a.z) != 0 {
			start = a.z[c]
		}
		for i := range x {
			put(x, i, start, a.add)
		}
		for k := range s.K {
			y := a.x[(n*s.K+k)*out : (n*s.K+k+1)*out]
			for r := range s.R {
				for t := range s.S {
					v := a.y[((k*s.C+c)*s.R+r)*s.S+t]
					eachTap(s, r, t, func(y0, x0, n int) {
						for i := range n {
							x[x0+i*s.StrideW] += v * y[y0+i]
						}
					})
				}
			}
		}
		mapSpan(a.fn, x, x)
	}, &d.args)
}

// convWeightGradPlain: a part is one channel of y and one of x.
func (d *Device) convWeightGradPlain(s kernels.ConvShape, dw, x, y []float32, store kernels.Store) {
	d.args = args{dst: dw, x: x, y: y, conv: s, add: store == kernels.Add}
	d.pool.run(s.K*s.C, func(a *args, part int) {
		s := &a.conv
		k, c := part/s.C, part%s.C
		out, in := s.OutH*s.OutW, s.H*s.W
		for r := range s.R {
			for t := range s.S {
				var sum float64
				for n := range s.N {
					x := a.x[(n*s.C+c)*in : (n*s.C+c+1)*in]
					y := a.y[(n*s.K+k)*out : (n*s.K+k+1)*out]
					eachTap(s, r, t, func(y0, x0, n int) {
						var row float32
						for i := range n {
							row += y[y0+i] * x[x0+i*s.StrideW]
						}
						sum += float64(row)
					})
				}
				put(a.dst, (part*s.R+r)*s.S+t, float32(sum), a.add)
			}
		}
	}, &d.args)
}
