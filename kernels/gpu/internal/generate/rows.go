package main

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

// rows writes rows.ptx: kernels that copy rows of a matrix to another (gather), and that add
// rows of a matrix to rows of another (scatter-add).
func rows() *asm.File {
	f := asm.New("rows.ptx", "Gathering rows of a table, and scatter-adding to rows.")
	gatherRows(f)
	scatterRows(f)
	return f
}

// rowWords is the number of elements of a row that a thread processes. It is 4: a thread
// hides latency by issuing four loads together.
const rowWords = work.RowElements / 32

// gatherRows adds the kernel that copies the rows of src that an index lists.
func gatherRows(f *asm.File) {
	e := f.Entry("gather_rows", "dst[k] = src[index[k]], where rows have width elements. A warp copies 128 elements of a row; a row has parts such parts.",
		work.Threads, "u64 dst, u64 src, u64 index, u32 count, u32 parts, u32 width")
	c := calc{e}
	rowPart(c, "count")
	e.P(`mad.wide.u32 index, k, 4, index
		ld.global.u32 row, [index]`)
	c.row("src", "src", "row", "width")
	c.row("dst", "dst", "k", "width")
	e.P(`mad.wide.u32 src, column, 4, src
		mad.wide.u32 dst, column, 4, dst`)
	x := e.Temps("f32", rowWords)
	for m := range rowWords {
		e.P(`setp.lt.u32 inside%d, column, width
			add.u32 column, column, 32
			@inside%d ld.global.f32 %s, [src+%d]`, m, m, x[m], 128*m)
	}
	for m := range rowWords {
		e.P("@inside%d st.global.f32 [dst+%d], %s", m, 128*m, x[m])
	}
	e.P("done:")
}

// rowPart assigns part of a row to the warp: RowElements of its columns. It sets register k
// to the index of the row among count rows, and register column to the thread's first
// column. Warps beyond the last row branch to the label done.
func rowPart(c calc, count string) {
	c.Reg("u32", "warp k part row column rows_parts")
	c.Reg("pred", "inside<4>")
	c.P("mul.lo.u32 rows_parts, %s, parts", count)
	c.warpOf("warp", "rows_parts")
	c.P(`div.u32 k, warp, parts
		mul.lo.u32 row, k, parts
		sub.u32 part, warp, row
		mad.lo.u32 column, part, %d, lane`, work.RowElements)
}

// scatterRows adds the kernel that adds rows of src to rows of dst.
func scatterRows(f *asm.File) {
	e := f.Entry("scatter_rows", "Adds to each listed row of dst the rows of src that its entries name, in order."+listDoc,
		work.Threads, "u64 dst, u64 src, "+listParams+", u32 width")
	c := calc{e}
	e.Reg("u64", "here")
	listedRow(c)
	c.row("dst", "dst", "row", "width")
	e.P(`mad.wide.u32 dst, column, 4, dst
		mad.wide.u32 src, column, 4, src`)
	for m := range rowWords {
		e.P("@inside%d ld.global.f32 sum%d, [dst+%d]", m, m, 128*m)
	}
	eachEntry(c, "u32 ahead", func(at string) {
		e.P(`add.u64 here, entries, %s
			ld.global.u32 ahead, [here]`, at)
	}, func(entry []string, some, words []string) {
		c.row("here", "src", entry[0], "width")
		for m, x := range words {
			e.P("@%s ld.global.f32 %s, [here+%d]", some[m], x, 128*m)
		}
	}, func(_, some, words []string) {
		for m, x := range words {
			e.P("@%s add.rn.f32 sum%d, sum%d, %s", some[m], m, m, x)
		}
	})
	storeSums(c, "dst")
}

// A list says which entries each row of a matrix receives. rowEntries of package gpu builds
// it, in the layout of a sparse matrix in compressed rows (CSR). A warp adds all entries to
// its part of a row, in order, so sums do not depend on timing.
const (
	listParams = "u64 list, u32 listed, u32 parts"
	listDoc    = " A list holds the row numbers, the offset of the first entry of each row and of the end, and the entries. A warp processes 128 elements of a row; a row has parts such parts."
)

