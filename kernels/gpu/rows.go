package gpu

import (
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Names of kernels that pick rows and add to them.
var (
	gatherRows  = entry{"rows", "gather_rows"}
	scatterRows = entry{"rows", "scatter_rows"}
)

// GatherRows sets row k of dst to row index[k] of src.
func (d *Device) GatherRows(dst, src kernels.Buffer, width int, index []int32) {
	check.Rows("GatherRows", src, dst, width, index)
	to, from := d.span(dst), d.span(src)
	if dst.Len() == 0 {
		return
	}
	parts := blocks(width, work.RowElements)
	places := d.upload(index)
	d.launch(gatherRows, Dim{X: blocks(len(index)*parts, work.Warps)}, Dim{X: work.Threads},
		to, from, d.span(places), Int32(len(index)), Int32(parts), Int32(width))
	d.Free(places)
}

// ScatterRows adds row k of src to row index[k] of dst. A warp adds all that
// falls on its part of a row.
func (d *Device) ScatterRows(dst, src kernels.Buffer, width int, index []int32) {
	check.Rows("ScatterRows", dst, src, width, index)
	to, from := d.span(dst), d.span(src)
	if src.Len() == 0 {
		return
	}
	l := &d.additions
	l.begin()
	for k, row := range index {
		l.add(row, k)
	}
	l.finish(0)
	list := d.upload(l.words)
	d.launch(scatterRows, l.grid(width), Dim{X: work.Threads},
		to, from, d.span(list), Int32(l.rows), Int32(blocks(width, work.RowElements)), Int32(width))
	d.Free(list)
}

// upload copies words to device memory. They may be changed at once.
func (d *Device) upload(words []int32) kernels.Buffer {
	b := d.Alloc(len(words))
	if p := d.pointer(b); d.err == nil && len(words) > 0 {
		d.fail(d.driver.CopyIn(d.stream, p, bytesOf(words)))
	}
	return b
}

// Additions are a list of what is to be added to the rows of a table, sorted by
// rows, so that each row is the work of few threads, and in order.
type additions struct {
	keys  []uint64 // row, entry
	rows  int      // listed
	words []int32  // the rows, where the entries of each begin, and the last end; the entries
}

func (a *additions) begin() { a.keys = a.keys[:0] }

// add adds an entry to a row. Entries ascend.
func (a *additions) add(row int32, entry int) {
	a.keys = append(a.keys, uint64(row)<<32|uint64(entry))
}

// finish makes the words. Rows below all are listed even without entries.
func (a *additions) finish(all int) {
	slices.Sort(a.keys)
	a.words = a.words[:0]
	for row := range all {
		a.words = append(a.words, int32(row))
	}
	for k, key := range a.keys {
		if row := int32(key >> 32); int(row) >= all && (k == 0 || uint64(row) != a.keys[k-1]>>32) {
			a.words = append(a.words, row)
		}
	}
	a.rows = len(a.words)
	k := 0
	for _, row := range a.words {
		a.words = append(a.words, int32(k))
		for k < len(a.keys) && int32(a.keys[k]>>32) == row {
			k++
		}
	}
	a.words = append(a.words, int32(k))
	for _, key := range a.keys {
		a.words = append(a.words, int32(key&math.MaxUint32))
	}
}

// grid returns the blocks that do the listed rows.
func (a *additions) grid(width int) Dim {
	return Dim{X: blocks(a.rows*blocks(width, work.RowElements), work.Warps)}
}
