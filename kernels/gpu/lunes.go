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

// Numbers of records for each point. The first list has room for most, though it rarely gets
// more than a few. The first copy brings usual.
const mostRecords, usualRecords = 64, 4

// Lunes appends the lunes that persistent homology of degrees 0 and 1 depends on, in
// filtration order.
func (d *Device) Lunes(lunes []rips.Lune, dist kernels.Buffer, n int) ([]rips.Lune, error) {
	return d.StartLunes(dist, n).Append(lunes)
}

// StartLunes enqueues the kernels lunes (a warp for each edge) and reach (one block), and a
// copy of the first records of their list: nearly always all of them.
func (d *Device) StartLunes(dist kernels.Buffer, n int) rips.Pending[rips.Lune] {
	check.Cloud("Lunes", kernels.Buffer{}, n, 0, dist)
	d.span(dist)
	p := takeLast(&d.lunes)
	p.device, p.dist, p.n = d, dist, n
	if n >= 2 {
		p.start(mostRecords * n)
	}
	return p
}

// pendingLunes are the lunes of n points, as the copy of their records brings them. It
// implements [rips.Pending].
type pendingLunes struct {
	device   *Device
	dist     kernels.Buffer
	n        int
	list     kernels.Buffer // of records, behind a header
	capacity int            // number of records that the list has room for
	copy     Transfer       // of the header and the first records; nil if the device has failed
}

// start enqueues the kernels, which write to a list of the given capacity, and the copy.
func (p *pendingLunes) start(capacity int) {
	d, n := p.device, p.n
	grid, block, sets := forLunes(n)
	apexes := d.Alloc(n * n)
	p.list, p.capacity = d.Alloc(recordBytes/4*(1+capacity)), capacity
	args := [...]Arg{d.span(p.list), d.span(apexes), d.span(p.dist), Int32(n), Int32(capacity)}
	d.Fill(p.list.Slice(0, 2), 0) // the header: no records
	d.launchShared(findLunes, grid, block, sets, args[:]...)
	d.launch(reach, Dim{X: 1}, Dim{X: work.ManyThreads}, args[:]...)
	p.copy = d.startCopyOut(p.list, recordBytes*(1+usualRecords*n))
	d.Free(apexes)
}

// Append waits for the copy. If the list has overflowed, its header still counts all records
// found, and Append computes the list again with room for twice that count. If the first copy
// has not brought all records, a second copy does.
func (p *pendingLunes) Append(lunes []rips.Lune) ([]rips.Lune, error) {
	d := p.device
	defer p.Drop()
	for p.copy != nil && d.err == nil {
		bytes, err := p.copy.Wait()
		d.fail(err)
		d.records = appendAs(d.records[:0], bytes)
		if d.err != nil {
			break
		}
		count := int(d.records[0].key)
		if count > p.capacity {
			p.release()
			p.start(min(2*count, maxElements)) // Alloc refuses a list of maxElements records
			continue
		}
		if usual := usualRecords * p.n; count > usual {
			d.records = slices.Grow(d.records, count-usual)[:1+count]
			from := d.pointer(p.list) + Pointer(recordBytes*(1+usual))
			d.fail(d.driver.CopyOut(d.stream, bytesOf(d.records[1+usual:]), from))
		}
		if d.err == nil {
			lunes = d.appendLunes(lunes, d.records[1:1+count])
		}
		break
	}
	return lunes, d.err
}

// release gives the memory of the list and of its copy back.
func (p *pendingLunes) release() {
	if p.copy != nil {
		p.copy.Done()
		p.copy = nil
	}
	d := p.device
	d.Free(p.list)
	p.list = kernels.Buffer{}
}

func (p *pendingLunes) Drop() {
	p.release()
	d := p.device
	*p = pendingLunes{}
	d.lunes = append(d.lunes, p)
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
