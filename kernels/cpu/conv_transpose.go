package cpu

import "github.com/topogen/topogen/kernels"

// phases is how a transposed convolution falls into convolutions of stride 1.
// Pixel (i·StrideH + a − PadH, j·StrideW + b − PadW) of x belongs to phase
// (a, b) and takes from pixel (i−t, j−u) of y through tap
// (a + t·StrideH, b + u·StrideW), for all t and u for which there is one.
type phases struct {
	rows, columns int // of i and j
	tapsH, tapsW  int // of t and u, at most
	width         int // of a framed row of y
	joined        int // phases of neighbouring pixels that tiles compute together
}

func phasesOf(t *tiling, s *kernels.ConvShape) phases {
	g := phases{
		rows: (s.H-1+s.PadH)/s.StrideH + 1, columns: (s.W-1+s.PadW)/s.StrideW + 1,
		tapsH: ceilDiv(s.R, s.StrideH), tapsW: ceilDiv(s.S, s.StrideW), joined: 1,
	}
	g.width = g.tapsW - 1 + max(g.columns, s.OutW)
	// Pixels j·StrideW + b of a row, for all b, see the same patch of y if each phase
	// has as many taps, and their results follow one another: where the channels of
	// one are half a tile, say, two make a whole one.
	if s.S%s.StrideW == 0 && t.fits(s.C) && t.fits(s.StrideW*s.C) {
		g.joined = s.StrideW
	}
	return g
}

// taps returns how many taps of a filter's size belong to a phase.
func taps(size, stride, phase int) int { return max(0, ceilDiv(size-phase, stride)) }

// packPhases lays the filters out for each phase: panels of x's channels, with
// a row for each of the taps, from the last, and each channel of y. Phases that are
// joined share their rows.
func (p *products) packPhases(s *kernels.ConvShape, filters []float32) []float32 {
	all := s.R * s.S
	joined := phasesOf(p.tiling, s).joined
	packed := room(&p.filters, all*s.K*p.tiling.covered(s.C))
	w := p.spaces[0]
	offsets := ints(&w.order, all)
	for j := 0; j < s.C; {
		_, width := p.tiling.panel(s.C - j)
		width *= joined
		start := 0 // of the phase
		for a := range s.StrideH {
			for b := range s.StrideW {
				rows, columns := taps(s.R, s.StrideH, a), taps(s.S, s.StrideW, b)
				for t := range rows {
					for u := range columns {
						tap := (a+(rows-1-t)*s.StrideH)*s.S + b + (columns-1-u)*s.StrideW
						offsets[tap] = 4 * (start + rows*columns*s.K*j + (t*columns+u)*s.K*width + b%joined*s.C)
					}
				}
				if b%joined == joined-1 {
					start += rows * columns * s.K * p.tiling.covered(s.C) * joined
				}
			}
		}
		for k := range s.K {
			w.transpose(packed[k*width:], offsets, filters[(k*s.C+j)*all:], all, min(width, s.C-j), all)
		}
		j += width / joined
	}
	return packed
}

