package ptxsim

import (
	"fmt"
	"math/bits"
	"sync"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// globalAt executes an access to global memory for the lanes in m at the addresses w.at. If
// the lanes access several allocations, which is rare, it serves one after another.
func (a *memoryAccess) globalAt(w *warp, m uint32) {
	at := &w.at
	if c := w.count(); c != nil {
		c.requests++
		c.bytes += int64(a.size * bits.OnesCount32(m))
	}
	l := w.block.launch
	for m != 0 {
		mem, inside := a.locate(w, m)
		if c := w.count(); c != nil {
			c.sectors += int64(sectors(at, inside))
		}
		if mem.touched[0] != nil {
			if a.reads {
				touch(mem.touched[0], at, inside)
			}
			if a.writes {
				touch(mem.touched[1], at, inside)
			}
		}
		if mem.cells != nil {
			a.checkCells(w, mem, inside)
		}
		if a.strong && l.kernel.fences && !l.options.Unchecked {
			for i := range lanesOf(inside) {
				w.synchronize(syntax.Global, mem.base+at[i], a.reads, a.writes)
			}
		}
		a.move(w, mem.data, inside)
		m &^= inside
	}
}

// locate returns the allocation that holds the address of the lowest lane in m, and the
// mask of the lanes in m whose whole accesses lie in that allocation. For these lanes it
// replaces the addresses in w.at by offsets in the allocation. It faults if the lowest
// lane's access lies in no allocation, or if one of these accesses is misaligned.
func (a *memoryAccess) locate(w *warp, m uint32) (*allocation, uint32) {
	at := &w.at
	first := at[firstLane(m)]
	mem := w.sites[a.site]
	if mem == nil || first-mem.base >= uint64(mem.size) {
		mem = w.block.launch.gpu.memory.near(first)
		if mem == nil || mem.freed || first-mem.base >= uint64(mem.size) {
			a.outside(w, firstLane(m), first)
		}
		w.sites[a.site] = mem
	}
	size := uint64(a.size)
	last := uint64(mem.size) - size // wraps around if size exceeds mem.size
	var inside uint32
	var low uint64
	for t := m; t != 0; t &= t - 1 {
		i := bits.TrailingZeros32(t) & 31
		offset := at[i] - mem.base
		if offset <= last && uint64(mem.size) >= size {
			at[i] = offset
			low |= offset
			inside |= 1 << i
		}
	}
	if low&(size-1) != 0 {
		for i := range lanesOf(inside) {
			if address := mem.base + at[i]; address&(size-1) != 0 {
				w.fault(Misaligned, i, address, "address %#x is not a multiple of the access's %d bytes", address, size)
			}
		}
	}
	if inside>>firstLane(m)&1 == 0 {
		a.outside(w, firstLane(m), first)
	}
	return mem, inside
}

// outside faults because an access at address does not lie inside an allocation.
func (a *memoryAccess) outside(w *warp, lane int, address uint64) {
	if address < 1<<20 {
		w.fault(NullPointer, lane, address, "%d bytes at address %#x", a.size, address)
	}
	w.fault(OutOfBounds, lane, address, "%d bytes at address %#x: %s", a.size, address, w.block.launch.gpu.memory.describe(address))
}

// sectors returns the number of distinct 32-byte sectors that the lanes in m access at the
// offsets at. The access of one lane lies in one sector, since it is aligned and has at
// most 16 bytes.
func sectors(at *[warpSize]uint64, m uint32) int {
	var seen [warpSize]uint64
	n := 0
	ascending := true
	for t := m; t != 0; t &= t - 1 {
		s := at[bits.TrailingZeros32(t)&31] >> 5
		if n > 0 {
			last := seen[n-1]
			if s == last {
				continue
			}
			ascending = ascending && s > last
		}
		seen[n&31] = s
		n++
	}
	if ascending {
		return n
	}
	distinct := 0
next:
	for i, s := range seen[:n] {
		for _, before := range seen[:i] {
			if before == s {
				continue next
			}
		}
		distinct++
	}
	return distinct
}

// Blocks that run in parallel lock the cells that they check. The cells of global memory are
// divided into stripes of stripeCells cells, and stripe i has lock i mod stripes.
const (
	stripes     = 64
	stripeCells = 1024
)

type stripeLocks [stripes]sync.Mutex

// checkCells faults if the access of a lane in m reads bytes of mem that have not been
// written, reads by ld.global.nc a word that this launch has written, or races with an
// earlier access. It records the access in the cells of mem.
func (a *memoryAccess) checkCells(w *warp, mem *allocation, m uint32) {
	l, at := w.block.launch, &w.at
	if !l.parallel {
		for t := m; t != 0; t &= t - 1 {
			i := bits.TrailingZeros32(t) & 31
			a.checkCellsOf(w, mem, i, at[i])
		}
		return
	}
	locked := -1
	defer func() { // a fault leaves by a panic
		if locked >= 0 {
			l.gpu.locks[locked].Unlock()
		}
	}()
	for t := m; t != 0; t &= t - 1 {
		i := bits.TrailingZeros32(t) & 31
		if stripe := int((mem.base + at[i]) / 4 / stripeCells % stripes); stripe != locked {
			if locked >= 0 {
				l.gpu.locks[locked].Unlock()
			}
			l.gpu.locks[stripe].Lock()
			locked = stripe
		}
		a.checkCellsOf(w, mem, i, at[i])
	}
}

// checkCellsOf does the same as checkCells, for one lane at the given offset in mem. It
// neither records nor checks races of accesses of less than a word, since a cell does not
// know which bytes of its word were accessed.
func (a *memoryAccess) checkCellsOf(w *warp, mem *allocation, lane int, offset uint64) {
	first := w.block.launch.firstOwner
	span := w.block.launch.manyOwners - first
	need, n := uint8(0xf), max(a.size/4, 1)
	if a.size < 4 {
		need = (1<<a.size - 1) << (offset % 4)
	}
	cells := mem.cells[offset/4:]
	for j := range n {
		c := &cells[j]
		address := mem.base + offset&^3 + uint64(4*j)
		if a.reads && c.defined&need != need {
			w.fault(Uninitialized, lane, address, "global memory at %#x, %s, has not been written", address, w.block.launch.gpu.memory.describe(address))
		}
		if a.readOnly && c.flags&written != 0 && c.writeOwner >= first {
			w.fault(ReadOnlyWritten, lane, address, "global memory at %#x has been written by this launch, %s", address, w.who(c.writeOwner, c.writer))
		}
		if a.size >= 4 {
			if x := w.touch(c, first, span, lane, a.writes, a.strong); x != nil {
				w.faultRace(x, lane, address, "global")
			}
		}
		if a.writes {
			c.defined |= need
			c.storer = w.block.launch.kernel.number + uint32(w.pc)
		}
	}
}

// faultRace ends the launch because the access of lane at address races with access x.
func (w *warp) faultRace(x *conflict, lane int, address uint64, space string) {
	who := w.who(x.owner, x.other)
	if x.many {
		who = "several threads, among them " + who
	}
	what := "no barrier orders the accesses"
	if x.owner != w.block.owner {
		what = "nothing orders the accesses of different blocks"
		if w.block.launch.kernel.fences {
			what = "no fences and atomics order the accesses of the two blocks"
		}
	}
	w.fault(Race, lane, address, "%s of %s memory at %#x, accessed before by %s; %s", x.kind, space, address, who, what)
}

// who describes a thread of block owner of this launch for an error text.
func (w *warp) who(owner uint32, thread uint16) string {
	l := w.block.launch
	t := l.threadIndex(int(thread))
	if owner == w.block.owner {
		return fmt.Sprintf("thread (%d,%d,%d)", t.X, t.Y, t.Z)
	}
	if owner == l.manyOwners {
		return fmt.Sprintf("thread (%d,%d,%d) of another block", t.X, t.Y, t.Z)
	}
	b := l.blockIndex(int(owner - l.firstOwner))
	return fmt.Sprintf("thread (%d,%d,%d) of block (%d,%d,%d)", t.X, t.Y, t.Z, b.X, b.Y, b.Z)
}
