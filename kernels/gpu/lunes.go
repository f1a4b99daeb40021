package gpu

import (
	"cmp"
	"math"
	"slices"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
	"github.com/topogen/topogen/kernels/rips"
)

// Lunes of the edges of a cloud, for persistent homology of degrees 0 and 1. Package rips
// defines the lune of an edge, its apex and its components.
//
// Problem: the host needs a few hundred of the n(n−1)/2 edges; copying the distance
// matrix costs more than computing the bars.
// Idea: a warp of the kernel lunes finds the connected components of the lune of one
// edge, and lists the edge if its lune is empty or disconnected. Each component without
// the apex gives a column that the host reduces. The kernel reach adds the other edges
// that such a column can hold during the reduction; it finds them by breadth-first search.
// Invariant: an edge with a connected, non-empty lune and the triangle over its apex are
// an apparent pair, so no bar is born or dies at the edge.
// Cost: O(n³) operations in warps of 32 lanes. The list has about 3 records for each
// point.
// Reference: rips.Device defines the list. Bauer, Ripser: efficient computation
// of Vietoris–Rips persistence barcodes, 2021, for apparent pairs.

// A record is one entry of the list of lunes in device memory: a rips.Lune. All ones in
// apex or other stand for no point.
type record struct {
	key         uint64 // of the edge, see edgeOf
	apex, other uint32 // Apex and Other of rips.Lune
}

// recordBytes is the size of a record. The list begins with a header of the same size
// that holds the number of records.
const recordBytes = 16

// Lunes appends the lunes that persistent homology of degrees 0 and 1 depends on, in
// filtration order. It launches the kernels lunes (a warp for each edge) and reach (one
// block), and waits for both.
func (d *Device) Lunes(lunes []rips.Lune, dist kernels.Buffer, n int) ([]rips.Lune, error) {
	check.Cloud("Lunes", kernels.Buffer{}, n, 0, dist)
	if n < 2 {
		d.span(dist)
		return lunes, d.err
	}
	grid, block, sets := forLunes(n)
	// The first list has room for most records for each point, though it rarely gets more
	// than a few. If it overflows, its header still counts all records found, and Lunes
	// retries with a capacity of twice that count.
	const most, usual = 64, 4 // records for each point: room, and first copy to the host
	for capacity := most * n; ; {
		apexes, list := d.Alloc(n*n), d.Alloc(recordBytes/4*(1+capacity))
		args := []Arg{d.span(list), d.span(apexes), d.span(dist), Int32(n), Int32(capacity)}
		d.Fill(list.Slice(0, 2), 0) // the header: no records
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
		capacity = min(2*count, maxElements) // Alloc refuses a list of maxElements records
	}
}

// forLunes returns the grid and the block of the kernel lunes for n points, and the bytes
// of dynamic shared memory of a block. Each warp keeps two bit sets of n points in shared
// memory. A block has work.Warps (8) warps, or fewer if n is so large that their sets
// would exceed 48 KiB: 4 for the largest matrix that a buffer can hold.
func forLunes(n int) (grid, block Dim, sets int) {
	const memory = 48 << 10
	sets = blocks(n, work.SetPoints) * work.LuneBytes
	warps := min(work.Warps, memory/sets)
	return Dim{X: blocks(n-1, warps), Y: n}, Dim{X: 32 * warps}, warps * sets
}

// readRecords waits for the stream and returns the records of a list, and the number of
// records that the kernels found. If count exceeds capacity, the list has overflowed, and
// the returned records are incomplete. The first copy brings the first usual records,
// nearly always all of them; only a longer list needs a second copy.
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

// appendLunes appends records to lunes in filtration order. It sorts 64-bit keys that hold
// the length of a record in the high half and its index in the low half; that is several
// times faster than sorting records. Then it sorts each run of equal lengths by the ends
// of the edges.
func (d *Device) appendLunes(lunes []rips.Lune, records []record) []rips.Lune {
	d.keys = slices.Grow(d.keys[:0], len(records))
	for i, r := range records {
		d.keys = append(d.keys, r.key&^math.MaxUint32|uint64(i))
	}
	slices.Sort(d.keys)
	first := len(lunes) // first lune of the current length
	for i, key := range d.keys {
		r := records[uint32(key)]
		lunes = append(lunes, rips.Lune{Edge: edgeOf(r.key), Apex: int32(r.apex), Other: int32(r.other)})
		if i+1 == len(d.keys) || key>>32 != d.keys[i+1]>>32 {
			slices.SortFunc(lunes[first:], compareEnds)
			first = len(lunes)
		}
	}
	return lunes
}

// compareEnds compares lunes of equal length in filtration order.
func compareEnds(k, l rips.Lune) int {
	return cmp.Or(cmp.Compare(k.U, l.U), cmp.Compare(k.V, l.V), cmp.Compare(k.Other, l.Other))
}