// convTransposePart computes a.n images of x, or what a.m rows of i make of one.
func convTransposePart(a *args, part int) {
	s, w := &a.conv, a.space()
	g := phasesOf(w.tiling, s)
	bands := ceilDiv(g.rows, a.m)
	n, i := part/bands*a.n, part%bands*a.m
	images, rows := min(a.n, s.N-n), min(a.m, g.rows-i)
	top, bottom := max(0, i*s.StrideH-s.PadH), min(s.H, (i+rows)*s.StrideH-s.PadH)
	if top >= bottom {
		return
	}
	f := frame{
		images: images, channels: s.K, height: s.OutH, width: s.OutW,
		top: i - (g.tapsH - 1), left: g.tapsW - 1,
		rows: rows + g.tapsH - 1, columns: g.width,
	}
	image := w.load(&f, a.y[n*s.K*s.OutH*s.OutW:])
	height, columns := bottom-top, w.tiling.covered(s.C)
	out := room(&w.out, images*height*s.W*columns)
	filters := a.w
	plane := s.H * s.W
	w.soon = a.soonImages(n, images, a.dst, s.C*plane, a.y, s.K*s.OutH*s.OutW)
	for phase := 0; phase < s.StrideH*s.StrideW; phase += g.joined {
		tapsH, tapsW := taps(s.R, s.StrideH, phase/s.StrideW), taps(s.S, s.StrideW, phase%s.StrideW)
		x := correlation{
			frame: image, runs: tapsH, run: tapsW * s.K, gap: (f.columns - tapsW) * s.K,
			filters: filters, bias: a.z, out: out, act: a.fn,
		}
		if g.joined > 1 {
			x.pitch, x.columns = g.joined*s.C, g.joined*s.C
			x.aoff, x.coff = w.phasePixels(s, &f, phase, g.joined, true, i, rows, top, height, columns)
			w.correlatePhase(&x)
		}
		for b := range g.joined {
			x.filters, x.columns = filters[min(b*s.C, len(filters)):], s.C
			x.aoff, x.coff = w.phasePixels(s, &f, phase+b, g.joined, false, i, rows, top, height, columns)
			w.correlatePhase(&x)
		}
		filters = filters[tapsH*tapsW*s.K*g.joined*columns:]
	}
	if a.fn != kernels.Identity && a.fn != kernels.ReLU {
		a.loops.maps[a.fn](out, out)
	}
	for g := range images {
		w.unload(a.dst[(n+g)*s.C*plane+top*s.W:], plane, out[g*height*s.W*columns:], columns, height*s.W, s.C, a.add)
	}
}

// correlatePhase computes the pixels of a phase, of joined ones or of one.
func (w *workspace) correlatePhase(x *correlation) {
	x.pixels = max(0, len(x.aoff)-spare)
	if x.pixels == 0 {
		return
	}
	if x.runs*x.run > 0 {
		w.correlate(x)
		return
	}
	for _, offset := range x.coff[:x.pixels] { // there is no tap
		c := x.out[offset/4:][:w.tiling.covered(x.columns)]
		clear(c[copy(c, x.bias):])
		if x.act == kernels.ReLU {
			w.loops.maps[x.act](c, c)
		}
	}
}

// phasePixels returns where in the frame the patches of a phase's pixels begin,
// and where in the results they go, padded; nothing if there are none. Of phases
// that are joined it returns the first of their pixels where all of them lie in the
// image, or, for one of them, those of its pixels where not all do.
func (w *workspace) phasePixels(s *kernels.ConvShape, f *frame, phase, joined int, together bool, i0, rows, top, height, columns int) (aoff, coff []int) {
	list := 2 * phase
	if together {
		list++
	}
	for len(w.phases) <= list {
		w.phases = append(w.phases, phaseList{})
	}
	l := &w.phases[list]
	key := phaseKey{shape: *s, images: f.images, i0: i0, rows: rows, columns: columns}
	key.shape.N = 0
	if l.key == key {
		return l.aoff, l.coff
	}
	l.key, l.aoff, l.coff = key, l.aoff[:0], l.coff[:0]
	a, b := phase/s.StrideW, phase%s.StrideW
	// The first row and column of the frame that pixel (i0, 0) looks at.
	lift, shift := ceilDiv(s.R, s.StrideH)-taps(s.R, s.StrideH, a), ceilDiv(s.S, s.StrideW)-taps(s.S, s.StrideW, b)
	for g := range f.images {
		for i := range rows {
			h := (i0+i)*s.StrideH + a - s.PadH - top
			if h < 0 || h >= height {
				continue
			}
			j := ceilDiv(max(0, s.PadW-b), s.StrideW)
			from := 4 * ((g*f.rows+i+lift)*f.columns + j + shift) * s.K
			to := 4 * (g*height + h) * s.W * columns
			for c := j*s.StrideW + b - s.PadW; c < s.W; c += s.StrideW {
				first := c - b%joined
				if whole := joined > 1 && first >= 0 && first+joined <= s.W; whole == together {
					l.aoff, l.coff = append(l.aoff, from), append(l.coff, to+4*c*columns)
				}
				from += 4 * s.K
			}
		}
	}
	if len(l.aoff) > 0 {
		l.aoff, l.coff = addSpare(l.aoff), addSpare(l.coff)
	}
	return l.aoff, l.coff
}
