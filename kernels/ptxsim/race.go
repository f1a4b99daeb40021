package ptxsim

// Race detection.
//
// Two accesses of a word race if different threads make them, at least one is a write,
// not both are strong, and neither is ordered before the other. An access is strong if it
// is an atom or red, or has .volatile, .relaxed, .acquire or .release. The detector must
// find a race in whatever order the simulator happens to run the two accesses.
//
// Idea: vector clocks. Each block has a clock that counts its barriers, bar.warp.syncs and
// fences. The time of an access is the value of its block's clock. Each warp v keeps a time
// T(u) for every other warp u: accesses of u at times below T(u) are ordered before the
// next access of v. Each word of memory has a cell, which remembers the thread and time of
// the last write, and of the reads since then. An access by v races with a remembered
// access by u if the time of the remembered access is not below T(u).
//
// Invariant: an access that a cell has forgotten is ordered before one that the cell
// remembers. An access that is ordered after all remembered ones is therefore ordered after
// all forgotten ones. A write that races with no remembered access is ordered after all of
// them, and replaces them. A read replaces the reads that are ordered before it. Several
// unordered reads share one entry, with the set of their warps and the latest of their
// times.
//
// Limits: a strong write also replaces unordered strong accesses, with which it does not
// race. The detector can miss a race between a later access and one of those. If several
// blocks read a word, the cell does not remember which. In a kernel with fences, a write of
// another block may be ordered after all of these reads, so the detector reports no race.
//
// Cost: 32 bytes for each word of memory, and O(1) time for each access of a word.
//
// Reference: C. Flanagan, S. Freund, "FastTrack: efficient and precise dynamic race detection", 2009.

// A cell remembers the last write of a word of memory and the reads since. In shared memory
// a cell is for one byte if the kernel has accesses of less than a word.
type cell struct {
	writeOwner, readOwner uint32 // number of the block, unique among launches; see launch.firstOwner
	writeTime, readTime   uint32 // time of the last write; latest time of the reads
	readers               uint32 // bit v is set if warp v has read
	writer, reader        uint16 // number of the thread in its block
	flags                 cellFlags
	defined               uint8  // in global memory, bit i is set once byte i of the word has been written
	storer                uint32 // in global memory, number of the instruction of the last write, see storers; 0 for the host
}

type cellFlags uint8

const (
	written        cellFlags = 1 << iota // writeOwner, writeTime and writer are valid
	readOnce                             // readOwner, readTime, reader and readers are valid
	severalReaders                       // reader is only one of several threads that have read
	strongWrite                          // the write was strong
	strongReads                          // all reads were strong
)

// A clock is a time of a block: the number of its barriers, bar.warp.syncs and fences so
// far.
type clock = uint32

// An ordering tells which accesses of other threads are ordered before the next access of
// a warp.
//
// Each clock in it is the first time that is not known to be ordered: accesses at earlier
// times are ordered before the next access.
type ordering struct {
	warps [warpSize]clock            // for the other warps of the block
	lanes clock                      // for all lanes of this warp
	pairs *[warpSize][warpSize]clock // pairs[i][j] is for lane j before lane i, after a bar.warp.sync of some lanes; may be nil
	// fenced is the knowledge that the warp saved at its last fence of each scope, nil
	// before the first. observed is what the next fence learns from.
	fenced   [2]*knowledge
	observed []observation
	blocks   map[uint32]*[warpSize]clock // for the warps of other blocks, by owner
	lent     bool                        // a knowledge value shares the map blocks; know copies the map before it changes it
}

// ordered reports whether an access of thread t of this block, made at the given time, is
// ordered before the next access of lane.
func (w *warp) ordered(lane int, t uint16, time clock) bool {
	b := w.block
	if time < b.phase {
		return true
	}
	v := int(t) / warpSize
	if v != w.id {
		return time < w.order.warps[v]
	}
	other := int(t) % warpSize
	return other == lane || time < w.order.lanes || w.order.pairs != nil && time < w.order.pairs[lane][other]
}

// orderedOwner does the same as ordered, for thread t of block owner of this launch.
func (w *warp) orderedOwner(owner uint32, lane int, t uint16, time clock) bool {
	if owner == w.block.owner {
		return w.ordered(lane, t, time)
	}
	known := w.order.blocks[owner]
	return known != nil && time < known[int(t)/warpSize]
}

