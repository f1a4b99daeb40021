package gpu

import (
	"cmp"
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// A record is a lune as kernels list it: all ones stand for no point.
type record struct {
	key         uint64
	apex, other uint32
}

// recordBytes is the size of a record, and of what comes before them in a list:
// how many they are.
const recordBytes = 16

// Lunes appends the lunes that degrees 0 and 1 depend on, in order. A warp looks at
// each edge, and at all points for it: O(n³) operations, 32 at a time. What the
// columns can reach is the work of one block, in as many rounds as reaching takes
// steps.
func (d *Device) Lunes(lunes []kernels.Lune, dist kernels.Buffer, n int) ([]kernels.Lune, error) {
	check.Cloud("Lunes", kernels.Buffer{}, n, 0, dist)
	if n < 2 {
		d.span(dist)
		return lunes, d.err
	}
	grid, block, sets := forLunes(n)
	// Hardly ever are there more than some for each point. Where there are, it shows
	// how many they are at least, so that there is room the next time.
	const room, usual = 64, 4
	for capacity := room * n; ; {
		apexes, list := d.Alloc(n*n), d.Alloc(recordBytes/4*(1+capacity))
		args := []Arg{d.span(list), d.span(apexes), d.span(dist), Int32(n), Int32(capacity)}
		d.Fill(list.Slice(0, 2), 0) // the number of records
		d.launchShared(findLunes, grid, block, sets, args...)
		d.launch(reach, Dim{X: 1}, Dim{X: work.ManyThreads}, args...)
		records, count := d.readRecords(list, usual*n, capacity)
		d.Free(apexes)
		d.Free(list)
		if d.err != nil {
			return lunes, d.err
		}
		if count <= capacity {
			return d.appendLunes(lunes, records), nil
		}
		capacity = min(2*count, maxElements) // which Alloc refuses
	}
}

// forLunes returns by what blocks lunes of n points are found, and how much shared
// memory these need. Where points are many a block has few warps, as their sets fill
// what there is; of as many points as a matrix can have, four.
func forLunes(n int) (grid, block Dim, sets int) {
	const memory = 48 << 10
	sets = blocks(n, work.SetPoints) * work.LuneBytes
	warps := min(work.Warps, memory/sets)
	return Dim{X: blocks(n-1, warps), Y: n}, Dim{X: 32 * warps}, warps * sets
}

// readRecords reads the records of a list that has room for so many, and returns them
// with their number, which is greater where some are missing. As a rule there are
// no more than the usual number, and one copy brings them all.
func (d *Device) readRecords(list kernels.Buffer, usual, capacity int) (records []record, count int) {
	from := d.pointer(list)
	read := func(first, end int) {
		d.records = slices.Grow(d.records[:first], end-first)[:end]
		if d.err == nil {
			d.fail(d.driver.CopyOut(d.stream, bytesOf(d.records[first:]), from+Pointer(recordBytes*first)))
		}
	}
	read(0, 1+usual)
	if d.err != nil {
		return nil, 0
	}
	count = int(d.records[0].key)
	if count > usual && count <= capacity {
		read(1+usual, 1+count)
	}
	return d.records[1:min(1+count, len(d.records))], count
}

// appendLunes appends records in the order of the filtration. Lengths, with the places
// of their records below, are put in order in a fraction of the time that records
// take; those of equal length are left to do.
func (d *Device) appendLunes(lunes []kernels.Lune, records []record) []kernels.Lune {
	d.keys = slices.Grow(d.keys[:0], len(records))
	for i, r := range records {
		d.keys = append(d.keys, r.key&^math.MaxUint32|uint64(i))
	}
	slices.Sort(d.keys)
	first := len(lunes) // of equal length
	for i, key := range d.keys {
		r := records[uint32(key)]
		lunes = append(lunes, kernels.Lune{Edge: edgeOf(r.key), Apex: int32(r.apex), Other: int32(r.other)})
		if i+1 == len(d.keys) || key>>32 != d.keys[i+1]>>32 {
			slices.SortFunc(lunes[first:], compareEnds)
			first = len(lunes)
		}
	}
	return lunes
}

// compareEnds orders lunes of equal length.
func compareEnds(k, l kernels.Lune) int {
	return cmp.Or(cmp.Compare(k.U, l.U), cmp.Compare(k.V, l.V), cmp.Compare(k.Other, l.Other))
}
