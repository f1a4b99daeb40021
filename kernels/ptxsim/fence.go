package ptxsim

import (
	"maps"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// Order by fences and atomics, between blocks and within one (PTX ISA chapter 8).
//
// Thread A orders its accesses before those of thread B if A executes a fence and then
// writes a location by a strong access, and B reads that location by a strong access
// and then executes a fence. Accesses that barriers order before A's fence are included.
//
// Idea: pass knowledge along the same way. At a fence, a warp saves its knowledge: the
// times of all warps whose accesses are ordered before its own. A strong write publishes
// the knowledge of the warp's last fence at its location. A strong read remembers how
// much has been published there. The reader's next fence learns what it remembers.
//
// Cost: a copy of the warp's times for each fence and each strong write after one.
// Kernels without fences skip all of this.

// Scopes of fences.
const (
	blockScope = iota
	gpuScope
)

// knowledge holds the times of a warp's ordering at a fence.
type knowledge struct {
	owner  uint32
	warps  [warpSize]clock
	blocks map[uint32]*[warpSize]clock // read-only, since several warps share it
	// blockOnly is set for a fence of block scope, which orders nothing for other
	// blocks.
	blockOnly bool
}

// A location is a word that strong accesses use.
type location struct {
	shared  bool
	owner   uint32 // of the block, if shared
	address uint64
}

// A publication lists the knowledge that strong writes have published at a location.
type publication struct{ writers []knowledge }

// An observation is the part of a publication that was there when a warp read the
// location. The warp's next fence learns it.
type observation struct {
	of     *publication
	length int
}

// fence compiles membar.{cta,gl,sys} and fence.{sc,acq_rel}.{cta,gpu,sys}.
func (c *compiler) fence() exec {
	scope := gpuScope
	if c.in.Op == "membar" {
		if c.need("cta", "gl", "sys") == "cta" {
			scope = blockScope
		}
	} else {
		c.need("sc", "acq_rel")
		if c.need("cta", "gpu", "sys") == "cta" {
			scope = blockScope
		}
	}
	c.args(0, 0)
	c.fences = true
	if scope == gpuScope {
		c.serial = true
	}
	return func(w *warp, m uint32) {
		if !w.block.launch.options.Unchecked {
			w.fence(scope)
		}
	}
}

// fence learns from the observations of the warp's strong reads, and saves the warp's
// knowledge for its later strong writes.
func (w *warp) fence(scope int) {
	o := &w.order
	for _, seen := range o.observed {
		for i := range seen.of.writers[:seen.length] {
			if k := &seen.of.writers[i]; !k.blockOnly || k.owner == w.block.owner {
				w.learn(k)
			}
		}
	}
	o.observed = o.observed[:0]
	k := &knowledge{owner: w.block.owner, warps: o.warps, blocks: o.blocks, blockOnly: scope == blockScope}
	o.lent = true
	for v := range k.warps {
		k.warps[v] = max(k.warps[v], w.block.phase)
	}
	w.block.now++
	k.warps[w.id] = w.block.now
	o.fenced[scope] = k
}

// learn adds k to the ordering of w.
func (w *warp) learn(k *knowledge) {
	o := &w.order
	if k.owner == w.block.owner {
		for v := range o.warps {
			o.warps[v] = max(o.warps[v], k.warps[v])
		}
	} else {
		o.know(k.owner, &k.warps)
	}
	for owner, warps := range k.blocks {
		if owner != w.block.owner {
			o.know(owner, warps)
		}
	}
}

func (o *ordering) know(owner uint32, warps *[warpSize]clock) {
	old := o.blocks[owner]
	if old == warps || old != nil && *old == *warps {
		return
	}
	merged := warps
	if old != nil {
		merged = new([warpSize]clock)
		for v := range merged {
			merged[v] = max(warps[v], old[v])
		}
	}
	if o.lent || o.blocks == nil {
		o.blocks, o.lent = maps.Clone(o.blocks), false
		if o.blocks == nil {
			o.blocks = map[uint32]*[warpSize]clock{}
		}
	}
	o.blocks[owner] = merged
}

// synchronize records a strong access. A read becomes an observation, from which the
// warp's next fence learns. A write publishes the knowledge of the warp's last fences.
func (w *warp) synchronize(space syntax.Space, address uint64, reads, writes bool) {
	at := location{address: address &^ 3}
	if space == syntax.Shared {
		at.shared, at.owner = true, w.block.owner
	}
	l := w.block.launch
	p := l.publications[at]
	if p == nil {
		p = &publication{}
		l.publications[at] = p
	}
	if reads {
		w.order.observed = append(w.order.observed, observation{p, len(p.writers)})
	}
	if !writes {
		return
	}
	for _, k := range w.order.fenced {
		if k != nil {
			p.writers = append(p.writers, *k)
		}
	}
}
