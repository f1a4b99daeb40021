package gpu

import (
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Kernels that copy rows of a matrix to another (gather), and that add rows of a matrix to
// rows of another (scatter-add).
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

// ScatterRows adds row k of src to row index[k] of dst, in ascending order of k.
//
// Problem: several rows of src may go to the same row of dst, and atomics would make
// the order of additions depend on timing.
// Idea: the host sorts the additions by row of dst (rowEntries). One warp does all
// additions to work.RowElements elements of a row.
// Cost: one read of src, one read and one write of the rows of dst that change; on the
// host O(m log m) for the m rows of src.
func (d *Device) ScatterRows(dst, src kernels.Buffer, width int, index []int32) {
	check.Rows("ScatterRows", dst, src, width, index)
	to, from := d.span(dst), d.span(src)
	if src.Len() == 0 {
		return
	}
	l := &d.entries
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

// upload copies words to a new buffer. The caller may change words after the call.
func (d *Device) upload(words []int32) kernels.Buffer {
	b := d.Alloc(len(words))
	if p := d.pointer(b); d.err == nil && len(words) > 0 {
		d.fail(d.driver.CopyIn(d.stream, p, bytesOf(words)))
	}
	return b
}

// rowEntries lists the entries to add to each row of a matrix, in ascending order, for the
// rows that change. It has the layout of a sparse matrix in compressed rows (CSR). An
// entry is a number that the kernel understands: in ScatterRows a row of src, in PairsGrad
// 2k or 2k+1 for the first or second point of pair k.
type rowEntries struct {
	keys []uint64 // row<<32 | entry
	rows int      // number of rows
	// words is the matrix as kernels read it. It has three parts: the number of each row;
	// for each row the count of entries before it, and then the count of all; the entries.
	words []int32
}

// begin removes all entries.
func (a *rowEntries) begin() { a.keys = a.keys[:0] }

// add adds an entry to a row. Entries may come in any order: finish sorts them.
func (a *rowEntries) add(row int32, entry int) {
	a.keys = append(a.keys, uint64(row)<<32|uint64(entry))
}

// finish sorts the entries and builds words. It includes every row below all, even if the
// row has no entries.
func (a *rowEntries) finish(all int) {
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

// grid returns the grid of the kernels that process the rows, one warp for each part
// of a row of the given width.
func (a *rowEntries) grid(width int) Dim {
	return Dim{X: blocks(a.rows*blocks(width, work.RowElements), work.Warps)}
}
