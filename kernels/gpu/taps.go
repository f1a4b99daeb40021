package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// Terms of a correlation are taps, the same in each of several layers: the channels
// of an image, the filters, or all images. They come in rows of work.TileDepth, of
// which most serve for several steps, each some layers further.
type terms struct {
	taps         []work.Tap // of one layer
	layers       int
	aStep, bStep int // from a layer to the next
}

// arrange sets what a correlation says of its terms, and appends the rows of taps.
func (t *terms) arrange(c *work.Correlation, rows []work.Tap) []work.Tap {
	const depth = work.TileDepth
	tap := func(i int) work.Tap {
		layer, x := i/len(t.taps), t.taps[i%len(t.taps)]
		x.A += int32(layer * t.aStep)
		x.B += int32(layer * t.bStep)
		return x
	}
	begin, all := len(rows), len(t.taps)*t.layers
	if all > 0 {
		// So many layers make whole rows.
		period := depth / commonDivisor(len(t.taps), depth)
		c.Repeats = int32(t.layers / period)
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

func commonDivisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// filterTerms are the weights of a filter.
func filterTerms(s *kernels.ConvShape) terms {
	t := terms{layers: s.C, aStep: s.R * s.S, bStep: s.H * s.W}
	for r := range s.R {
		for q := range s.S {
			t.add(r*s.S+q, r, q, s.W)
		}
	}
	return t
}

// phaseTerms are those of all filters that pixels of phase a, b take y through: tap
// a + t·StrideH looks t rows back.
func phaseTerms(s *kernels.ConvShape, a, b int) terms {
	t := terms{layers: s.K, aStep: s.C * s.R * s.S, bStep: s.OutH * s.OutW}
	for r := a; r < s.R; r += s.StrideH {
		for q := b; q < s.S; q += s.StrideW {
			t.add(r*s.S+q, -(r / s.StrideH), -(q / s.StrideW), s.OutW)
		}
	}
	return t
}

// pixelTerms are the pixels of y.
func pixelTerms(s *kernels.ConvShape) terms {
	t := terms{layers: s.N, aStep: s.K * s.OutH * s.OutW, bStep: s.C * s.H * s.W}
	for h := range s.OutH {
		for w := range s.OutW {
			t.add(h*s.OutW+w, h*s.StrideH, w*s.StrideW, s.W)
		}
	}
	return t
}

// add adds a tap, by its place in A and how many rows and columns it is further in
// images of a width.
func (t *terms) add(a, down, right, width int) {
	t.taps = append(t.taps, work.Tap{A: int32(a), B: int32(down*width + right), Pair: pair(down, right)})
}

func pair(h, w int) work.Pair { return work.Pair{H: int32(h), W: int32(w)} }

// A table is correlations that are launched together, on the device.
type table struct {
	pointer      Pointer
	correlations []work.Correlation
}

// A tableKey is a kind of convolution and its shape.
type tableKey struct {
	kind  convolutionKind
	shape kernels.ConvShape
}

// tables keeps tables on the device: a network asks for the same few again and
// again.
type tables map[tableKey]table

// mostTables is how many are kept: more than networks need, and bounded where
// shapes never repeat.
const mostTables = 256

// of returns the table of a key.
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

// correlations returns those of a key, and the rows of taps that lie behind them.
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
		taps = all[i].arrange(&made[i], taps)
	}
	return made, taps
}
