package cpu

import "github.com/topogen/topogen/kernels"

// A workspace is what one part of a product or convolution needs for itself.
// Its slices grow to the largest size ever asked for and stay.
type workspace struct {
	tiling *tiling
	loops  *loops

	a     []float32 // a block of A, its rows laid along k
	panel []float32 // columns of B, one row after another
	edge  []float32 // a panel of C that is wider than what is left of C
	bias  []float32 // the bias of such a panel

	aoff, coff, eoff []int // byte offsets of the rows of A, C and edge
	rowsB, rowsPanel ramp  // byte offsets of the rows of B and panel
	columnsA         ramp  // byte offsets of the rows of a
	call             tileCall
	soon             soon
	next             product // probably computed after this one

	image    []float32 // a frame
	bordered frame     // the frame of which image has the border, or zero
	planar   []float32 // an image of few channels, or sums that are to make one
	out      []float32 // results, pixel after pixel
	sum      []float32 // results that are to be added to others
	order    []int     // byte offsets of weights in panels
	pixels   list[[3]int]
	patches  list[[8]int]
	phases   []phaseList
	planes   ramp // byte offsets of channels
	sums     ramp
	nowhere  int // 0, the offset of a block that begins at its base
}

// A list is kept while what it was made for, the key, is the same.
type list[Key comparable] struct {
	key  Key
	list []int
}

// A phaseList says where the pixels of a phase of a transposed convolution lie.
type phaseList struct {
	key        phaseKey
	aoff, coff []int
}

type phaseKey struct {
	shape                     kernels.ConvShape // N is 0
	images, i0, rows, columns int
}

// room returns n elements of a slice that grows as needed, 64-byte aligned,
// with unspecified contents.
func room(s *[]float32, n int) []float32 {
	if cap(*s) < n {
		*s = aligned(n)
	}
	return (*s)[:n]
}

// ints returns n elements of a slice that grows as needed.
func ints(s *[]int, n int) []int {
	if cap(*s) < n {
		*s = make([]int, n)
	}
	*s = (*s)[:n]
	return *s
}

// offsets returns n multiples of step bytes, and the spare entries.
func offsets(s *[]int, n, step int) []int {
	list := ints(s, n+spare)
	for i := range list[:n] {
		list[i] = i * step
	}
	*s = addSpare(list[:n])
	return *s
}

// A ramp is the multiples of a step, kept while the step is the same.
type ramp struct {
	step int
	list []int
}

func (r *ramp) multiples(n, step int) []int {
	if r.step != step {
		r.step, r.list = step, r.list[:0]
	}
	for len(r.list) < n {
		r.list = append(r.list, len(r.list)*step)
	}
	return r.list[:n]
}

// transpose copies the columns of src to where doff says, for any size.
func (w *workspace) transpose(dst []float32, doff []int, src []float32, lds, rows, columns int) {
	if rows == 0 || columns == 0 {
		return
	}
	f := w.tiling.transpose
	if rows < 8 || columns < 8 {
		f = transposePlain
	}
	f(&dst[0], &doff[0], &src[0], 4*lds, rows, columns)
}
