package ptxsim

// A cell remembers who accessed a word of memory since its last write: enough
// to tell whether the next access has a conflicting one before it that nothing
// orders.
type cell struct {
	writeOwner, readOwner uint32 // number of the block's run, see launch.firstOwner
	writeTime, readTime   uint32 // the block's clock then
	readers               uint32 // warps of the block that have read, if several threads have
	writer, reader        uint16 // threads
	flags                 cellFlags
	defined               uint8  // bytes that have been written, ever
	storer                uint32 // the instruction that wrote last, see GPU.storers; 0 for the host
}

type cellFlags uint8

const (
	written        cellFlags = 1 << iota // writeOwner, writeTime and writer mean something
	readOnce                             // readOwner, readTime and reader do
	severalReaders                       // beside reader, others of the warps in readers
	strongWrite                          // the write was atomic, volatile or relaxed
	strongReads                          // all reads were
)

// clock counts the events of a block that order accesses: a time is earlier
// than an event with a larger number.
type clock = uint32

// ordering is what a warp knows about the accesses of others.
type ordering struct {
	warps [warpSize]clock // accesses of each warp before that time are ordered before this warp's next
	lanes clock           // the same between the warp's own lanes
	pairs *[warpSize][warpSize]clock
	// fenced is what was known at the warp's last fence of each scope; nil
	// before there was one. observed is for the next fence to take in.
	fenced   [2]*knowledge
	observed []observation
	blocks   map[uint32]*[warpSize]clock // accesses of other blocks, by owner
	lent     bool                        // blocks is part of knowledge: change a copy
}

// ordered reports whether thread t's access at that time, in this block, comes
// before what lane does now.
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

// orderedOwner is ordered for a thread of any block of this launch.
func (w *warp) orderedOwner(owner uint32, lane int, t uint16, time clock) bool {
	if owner == w.block.owner {
		return w.ordered(lane, t, time)
	}
	known := w.order.blocks[owner]
	return known != nil && time < known[int(t)/warpSize]
}

// A conflict is a race that touch has found.
type conflict struct {
	kind  string // "write after read"
	owner uint32
	other uint16 // thread
	many  bool   // the other is one of several
}

// touch records an access of a lane to c and returns a conflicting one. Accesses
// of blocks but the span after the owner number first are history.
func (w *warp) touch(c *cell, first, span uint32, lane int, write, strong bool) *conflict {
	b := w.block
	t := uint16(w.id*warpSize + lane)
	if !write && c.flags&(written|severalReaders) == written|severalReaders && c.readOwner == b.owner && c.readTime == b.now &&
		c.writeOwner == b.owner && c.writeTime < b.phase && c.readers>>w.id&1 != 0 && (strong || c.flags&strongReads == 0) {
		return nil // once more what many lanes of this warp have just done
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

// recordRead makes thread t the reader of c, or one of several if it does not
// follow those before. (A reader that it follows need not be remembered: what
// comes after t's read comes after that too.)
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

// followsReads reports whether all reads that c remembers come before what
// thread t does now.
func (w *warp) followsReads(c *cell, lane int, t uint16) bool {
	b := w.block
	switch {
	case c.readOwner == b.owner && c.readTime < b.phase:
		return true
	case c.readOwner == b.launch.manyOwners:
		// Which blocks have read is not known; with fences they may well be ordered.
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
