package ptxsim

import (
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A memoryAccess is a compiled load, store or atomic.
type memoryAccess struct {
	space    syntax.Space
	base     int    // slot of the register to which offset is added, or -1 if there is none
	long     bool   // the base register has 64 bits
	offset   uint64 // in bytes; the whole address if base is -1
	size     int    // bytes that one lane accesses, all elements of a vector; also the required alignment
	reads    bool   // the instruction reads memory
	writes   bool   // the instruction writes memory
	strong   bool   // atom, red, volatile, relaxed, acquire or release; two strong accesses never race
	readOnly bool   // ld.global.nc
	site     int    // index of the instruction in warp.sites
	// move copies between registers and memory, once the addresses have been checked.
	move mover
}

// memoryOperand compiles the address [base+offset].
func (c *compiler) memoryOperand(o *syntax.Operand, space syntax.Space) memoryAccess {
	if o.Kind != syntax.AddressOperand {
		c.fail("needs an address in brackets")
	}
	a := memoryAccess{space: space, base: -1, offset: uint64(o.Offset), site: c.sites}
	c.sites++
	switch base := o.Base(); base.Kind {
	case syntax.RegisterOperand:
		r := c.register(base)
		a.long = r.Type.Size() == 8
		if kind := r.Type.Kind(); kind == syntax.Float || kind == syntax.Predicate || !a.long && r.Type.Size() != 4 {
			c.fail("a .%s register cannot hold an address", r.Type)
		}
		if !a.long && (space == syntax.Global || space == syntax.Generic) {
			c.fail(".%s addresses have 64 bits, but register %s is .%s", space, r.Name, r.Type)
		}
		if space == syntax.ParamSpace {
			c.fail("needs the name of a parameter instead of a register")
		}
		c.reads(base.Register)
		a.base = c.slots[base.Register]
	case syntax.VariableOperand:
		v := base.Variable
		switch {
		case space == syntax.Generic:
			a.offset += windows[v.Space]
		case v.Space != space:
			c.fail("%s is a .%s variable; name that space", v.Name, v.Space)
		}
		if v.Space == syntax.Global {
			a.offset += c.globalAddress[v]
		} else {
			a.offset += uint64(v.Offset)
		}
	case syntax.ParamOperand:
		if space != syntax.ParamSpace {
			c.fail("%s is a parameter: read it with ld.param", base.Name)
		}
		a.offset += uint64(c.entry.Params[base.Param].Offset)
	}
	return a
}

// exec returns the function that executes the access.
func (a *memoryAccess) exec() exec {
	switch a.space {
	case syntax.Global:
		return a.global
	case syntax.Shared:
		return a.shared
	case syntax.Local:
		return a.local
	case syntax.Const:
		return a.constant
	}
	return a.generic
}

// addresses sets w.at to the address of each lane.
func (a *memoryAccess) addresses(w *warp) {
	at := &w.at
	switch {
	case a.base < 0:
		for i := range at {
			at[i] = a.offset
		}
	case a.long:
		base := &w.x[a.base]
		for i := range at {
			at[i] = base[i] + a.offset
		}
	default:
		base := &w.r[a.base]
		for i := range at {
			at[i] = uint64(base[i] + uint32(a.offset))
		}
	}
}

func (a *memoryAccess) global(w *warp, m uint32) {
	a.addresses(w)
	a.globalAt(w, m)
}

func (a *memoryAccess) shared(w *warp, m uint32) {
	a.addresses(w)
	a.sharedAt(w, m)
}

func (a *memoryAccess) local(w *warp, m uint32) {
	a.addresses(w)
	a.localAt(w, m)
}

// generic executes an access at generic addresses. The window (memory.go) in which a lane's
// address lies decides the space of that lane's access.
func (a *memoryAccess) generic(w *warp, m uint32) {
	a.addresses(w)
	at := &w.at
	for _, space := range []syntax.Space{syntax.Shared, syntax.Local, syntax.Const} {
		var inside uint32
		for i := range lanesOf(m) {
			if at[i]-windows[space] < windowSize {
				inside |= 1 << i
				at[i] -= windows[space]
			}
		}
		m &^= inside
		switch {
		case inside == 0:
		case space == syntax.Shared:
			a.sharedAt(w, inside)
		case space == syntax.Local:
			a.localAt(w, inside)
		default:
			a.constantAt(w, inside)
		}
	}
	if m != 0 {
		a.globalAt(w, m)
	}
}

// check faults unless the access of each lane in m is aligned and lies within the size bytes
// of a memory, which the fault's text calls space.
func (a *memoryAccess) check(w *warp, m uint32, space string, size int) {
	at := &w.at
	for i := range lanesOf(m) {
		switch {
		case at[i]&uint64(a.size-1) != 0:
			w.fault(Misaligned, i, at[i], "address %#x of %s memory is not a multiple of the access's %d bytes", at[i], space, a.size)
		case at[i]+uint64(a.size) > uint64(size) || at[i] > uint64(size):
			w.fault(OutOfBounds, i, at[i], "%d bytes at address %#x of %s memory, which has %d bytes", a.size, at[i], space, size)
		}
	}
}

// count returns the counts of the current instruction, to which the access adds. It returns
// nil if nothing is counted.
func (w *warp) count() *count {
	if w.block.counts == nil {
		return nil
	}
	return &w.block.counts[w.pc]
}

// constant executes an access to the module's .const variables.
func (a *memoryAccess) constant(w *warp, m uint32) {
	a.addresses(w)
	a.constantAt(w, m)
}

func (a *memoryAccess) constantAt(w *warp, m uint32) {
	constants := w.block.launch.kernel.constants
	a.check(w, m, "constant", len(constants))
	if a.writes {
		w.fault(OutOfBounds, firstLane(m), w.at[firstLane(m)], "constant memory is read-only")
	}
	a.move(w, constants, m)
}

// localAt executes an access to the threads' local memory. w.at holds each lane's offset in
// the local memory of its thread. localAt replaces it by the offset in block.local, which
// holds the local memories of all threads.
func (a *memoryAccess) localAt(w *warp, m uint32) {
	b, at := w.block, &w.at
	size := b.launch.kernel.entry.LocalBytes
	a.check(w, m, "local", size)
	for i := range lanesOf(m) {
		offset := at[i]
		at[i] += uint64((w.id*warpSize + i) * size)
		if b.localDefined == nil {
			continue
		}
		for j := at[i]; j < at[i]+uint64(a.size); j++ {
			if a.reads && !b.localDefined[j] {
				w.fault(Uninitialized, i, offset, "local memory at %#x has not been written", offset)
			}
			b.localDefined[j] = b.localDefined[j] || a.writes
		}
	}
	a.move(w, b.local, m)
}
