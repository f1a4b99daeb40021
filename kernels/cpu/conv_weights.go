package cpu

import "github.com/topogen/topogen/kernels"

// weightPlan is how ConvWeightGrad is divided: a part is a share of the batch,
// for some of the filters.
type weightPlan struct {
	images, rows int  // of a block: one of them is all or one
	blocks       int  // in the batch
	shares       int  // of the batch
	filters      int  // in a part
	columns      int  // of the sums of one filter
	narrow       bool // all weights of a patch lie in one row of panels
}

func weightSums(t *tiling, s *kernels.ConvShape) weightPlan {
	g := weightPlan{images: 1, rows: s.OutH, narrow: s.S*s.C < narrowRun}
	if pixels := s.OutH * s.OutW; pixels <= depthBlock {
		g.images = max(1, min(s.N, depthBlock/pixels))
	} else {
		g.rows = max(1, depthBlock/s.OutW)
		g.rows = ceilDiv(s.OutH, ceilDiv(s.OutH, g.rows))
	}
	g.blocks = ceilDiv(s.N, g.images) * ceilDiv(s.OutH, g.rows)
	most := max(1, weightFloats/(s.K*s.R*s.S*s.C))
	g.shares = min(g.blocks, ceilDiv(s.N*s.OutH*s.OutW, weightPixels), weightShares, most)
	g.filters = ceilDiv(s.K, ceilDiv(s.K, weightFilters))
	if g.narrow {
		g.columns = t.covered(s.R * s.S * s.C)
	} else {
		g.columns = s.R * t.covered(s.S*s.C)
	}
	return g
}

// parts returns the number of parts.
func (g *weightPlan) parts(s *kernels.ConvShape) int { return g.shares * ceilDiv(s.K, g.filters) }

// convWeightPart computes the sums of some filters over one share of the batch.
func convWeightPart(a *args, part int) {
	s, w := &a.conv, a.space()
	g := weightSums(w.tiling, s)
	groups := ceilDiv(s.K, g.filters)
	share, k := part/groups, part%groups*g.filters
	filters := min(g.filters, s.K-k)
	offsets(&w.aoff, filters, 4*s.OutH*s.OutW)
	offsets(&w.coff, filters, 4*g.columns)
	sums := a.weights[(share*s.K+k)*g.columns:][:filters*g.columns]
	first := share * g.blocks / g.shares
	for b := first; b < (share+1)*g.blocks/g.shares; b++ {
		w.weightBlock(a, &g, b, k, sums, b > first)
	}
}

// weightBlock sets sums to, or adds to them, what a block of images makes of
// the filters from k on.
func (w *workspace) weightBlock(a *args, g *weightPlan, b, k int, sums []float32, add bool) {
	s := &a.conv
	bands := ceilDiv(s.OutH, g.rows)
	n, h := b/bands*g.images, b%bands*g.rows
	images, rows := min(g.images, s.N-n), min(g.rows, s.OutH-h)
	f := xFrame(s, images, h, rows)
	image := w.load(&f, a.x[n*s.C*s.H*s.W:])
	pixels := images * rows * s.OutW
	patches := w.patchOffsets(s, &f, rows)

	plane, filters := s.OutH*s.OutW, len(sums)/g.columns
	w.soon = soon{}
	if next := n + images; bands == 1 && next < s.N {
		images := min(images, s.N-next)
		w.soon.spans = [2]lines{
			span(a.y[next*s.K*plane:][:images*s.K*plane]),
			span(a.x[next*s.C*s.H*s.W:][:images*s.C*s.H*s.W]),
		}
	}
	call := &w.call
	*call = tileCall{
		a: &a.y[(n*s.K+k)*plane+h*s.OutW], aoff: w.aoff, coff: w.coff,
		runs: images, run: rows * s.OutW, gap: s.K*plane - rows*s.OutW, soon: &w.soon,
	}
	if add {
		call.mode = accumulate
	}
	run := s.S * s.C
	if g.narrow {
		b := room(&w.panel, pixels*g.columns+slack)
		w.tiling.patches(&b[0], g.columns, &image[0], &patches[0], pixels, s.R, run, f.columns*s.C)
		call.ldb = 4 * g.columns
		for j := 0; j < g.columns; {
			kind, width := w.tiling.panel(g.columns - j)
			call.b, call.c = &b[j], &sums[j]
			w.tiling.rows(filters, kind, call)
			j += width
		}
		return
	}
	for r := range s.R {
		from := image[r*f.columns*s.C:]
		column := r * (g.columns / s.R)
		for j := 0; j < run; {
			kind, width := w.tiling.panel(run - j)
			call.b, call.boff, call.c = &from[j], patches, &sums[column+j]
			w.tiling.rows(filters, kind, call)
			j += width
		}
	}
}

// convWeightSum adds up the shares for a.n filters and stores them in the order
// of dw.
func convWeightSum(a *args, part int) {
	s, w := &a.conv, a.space()
	g := weightSums(w.tiling, s)
	taps := s.R * s.S
	run := s.S * s.C
	for k := part * a.n; k < min(s.K, (part+1)*a.n); k++ {
		dw := a.dst[k*taps*s.C:][:taps*s.C]
		if g.shares == 0 { // no images
			if !a.add {
				clear(dw)
			}
			continue
		}
		sum := room(&w.sum, g.columns)
		for p := range g.shares {
			w.loops.affine(sum, a.weights[(p*s.K+k)*g.columns:][:g.columns], 1, 0, p > 0)
		}
		if !g.narrow {
			for r := 1; r < s.R; r++ {
				copy(sum[r*run:][:run], sum[r*(g.columns/s.R):])
			}
		}
		turned := dw
		if a.add {
			turned = room(&w.out, taps*s.C)
		}
		w.transpose(turned, w.planes.multiples(s.C, 4*taps), sum, s.C, taps, s.C)
		if a.add {
			w.loops.affine(dw, turned, 1, 0, true)
		}
	}
}