// listedRow assigns part of a listed row to the warp. It sets register row to the row's
// number, entry_at and end to the range of its entries, column to the thread's first
// column, inside0 to inside3 to whether each of the thread's columns is below width, and
// sum0 to sum3 to 0. Warps beyond the last row branch to the label done.
func listedRow(c calc) {
	rowPart(c, "listed")
	c.Reg("u32", "entry_at end u")
	c.Reg("u64", "entries at_entry")
	c.Reg("f32", "sum<4>")
	c.P(`mad.wide.u32 at_entry, k, 4, list
		ld.global.u32 row, [at_entry]
		mad.wide.u32 at_entry, listed, 4, at_entry
		ld.global.u32 entry_at, [at_entry]
		ld.global.u32 end, [at_entry+4]
		mad.wide.u32 entries, listed, 8, list
		add.u64 entries, entries, 4`)
	for m := range rowWords {
		c.P(`mov.f32 sum%d, %s
			add.u32 u, column, %d
			setp.lt.u32 inside%d, u, width`, m, num(0), 32*m, m)
	}
}

// eachEntry generates the loop over the entries of the warp's row. Each round of the loop
// takes 32 entries, one for each lane.
//
// The function read generates the code that loads the data of a lane's entry; register at
// holds the entry's offset in bytes. ahead declares the registers for the data, as in
// "u32 index, f32 weight".
//
// The warp then processes the entries in order, two at a time. Shuffles broadcast the data
// of an entry to all lanes, in the registers entry. The functions load and add generate the
// code that loads the words of an entry, one for each column of the thread, and the code
// that adds them to the sums. The predicates some say which columns are inside the row.
func eachEntry(c calc, ahead string, read func(at string), load, add func(entry, some, words []string)) {
	const together = 2
	c.Reg("u32", "entry_k batch")
	c.Reg("pred", "more past")
	declared := strings.Split(ahead, ",")
	for _, r := range declared {
		c.Reg(strings.Fields(r)[0], strings.Fields(r)[1])
	}
	c.P(`batch_of_entries:
		setp.ge.u32 past, entry_at, end
		@past bra.uni all_added
		sub.u32 batch, end, entry_at
		min.u32 batch, batch, 32
		add.u32 u, entry_at, lane
		setp.lt.u32 more, lane, batch`)
	for _, r := range declared {
		c.P("mov.b32 %s, 0", strings.Fields(r)[1])
	}
	c.P(`@!more bra read_ahead
		mul.wide.u32 at_entry, u, 4`)
	read("at_entry")
	c.P(`read_ahead:
		mov.u32 entry_k, 0
		next_entries:`)
	var entry, some, words [together][]string
	for k := range together {
		c.P("add.u32 u, entry_k, %d", k)
		for m := range rowWords {
			some[k] = append(some[k], c.p("setp.lt.and.u32", "u", "batch", fmt.Sprintf("inside%d", m)))
		}
		for _, r := range declared {
			v := c.Temp(strings.Fields(r)[0])
			c.P("shfl.sync.idx.b32 %s, %s, u, 31, 0xffffffff", v, strings.Fields(r)[1])
			entry[k] = append(entry[k], v)
		}
		words[k] = c.Temps("f32", rowWords)
		load(entry[k], some[k], words[k])
	}
	for k := range together {
		add(entry[k], some[k], words[k])
	}
	c.P(`add.u32 entry_k, entry_k, %d
		setp.lt.u32 more, entry_k, batch
		@more bra.uni next_entries
		add.u32 entry_at, entry_at, 32
		bra.uni batch_of_entries
		all_added:`, together)
}

// storeSums stores the thread's sums at the address in register to, and ends the kernel.
func storeSums(c calc, to string) {
	for m := range rowWords {
		c.P("@inside%d st.global.f32 [%s+%d], sum%d", m, to, 128*m, m)
	}
	c.P("done:")
}