// A conflict describes the earlier access of a race.
type conflict struct {
	kind  string // the later and the earlier access: "write after read"
	owner uint32 // block of the earlier access
	other uint16 // thread of the earlier access
	many  bool   // other is one of several threads whose reads may race
}

// touch records an access of a lane in cell c and returns an earlier access that races with
// it, or nil. Only earlier accesses of the blocks first to first+span count. Older accesses
// belong to earlier launches, which are ordered before this one, or, in shared memory, to
// earlier blocks.
func (w *warp) touch(c *cell, first, span uint32, lane int, write, strong bool) *conflict {
	b := w.block
	t := uint16(w.id*warpSize + lane)
	if !write && c.flags&(written|severalReaders) == written|severalReaders && c.readOwner == b.owner && c.readTime == b.now &&
		c.writeOwner == b.owner && c.writeTime < b.phase && c.readers>>w.id&1 != 0 && (strong || c.flags&strongReads == 0) {
		return nil // the read is ordered after the last write, and the cell already holds a read of this warp at this time
	}
	if c.flags&written != 0 && c.writeOwner-first <= span && !(c.writer == t && c.writeOwner == b.owner) &&
		!(strong && c.flags&strongWrite != 0) && !w.orderedOwner(c.writeOwner, lane, c.writer, c.writeTime) {
		kind := "read after write"
		if write {
			kind = "write after write"
		}
		return &conflict{kind: kind, owner: c.writeOwner, other: c.writer}
	}
	if !write {
		w.recordRead(c, first, span, lane, t, strong)
		return nil
	}
	if c.flags&readOnce != 0 && c.readOwner-first <= span && !(strong && c.flags&strongReads != 0) && !w.followsReads(c, lane, t) {
		return &conflict{kind: "write after read", owner: c.readOwner, other: c.reader, many: c.flags&severalReaders != 0}
	}
	c.flags = written
	if strong {
		c.flags |= strongWrite
	}
	c.writer, c.writeOwner, c.writeTime = t, b.owner, b.now
	return nil
}

// recordRead records a read of thread t in cell c. If the remembered reads are all ordered
// before t's read, t becomes the only reader: an access that is ordered after t's read is
// ordered after the older reads too. Otherwise t becomes one of several readers.
func (w *warp) recordRead(c *cell, first, span uint32, lane int, t uint16, strong bool) {
	b := w.block
	if c.flags&readOnce == 0 || c.readOwner-first > span || w.followsReads(c, lane, t) {
		c.flags = c.flags&^(severalReaders|strongReads) | readOnce
		if strong {
			c.flags |= strongReads
		}
		c.reader, c.readers, c.readOwner, c.readTime = t, 1<<w.id, b.owner, b.now
		return
	}
	c.flags |= severalReaders
	if c.readOwner != b.owner {
		c.readOwner = b.launch.manyOwners
	}
	c.readers |= 1 << w.id
	if !strong {
		c.flags &^= strongReads
	}
	c.readTime = b.now
}

// followsReads reports whether all reads that c remembers are ordered before the next
// access of lane, which is thread t.
func (w *warp) followsReads(c *cell, lane int, t uint16) bool {
	b := w.block
	switch {
	case c.readOwner == b.owner && c.readTime < b.phase:
		return true
	case c.readOwner == b.launch.manyOwners:
		// The cell does not know which blocks have read. In a kernel with fences
		// their reads may be ordered before the access, so no race is reported.
		// Without fences no access of another block is ordered.
		return b.launch.kernel.fences
	case c.flags&severalReaders == 0:
		return w.orderedOwner(c.readOwner, lane, c.reader, c.readTime)
	case c.readOwner != b.owner:
		known := w.order.blocks[c.readOwner]
		for v := range lanesOf(c.readers) {
			if known == nil || c.readTime >= known[v] {
				return false
			}
		}
		return true
	}
	for v := range lanesOf(c.readers) {
		seen := w.order.warps[v]
		if v == w.id {
			seen = w.order.lanes
		}
		if c.readTime >= seen {
			return false
		}
	}
	return true
}
