package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// A correlation is a convolution, or one of its gradients, as a matrix product A·B
// (work.Correlation). Each sum runs over pairs (outer index, tap). A tap locates the two
// factors of a term by their offsets in A and in B (work.Tap). The outer index is the
// channel in a forward convolution, the filter in a transposed one, and the image in a
// weight gradient.
//
// Problem: a table of all pairs is large: a weight gradient sums over every pixel of
// every image.
// Idea: from one outer index to the next the offsets of all taps grow by a constant. A
// row of taps is the work.Tile.Depth taps whose terms a kernel sums in one step. The
// kernel reads a row once, uses it for several steps, and moves the offsets after each.
// Invariant: the steps visit every pair once (TestArrange).
// Cost: the table has the taps of fewer than 2·Depth outer indices.

// terms are the pairs (outer index, tap) that a correlation sums over.
type terms struct {
	taps         []work.Tap // for outer index 0
	outer        int        // number of outer indices
	aStep, bStep int        // elements of A and B from an outer index to the next
}

// arrange appends the rows of taps of t to rows, with depth taps in a row. It sets the fields
// of c that say in which steps the kernel uses each row.
func (t *terms) arrange(c *work.Correlation, rows []work.Tap, depth int) []work.Tap {
	tap := func(i int) work.Tap {
		outer, x := i/len(t.taps), t.taps[i%len(t.taps)]
		x.A += int32(outer * t.aStep)
		x.B += int32(outer * t.bStep)
		return x
	}
	begin, all := len(rows), len(t.taps)*t.outer
	if all > 0 {
		// period is the least number of outer indices whose taps fill whole rows.
		period := depth / commonDivisor(len(t.taps), depth)
		c.Repeats = int32(t.outer / period)
		if c.Repeats > 0 {
			c.Repeated = int32(period * len(t.taps) / depth)
		}
		c.AStep, c.BStep = int32(period*t.aStep), int32(period*t.bStep)
		for i := range int(c.Repeated) * depth {
			rows = append(rows, tap(i))
		}
		for i := int(c.Repeated*c.Repeats) * depth; i < all; i++ {
			rows = append(rows, tap(i))
		}
	}
	for len(rows) == begin || (len(rows)-begin)%depth != 0 {
		rows = append(rows, work.NoTap)
	}
	once := int32((len(rows)-begin)/depth) - c.Repeated
	c.Steps = c.Repeated*c.Repeats + once
	return rows
}

// commonDivisor returns the greatest common divisor of a and b.
func commonDivisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// filterTerms returns the terms of a forward convolution: the outer index is a channel, a
// tap is a weight of a filter in that channel.
func filterTerms(s *kernels.ConvShape) terms {
	t := terms{outer: s.C, aStep: s.R * s.S, bStep: s.H * s.W}
	for r := range s.R {
		for q := range s.S {
			t.add(r*s.S+q, r, q, s.W)
		}
	}
	return t
}

// phaseTerms returns the terms of phase (a, b) of a transposed convolution: the pixels of
// x at rows h with (h + PadH) mod StrideH = a, and columns w with (w + PadW) mod StrideW
// = b. The outer index is a filter, a tap is a weight in a row ≡ a modulo StrideH and in a
// column ≡ b modulo StrideW; no other weight reaches the phase. For one pixel of x, weight
// row a + t·StrideH multiplies the row of y that is t rows above the one of weight row a.
func phaseTerms(s *kernels.ConvShape, a, b int) terms {
	t := terms{outer: s.K, aStep: s.C * s.R * s.S, bStep: s.OutH * s.OutW}
	for r := a; r < s.R; r += s.StrideH {
		for q := b; q < s.S; q += s.StrideW {
			t.add(r*s.S+q, -(r / s.StrideH), -(q / s.StrideW), s.OutW)
		}
	}
	return t
}

// pixelTerms returns the terms of a weight gradient: the outer index is an image, a tap is
// a pixel of y.
func pixelTerms(s *kernels.ConvShape) terms {
	t := terms{outer: s.N, aStep: s.K * s.OutH * s.OutW, bStep: s.C * s.H * s.W}
	for h := range s.OutH {
		for w := range s.OutW {
			t.add(h*s.OutW+w, h*s.StrideH, w*s.StrideW, s.W)
		}
	}
	return t
}

// add appends a tap. a is its index in a row of A. Its offset in an image of B is down rows
// and right columns; a row of the image has width elements.
func (t *terms) add(a, down, right, width int) {
	t.taps = append(t.taps, work.Tap{A: int32(a), B: int32(down*width + right), Pair: pair(down, right)})
}

func pair(h, w int) work.Pair { return work.Pair{H: int32(h), W: int32(w)} }

// A table is a list of correlations that one launch computes. Device memory holds a copy of
// them, followed by their rows of taps.
type table struct {
	pointer      Pointer // address of the copy
	correlations []work.Correlation
}

// A tableKey identifies a table: the kind of a convolution, its shape, and the number of taps
// in a row.
type tableKey struct {
	kind  convolutionKind
	shape kernels.ConvShape
	depth int
}

// tables caches tables by key: every training step of a network uses the same few.
type tables map[tableKey]table

// mostTables is the most tables that the cache holds. It is more than networks use, and
// bounds the memory of programs whose shapes never repeat.
const mostTables = 256

// of returns the table of a key. It builds and uploads the table on first use, and
// empties a full cache before that.
func (t *tables) of(d *Device, key tableKey) table {
	if found, ok := (*t)[key]; ok {
		return found
	}
	if len(*t) == mostTables {
		for _, old := range *t {
			d.fail(d.driver.Free(old.pointer))
		}
		clear(*t)
	}
	made, taps := key.correlations()
	found := table{correlations: made}
	if d.err != nil {
		return found
	}
	text := append(bytesOf(made), bytesOf(taps)...)
	if found.pointer = d.reserve(len(text)); d.err == nil {
		d.fail(d.driver.CopyIn(d.stream, found.pointer, text))
	}
	if *t == nil {
		*t = tables{}
	}
	(*t)[key] = found
	return found
}

// correlations returns the correlations of a key, one for each phase of a transposed
// convolution and one for any other kind, and the rows of taps that follow them in device
// memory.
func (key *tableKey) correlations() (made []work.Correlation, taps []work.Tap) {
	var all []terms
	s := &key.shape
	switch key.kind {
	case forward:
		made, all = append(made, forwardCorrelation(s)), append(all, filterTerms(s))
	case weightGrad:
		made, all = append(made, weightCorrelation(s)), append(all, pixelTerms(s))
	case transposed:
		for a := range s.StrideH {
			for b := range s.StrideW {
				made, all = append(made, phaseCorrelation(s, a, b)), append(all, phaseTerms(s, a, b))
			}
		}
	}
	for i := range made {
		made[i].Taps = int32(len(bytesOf(made[i:])) + len(bytesOf(taps)))
		taps = all[i].arrange(&made[i], taps, key.depth)
	}
	return made, taps
}
