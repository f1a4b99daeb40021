package cpu

// The plain convolutions are the sums of their definition, one filter tap at a
// time along whole rows of the images.

// convPlain computes one channel of one image of y.
func convPlain(a *args, part int) {
	s := &a.conv
	n, k := part/s.K, part%s.K
	y := a.dst[part*s.OutH*s.OutW : (part+1)*s.OutH*s.OutW]
	var bias float32
	if len(a.z) != 0 {
		bias = a.z[k]
	}
	for i := range y {
		y[i] = bias
	}
	for c := range s.C {
		x := a.x[(n*s.C+c)*s.H*s.W : (n*s.C+c+1)*s.H*s.W]
		for tap := range s.R * s.S {
			r, q := tap/s.S, tap%s.S
			weight := a.w[(k*s.C+c)*s.R*s.S+tap]
			lo, hi := tapRange(s.OutW, s.W, s.StrideW, q-s.PadW)
			top, bottom := tapRange(s.OutH, s.H, s.StrideH, r-s.PadH)
			for oh := top; oh < bottom; oh++ {
				row := y[oh*s.OutW : (oh+1)*s.OutW]
				at := (oh*s.StrideH+r-s.PadH)*s.W + q - s.PadW
				for ow := lo; ow < hi; ow++ {
					row[ow] += weight * x[at+ow*s.StrideW]
				}
			}
		}
	}
	activate(a.fn, y)
}

// convTransposePlain computes one channel of one image of x.
func convTransposePlain(a *args, part int) {
	s := &a.conv
	n, c := part/s.C, part%s.C
	x := a.dst[part*s.H*s.W : (part+1)*s.H*s.W]
	var bias float32
	if len(a.z) != 0 {
		bias = a.z[c]
	}
	for i := range x {
		if a.add {
			x[i] += bias
		} else {
			x[i] = bias
		}
	}
	for k := range s.K {
		y := a.y[(n*s.K+k)*s.OutH*s.OutW : (n*s.K+k+1)*s.OutH*s.OutW]
		for tap := range s.R * s.S {
			r, q := tap/s.S, tap%s.S
			weight := a.w[(k*s.C+c)*s.R*s.S+tap]
			lo, hi := tapRange(s.OutW, s.W, s.StrideW, q-s.PadW)
			top, bottom := tapRange(s.OutH, s.H, s.StrideH, r-s.PadH)
			for oh := top; oh < bottom; oh++ {
				row := y[oh*s.OutW : (oh+1)*s.OutW]
				at := (oh*s.StrideH+r-s.PadH)*s.W + q - s.PadW
				for ow := lo; ow < hi; ow++ {
					x[at+ow*s.StrideW] += weight * row[ow]
				}
			}
		}
	}
	activate(a.fn, x)
}

// convWeightGradPlain computes the filter of one pair of channels.
func convWeightGradPlain(a *args, part int) {
	s := &a.conv
	k, c := part/s.C, part%s.C
	dw := a.dst[part*s.R*s.S : (part+1)*s.R*s.S]
	for tap := range dw {
		r, q := tap/s.S, tap%s.S
		lo, hi := tapRange(s.OutW, s.W, s.StrideW, q-s.PadW)
		top, bottom := tapRange(s.OutH, s.H, s.StrideH, r-s.PadH)
		var total float64
		for n := range s.N {
			x := a.x[(n*s.C+c)*s.H*s.W : (n*s.C+c+1)*s.H*s.W]
			y := a.y[(n*s.K+k)*s.OutH*s.OutW : (n*s.K+k+1)*s.OutH*s.OutW]
			for oh := top; oh < bottom; oh++ {
				row := y[oh*s.OutW : (oh+1)*s.OutW]
				at := (oh*s.StrideH+r-s.PadH)*s.W + q - s.PadW
				var sum float32
				for ow := lo; ow < hi; ow++ {
					sum += row[ow] * x[at+ow*s.StrideW]
				}
				total += float64(sum)
			}
		}
		if a.add {
			total += float64(dw[tap])
		}
		dw[tap] = float32(total)
	}
}

// tapRange returns for which of out positions o the input position
// o·stride + shift lies within [0, in).
func tapRange(out, in, stride, shift int) (lo, hi int) {
	if shift < 0 {
		lo = (-shift + stride - 1) / stride
	}
	if in > shift {
		hi = min(out, (in-shift+stride-1)/stride)
	}
	return lo, max(lo, hi)
}
