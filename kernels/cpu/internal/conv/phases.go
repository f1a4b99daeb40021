package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
)

// phases is the division of a transposed convolution into convolutions of stride 1, one for
// each phase.
//
// Pixel (i·StrideH + a − PadH, j·StrideW + b − PadW) of x belongs to phase (a, b), with
// 0 ≤ a < StrideH and 0 ≤ b < StrideW. A tap is a position (row, column) in a filter. The
// pixel is the sum over t and u of pixel (i−t, j−u) of y times tap (a + t·StrideH,
// b + u·StrideW) of the filters, for all t ≥ 0 and u ≥ 0 for which the filters have that tap.
// The code numbers phase (a, b) as a·StrideW + b.
type phases struct {
	rows, columns int // numbers of values of i and of j
	tapsH, tapsW  int // largest numbers of values of t and of u in a phase
	paddedColumns int // columns of y with its padding
	joined        int // phases of neighboring pixels in a row that one micro-tile computes together; 1 if each is computed alone
}

// phasesOf returns the division of the transposed convolution of a shape into phases.
func phasesOf(k *microkernel.Kernels, s *kernels.ConvShape) phases {
	g := phases{
		rows: (s.H-1+s.PadH)/s.StrideH + 1, columns: (s.W-1+s.PadW)/s.StrideW + 1,
		tapsH: ceilDiv(s.R, s.StrideH), tapsW: ceilDiv(s.S, s.StrideW), joined: 1,
	}
	g.paddedColumns = g.tapsW - 1 + max(g.columns, s.OutW)
	// If StrideW divides S, all phases with the same a have equally many taps. Then the
	// pixels of x with the same i and j depend on the same patch of y for all b. These
	// StrideW pixels follow one another in the results. So one micro-tile can compute
	// them together, if their channels fill whole panels.
	if s.S%s.StrideW == 0 && k.FillsPanel(s.C) && k.FillsPanel(s.StrideW*s.C) {
		g.joined = s.StrideW
	}
	return g
}

// taps returns how many of the rows (or columns) 0, …, size−1 of a filter belong to a phase:
// those that equal phase modulo stride.
func taps(size, stride, phase int) int { return max(0, ceilDiv(size-phase, stride)) }

// packPhases packs the filters for each phase into panels whose columns are channels of x.
// A row of a panel belongs to one tap and one channel of y. The taps are in descending
// order of t and u, which is the ascending order of the pixels of y. If phases are joined,
// one panel holds all of them: each row has the channels of x for the first phase, then
// those for the next phase, and so on.
func (c *Convolver) packPhases(s *kernels.ConvShape, filters []float32) []float32 {
	all := s.R * s.S
	joined := phasesOf(c.kernels, s).joined
	packed := aligned.Grow(&c.filters, all*s.K*c.kernels.PaddedWidth(s.C))
	offsets := microkernel.GrowInts(&c.spaces[0].order, all)
	for j := 0; j < s.C; {
		_, width := c.kernels.Panel(s.C - j)
		width *= joined
		start := 0 // index in packed where the panels of the phase, or of the joined phases, begin
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
					start += rows * columns * s.K * c.kernels.PaddedWidth(s.C) * joined
				}
			}
		}
		for k := range s.K {
			c.kernels.Transpose(packed[k*width:], offsets, filters[(k*s.C+j)*all:], all, min(width, s.C-j), all)
		}
		j += width / joined
	}
	return packed
}

// A phasePart describes the pixels of an image of x that one part of a transposed convolution
// computes: those with i in [firstRow, firstRow+rows), see phases. They lie in rows
// [top, top+height) of x.
type phasePart struct {
	firstRow, rows int
	top, height    int
	columns        int // elements from one pixel of the results to the next
}

// A phaseOffsets holds byte offsets for pixels of one phase: aOffsets of the pixels' patches
// in the padded image of y, cOffsets of the pixels in the results. Both lists end with the
// spare entries of microkernel.Spare, unless they are empty.
type phaseOffsets struct {
	key                phaseKey
	aOffsets, cOffsets []int
}

// A phaseKey has all values from which a phaseOffsets is computed, except the phase.
type phaseKey struct {
	shape  kernels.ConvShape // with N set to 0, because the offsets do not depend on N
	images int
	part   phasePart
}

// phaseOffsets returns the offsets for pixels of a phase. Its lists are empty if the part
// has no such pixels.
//
// A group is the joined neighboring pixels of a row that one micro-tile can compute. It
// is whole if all of them lie in the image. If together is true, the offsets are those
// of the first pixel of each whole group, and phase is the phase of that pixel. Otherwise
// they are those of the pixels of the phase that are in no whole group.
func (w *workspace) phaseOffsets(s *kernels.ConvShape, f *paddedNHWC, p phasePart, phase, joined int, together bool) *phaseOffsets {
	list := 2 * phase
	if together {
		list++
	}
	for len(w.phasePixels) <= list {
		w.phasePixels = append(w.phasePixels, phaseOffsets{})
	}
	l := &w.phasePixels[list]
	key := phaseKey{shape: *s, images: f.images, part: p}
	key.shape.N = 0
	if l.key == key {
		return l
	}
	l.key, l.aOffsets, l.cOffsets = key, l.aOffsets[:0], l.cOffsets[:0]
	a, b := phase/s.StrideW, phase%s.StrideW
	// The patch of the pixel with i = firstRow and j = 0 begins at this row and column of
	// the padded image. They exceed 0 if the phase has fewer taps than tapsH or tapsW.
	skipRows, skipColumns := ceilDiv(s.R, s.StrideH)-taps(s.R, s.StrideH, a), ceilDiv(s.S, s.StrideW)-taps(s.S, s.StrideW, b)
	for g := range f.images {
		for i := range p.rows {
			h := (p.firstRow+i)*s.StrideH + a - s.PadH - p.top
			if h < 0 || h >= p.height {
				continue
			}
			j := ceilDiv(max(0, s.PadW-b), s.StrideW)
			from := 4 * ((g*f.rows+i+skipRows)*f.columns + j + skipColumns) * s.K
			to := 4 * (g*p.height + h) * s.W * p.columns
			for c := j*s.StrideW + b - s.PadW; c < s.W; c += s.StrideW {
				first := c - b%joined
				if whole := joined > 1 && first >= 0 && first+joined <= s.W; whole == together {
					l.aOffsets, l.cOffsets = append(l.aOffsets, from), append(l.cOffsets, to+4*c*p.columns)
				}
				from += 4 * s.K
			}
		}
	}
	if len(l.aOffsets) > 0 {
		l.aOffsets, l.cOffsets = microkernel.AppendSpare(l.aOffsets), microkernel.AppendSpare(l.cOffsets)
	}
	return l
}

// len returns the number of pixels, without the spare entries.
func (l *phaseOffsets) len() int { return max(0, len(l.aOffsets)-microkernel.Spare) }
