package cpu

import "github.com/topogen/topogen/kernels"

// A narrow convolution is one with few channels, an image's grey or colours. It
// is a product with the matrix P that has, for each weight of a filter, a row of
// what that weight meets at the pixels of y:
//
//	y = w·P        for Conv
//	P = wᵀ·y       for ConvTranspose, which then adds each row to where it is from
//
// In these everything is in the order of memory: y is planes, and a filter is a
// row. The lanes of a vector are pixels, of which there are many.
const (
	narrowChannels = 8   // fewer are too few for the lanes of a tile
	narrowWeights  = 128 // in a filter; with more, it costs Conv more to make P than to turn y
	narrowPlane    = 64  // pixels of y, likewise
	narrowLanes    = 16  // pixels of y that ConvTranspose needs: those of a vector
)

func narrowConv(s *kernels.ConvShape) bool {
	return s.C < narrowChannels && s.C*s.R*s.S < narrowWeights && s.OutH*s.OutW >= narrowPlane
}

func narrowTranspose(s *kernels.ConvShape) bool {
	return s.C < narrowChannels && s.OutH*s.OutW >= narrowLanes
}

// narrowParts returns how many images a part takes, and into how many bands of
// rows y is divided so that P stays in the second-level cache.
func narrowParts(s *kernels.ConvShape, threads int) (images, bands int) {
	return ceilDiv(s.N, 8*threads), min(s.OutH, ceilDiv(s.C*s.R*s.S*s.OutH*s.OutW, blockFloats))
}

// band returns the rows of y in one of some bands, which differ by a row at most.
func band(s *kernels.ConvShape, bands, i int) (h, rows int) {
	h = i * s.OutH / bands
	return h, (i+1)*s.OutH/bands - h
}

// pitch returns how far apart the rows of a P with so many pixels are.
func pitch(pixels int) int { return ceilDiv(pixels, lineFloats) * lineFloats }

// withBias returns the filters, each with its bias behind it, if there is one.
func (p *products) withBias(s *kernels.ConvShape, filters, bias []float32) []float32 {
	if len(bias) == 0 {
		return filters
	}
	weights := s.C * s.R * s.S
	packed := room(&p.filters, s.K*(weights+1))
	for k, b := range bias {
		row := packed[k*(weights+1):]
		row[copy(row, filters[k*weights:][:weights])] = b
	}
	return packed
}

// narrowConvPart computes one of a.m bands of a.n images of y.
func narrowConvPart(a *args, part int) {
	s, w := &a.conv, a.space()
	h, rows := band(s, a.m, part%a.m)
	g := splitFor(s, h, rows)
	weights, pixels, plane := s.C*s.R*s.S, rows*s.OutW, s.OutH*s.OutW
	columns, depth := pitch(pixels), weights
	p := room(&w.panel, (weights+1)*columns)
	if len(a.z) != 0 {
		w.loops.fill(p[weights*columns:], 1)
		depth++
	}
	from, to := w.splitOffsets(s, &g), w.planes.multiples(weights, 4*columns)
	call := &w.call
	*call = tileCall{a: &a.w[0], aoff: offsets(&w.aoff, s.K, 4*depth), runs: 1, run: depth, soon: &w.soon}
	if a.fn == kernels.ReLU {
		call.mode = rectify
	}
	first := part / a.m * a.n
	for n := first; n < min(s.N, first+a.n); n++ {
		w.soon = soon{}
		if n+1 < s.N {
			w.soon.spans[0] = matrix(a.dst[(n+1)*s.K*plane+h*s.OutW:], s.K, pixels, plane)
		}
		image := w.split(s, &g, a.x[n*s.C*s.H*s.W:])
		w.tiling.blocks(&p[0], &to[0], 4*s.OutW, &image[0], &from[0], 4*s.StrideH*g.row, weights, rows, s.OutW, false)
		y := a.dst[n*s.K*plane+h*s.OutW:]
		w.multiplyPlanes(s.K, pixels, p, columns, y, plane)
		if a.fn != kernels.Identity && a.fn != kernels.ReLU {
			for k := range s.K {
				y := y[k*plane:][:pixels]
				a.loops.maps[a.fn](y, y)
			}
		}
	}
}

// multiplyPlanes computes the tiles of w.call for m rows of C, which are planes
// of so many pixels, at least as many as a vector has lanes. The last panel ends
// with them, and so may compute some of them again.
func (w *workspace) multiplyPlanes(m, pixels int, b []float32, ldb int, c []float32, ldc int) {
	call := &w.call
	call.ldb, call.coff = 4*ldb, offsets(&w.coff, m, 4*ldc)
	for j := 0; j < pixels; {
		kind, width := w.tiling.panel(pixels - j)
		for width > pixels {
			kind++
			width = w.tiling.vectors[kind] * w.tiling.lanes
		}
		j = min(j, pixels-width)
		call.b, call.c = &b[j], &c[j]
		w.tiling.rows(m, kind, call)
		j += width
	}
}

// turnFilters returns the filters as columns.
func (p *products) turnFilters(s *kernels.ConvShape, filters []float32) []float32 {
	weights := s.C * s.R * s.S
	turned := room(&p.filters, weights*s.K)
	w := p.spaces[0]
	w.transpose(turned, w.columnsA.multiples(weights, 4*s.K), filters, weights, s.K, weights)
	return turned
}

// narrowTransposePart computes a.n images of x, each from a.m bands of y.
func narrowTransposePart(a *args, part int) {
	s, w := &a.conv, a.space()
	weights, plane, size := s.C*s.R*s.S, s.OutH*s.OutW, s.C*s.H*s.W
	g := splitFor(s, 0, s.OutH)
	g.include(s)
	to := w.splitOffsets(s, &g)
	call := &w.call
	*call = tileCall{a: &a.w[0], aoff: offsets(&w.aoff, weights, 4*s.K), runs: 1, run: s.K, soon: &w.soon}
	for n := part * a.n; n < min(s.N, (part+1)*a.n); n++ {
		w.soon = soon{}
		if n+1 < s.N {
			w.soon.spans[0] = span(a.y[(n+1)*s.K*plane:][:s.K*plane])
		}
		sums := room(&w.planar, g.size(s))
		clear(sums)
		for b := range a.m {
			h, rows := band(s, a.m, b)
			pixels := rows * s.OutW
			columns := pitch(pixels)
			p, from := room(&w.panel, weights*columns), w.planes.multiples(weights, 4*columns)
			w.multiplyPlanes(weights, pixels, a.y[n*s.K*plane+h*s.OutW:], plane, p, columns)
			w.tiling.blocks(&sums[h*s.StrideH*g.row], &to[0], 4*s.StrideH*g.row, &p[0], &from[0], 4*s.OutW, weights, rows, s.OutW, true)
		}
		x := a.dst[n*size:][:size]
		if a.add {
			joined := room(&w.out, size)
			w.join(s, &g, joined, sums)
			a.loops.affine(x, joined, 1, 0, true)
		} else {
			w.join(s, &g, x, sums)
		}
		for c, b := range a.z {
			x := x[c*s.H*s.W:][:s.H*s.W]
			a.loops.affine(x, x, 1, b, false)
		}
		if a.fn != kernels.Identity {
			a.loops.maps[a.fn](x, x)
		}
	}
}
