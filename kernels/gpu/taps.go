package gpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// A tap is where the factors of a term of a correlation lie: in A, from the
// beginning of a row; in B, from the place of a column; and how many rows and
// columns of an image further the latter is.
type tap struct{ a, b, down, right int }

// The kinds of terms.
type tapKind int

const (
	filterTaps tapKind = iota // weights of a filter
	phaseTaps                 // those of one phase, of all filters
	pixelTaps                 // pixels of y
)

type tapKey struct {
	kind  tapKind
	shape kernels.ConvShape
	phase [2]int
}

type tapTable struct {
	pointer Pointer
	depth   int // terms
}

// tapTables keeps tables on the device: a network asks for the same few again and
// again.
type tapTables map[tapKey]tapTable

// mostTables is how many are kept: more than networks need, and bounded where
// shapes never repeat.
const mostTables = 256

// table returns the table of a key.
func (t *tapTables) table(d *Device, key tapKey) tapTable {
	if key.kind != pixelTaps {
		key.shape.N = 0 // images do not matter
	}
	if table, ok := (*t)[key]; ok {
		return table
	}
	if len(*t) == mostTables {
		for _, table := range *t {
			d.fail(d.driver.Free(table.pointer))
		}
		clear(*t)
	}
	var words []int32
	add := func(x tap) { words = append(words, int32(x.a), int32(x.b), int32(x.down), int32(x.right)) }
	switch s := &key.shape; key.kind {
	case filterTaps:
		eachFilterTap(s, add)
	case phaseTaps:
		eachPhaseTap(s, key.phase[0], key.phase[1], add)
	case pixelTaps:
		eachPixelTap(s, add)
	}
	table := tapTable{depth: 4 * len(words) / work.TapBytes}
	if len(words) > 0 && d.err == nil {
		table.pointer = d.reserve(4 * len(words))
		if d.err == nil {
			d.fail(d.driver.CopyIn(d.stream, table.pointer, bytesOf(words)))
		}
	}
	if *t == nil {
		*t = tapTables{}
	}
	(*t)[key] = table
	return table
}

func eachFilterTap(s *kernels.ConvShape, visit func(tap)) {
	for c := range s.C {
		for r := range s.R {
			for q := range s.S {
				visit(tap{(c*s.R+r)*s.S + q, (c*s.H+r)*s.W + q, r, q})
			}
		}
	}
}

// eachPhaseTap visits the taps that pixels of phase a, b take y through: tap
// a + t·StrideH looks t rows back.
func eachPhaseTap(s *kernels.ConvShape, a, b int, visit func(tap)) {
	for k := range s.K {
		for r := a; r < s.R; r += s.StrideH {
			for q := b; q < s.S; q += s.StrideW {
				t, u := r/s.StrideH, q/s.StrideW
				visit(tap{(k*s.C*s.R+r)*s.S + q, (k*s.OutH-t)*s.OutW - u, -t, -u})
			}
		}
	}
}

func eachPixelTap(s *kernels.ConvShape, visit func(tap)) {
	for n := range s.N {
		for h := range s.OutH {
			for w := range s.OutW {
				down, right := h*s.StrideH, w*s.StrideW
				visit(tap{(n*s.K*s.OutH+h)*s.OutW + w, (n*s.C*s.H+down)*s.W + right, down, right})
			}
		}
	}
}
