package main

import (
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
)

// rows is the picking of rows and the adding to them.
func rows() *asm.File {
	f := asm.New("rows.ptx", "Rows of a table, picked and added to.")
	gatherRows(f)
	scatterRows(f)
	return f
}

// gatherRows adds the kernel that copies rows: a warp for 128 elements of one.
func gatherRows(f *asm.File) {
	const words = 4
	e := f.Entry("gather_rows", "dst[k] = src[index[k]], rows of so many elements. A warp for each 128 elements of a row; parts is how many that are.",
		threads, "u64 dst, u64 src, u64 index, u32 count, u32 parts, u32 width")
	e.Reg("u32", "warp lane k part row column")
	e.Reg("u64", "offset")
	e.Reg("pred", "none inside<4>")
	e.P(`mov.u32 lane, %%tid.x
		shr.u32 warp, lane, 5
		and.b32 lane, lane, 31
		mov.u32 k, %%ctaid.x
		mad.lo.u32 part, k, %d, warp
		div.u32 k, part, parts
		mul.lo.u32 row, k, parts
		sub.u32 part, part, row
		setp.ge.u32 none, k, count
		@none bra.uni done
		mad.wide.u32 index, k, 4, index
		ld.global.u32 row, [index]
		mad.lo.u32 column, part, %d, lane
		mul.wide.u32 offset, row, width
		shl.b64 offset, offset, 2
		add.u64 src, src, offset
		mad.wide.u32 src, column, 4, src
		mul.wide.u32 offset, k, width
		shl.b64 offset, offset, 2
		add.u64 dst, dst, offset
		mad.wide.u32 dst, column, 4, dst`, warps, 32*words)
	x := e.Temps("f32", words)
	for m := range words {
		e.P(`setp.lt.u32 inside%d, column, width
			add.u32 column, column, 32
			@inside%d ld.global.f32 %s, [src+%d]`, m, m, x[m], 128*m)
	}
	for m := range words {
		e.P("@inside%d st.global.f32 [dst+%d], %s", m, 128*m, x[m])
	}
	e.P("done:")
}

// scatterRows adds the kernel that adds rows to others.
func scatterRows(f *asm.File) {
	e := f.Entry("scatter_rows", "Adds to rows of dst those rows of src that its entries say."+listDoc,
		threads, "u64 dst, u64 src, "+listParams+", u32 width")
	c := calc{e}
	e.Reg("f32", "sum")
	e.Reg("u64", "here")
	listedRow(c)
	e.P(`mul.wide.u32 here, row, width
		shl.b64 here, here, 2
		add.u64 dst, dst, here
		mad.wide.u32 dst, column, 4, dst
		mad.wide.u32 src, column, 4, src
		@inside ld.global.f32 sum, [dst]`)
	eachEntry(c, "u32 ahead", func(at string) {
		e.P(`add.u64 here, entries, %s
			ld.global.u32 ahead, [here]`, at)
	}, func(ahead, some []string) {
		words := e.Temps("f32", len(some))
		for m, p := range some {
			e.P(`mul.wide.u32 here, %s, width
				shl.b64 here, here, 2
				add.u64 here, src, here
				@%s ld.global.f32 %s, [here]`, ahead[m], p, words[m])
		}
		for m, p := range some {
			e.P("@%s add.rn.f32 sum, sum, %s", p, words[m])
		}
	})
	e.P(`@inside st.global.f32 [dst], sum
		done:`)
}

// A list of what is to be added to some rows of a table: those rows, the place
// of the first entry of each, and of the end, then the entries. A warp does 32
// elements of a row and adds its entries in order, so that sums do not depend on
// timing.
const (
	listParams = "u64 list, u32 listed, u32 parts"
	listDoc    = " A list has the rows, the place of the first entry of each and of the end, and the entries. A warp does 32 elements of a row; parts is how many that are."
)

// listedRow finds the row and column of a thread, and whether the column is
// inside. Warps that have none are done.
func listedRow(c calc) {
	c.Reg("u32", "warp lane k part row column entry_at end u")
	c.Reg("u64", "entries at_entry")
	c.Reg("pred", "none inside")
	c.P(`mov.u32 lane, %%tid.x
		shr.u32 warp, lane, 5
		and.b32 lane, lane, 31
		mov.u32 k, %%ctaid.x
		mad.lo.u32 part, k, %d, warp
		div.u32 k, part, parts
		mul.lo.u32 row, k, parts
		sub.u32 part, part, row
		setp.ge.u32 none, k, listed
		@none bra.uni done
		mad.wide.u32 at_entry, k, 4, list
		ld.global.u32 row, [at_entry]
		mad.wide.u32 at_entry, listed, 4, at_entry
		ld.global.u32 entry_at, [at_entry]
		ld.global.u32 end, [at_entry+4]
		mad.wide.u32 entries, listed, 8, list
		add.u64 entries, entries, 4
		mad.lo.u32 column, part, 32, lane
		setp.lt.u32 inside, column, width`, warps)
}

// eachEntry walks through the entries of the listed row. Each lane reads ahead
// what belongs to one entry, by the entry's offset, into registers declared as
// "u32 index, f32 weight"; add gets that of four entries, one after another, and
// in the predicates whether they are there and the column is inside.
func eachEntry(c calc, ahead string, read func(at string), add func(ahead, some []string)) {
	const together = 4
	c.Reg("u32", "entry_k batch")
	c.Reg("pred", "some past")
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
		setp.lt.u32 some, lane, batch`)
	for _, r := range declared {
		c.P("mov.b32 %s, 0", strings.Fields(r)[1])
	}
	c.P(`@!some bra read_ahead
		mul.wide.u32 at_entry, u, 4`)
	read("at_entry")
	c.P(`read_ahead:
		mov.u32 entry_k, 0
		next_entries:`)
	var values, inside []string
	for m := range together {
		c.P("add.u32 u, entry_k, %d", m)
		p := c.Temp("pred")
		c.P("setp.lt.and.u32 %s, u, batch, inside", p)
		inside = append(inside, p)
		for _, r := range declared {
			v := c.Temp(strings.Fields(r)[0])
			c.P("shfl.sync.idx.b32 %s, %s, u, 31, 0xffffffff", v, strings.Fields(r)[1])
			values = append(values, v)
		}
	}
	add(values, inside)
	c.P(`add.u32 entry_k, entry_k, %d
		setp.lt.u32 some, entry_k, batch
		@some bra.uni next_entries
		add.u32 entry_at, entry_at, 32
		bra.uni batch_of_entries
		all_added:`, together)
}
