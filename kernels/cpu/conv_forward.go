package cpu

import "github.com/topogen/topogen/kernels"

// packFilters lays K filters out in panels: one row of a panel for each of the
// weights of a filter, in the order of a patch.
func (p *products) packFilters(s *kernels.ConvShape, filters []float32) []float32 {
	taps := s.R * s.S
	weights := taps * s.C
	packed := room(&p.filters, weights*p.tiling.covered(s.K))
	w := p.spaces[0]
	offsets := ints(&w.order, weights)
	for j := 0; j < s.K; {
		_, width := p.tiling.panel(s.K - j)
		for c := range s.C {
			for tap := range taps {
				offsets[c*taps+tap] = 4 * (tap*s.C + c) * width
			}
		}
		panel, columns := packed[j*weights:], min(width, s.K-j)
		if columns < width {
			clear(panel)
		}
		w.transpose(panel, offsets, filters[j*weights:], weights, columns, weights)
		j += width
	}
	return packed
}

// packBias returns a bias, so many times, that is as wide as the panels of n
// columns, nil for an empty one.
func (p *products) packBias(bias []float32, n, times int) []float32 {
	if len(bias) == 0 {
		return nil
	}
	width := p.tiling.covered(n)
	packed := room(&p.bias, times*width)
	clear(packed)
	for i := range times {
		copy(packed[i*width:], bias)
	}
	return packed
}

// convPart computes a.n images of y, or a.m rows of one.
func convPart(a *args, part int) {
	s, w := &a.conv, a.space()
	bands := ceilDiv(s.OutH, a.m)
	n, h := part/bands*a.n, part%bands*a.m
	images, rows := min(a.n, s.N-n), min(a.m, s.OutH-h)

	f := xFrame(s, images, h, rows)
	image := w.load(&f, a.x[n*s.C*s.H*s.W:])
	pixels, columns := images*rows*s.OutW, w.tiling.covered(s.K)
	out := room(&w.out, pixels*columns)
	offsets(&w.coff, pixels, 4*columns)
	plane := s.OutH * s.OutW
	w.soon = a.soonImages(n, images, a.dst, s.K*plane, a.x, s.C*s.H*s.W)
	w.correlate(&correlation{
		frame: image, aoff: w.patchOffsets(s, &f, rows), coff: w.coff, pixels: pixels,
		runs: s.R, run: s.S * s.C, gap: (f.columns - s.S) * s.C,
		filters: a.w, bias: a.z, columns: s.K, out: out, act: a.fn,
	})
	if a.fn != kernels.Identity && a.fn != kernels.ReLU {
		a.loops.maps[a.fn](out, out)
	}
	for g := range images {
		w.unload(a.dst[(n+g)*s.K*plane+h*s.OutW:], plane, out[g*rows*s.OutW*columns:], columns, rows*s.OutW, s.K, false)
	}
}
