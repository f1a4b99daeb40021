package ptxsim

import (
	"maps"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// Order by fences and strong accesses, between blocks and within one (PTX ISA chapter 8).
//
// Problem: an access is strong if it is an atom or red, or has .volatile, .relaxed,
// .acquire or .release. Warp A orders its accesses before those of warp B as follows: A
// executes a fence and then writes a location by a strong access; B reads that location
// by a strong access and then executes a fence. A's accesses before its fence, and all
// accesses that are already ordered before A's fence, then come before B's accesses after
// B's fence. The race detector (race.go) needs to know this order.
//
// Idea: let what a warp knows of that order travel the same way. The knowledge of a warp is,
// for each other warp, the time before which that warp's accesses are ordered.
//
//   - At a fence, a warp saves a copy of its knowledge.
//   - A strong write publishes the copy that the warp saved last: it appends the copy to
//     the list of the location.
//   - A strong read notes the location and the present length of its list.
//   - At its next fence, the reader adds the noted part of the list to its knowledge.
//
// Cost: a copy of 32 clock values for each fence, and another for each later strong write. A
// kernel without fences skips all of this.

// Scopes of fences: the threads for which a fence orders accesses.
const (
	blockScope = iota // threads of the same block: .cta
	gpuScope          // all threads: .gpu, .gl, .sys
)

// knowledge is a copy of the times in a warp's ordering, made at a fence.
type knowledge struct {
	owner  uint32                      // number of the warp's block
	warps  [warpSize]clock             // time for each warp of that block
	blocks map[uint32]*[warpSize]clock // times for the warps of other blocks, by owner; read-only, since several warps share the map
	// blockOnly is set for a fence of block scope. Other blocks ignore the knowledge.
	blockOnly bool
}

// A location is a word that strong accesses use.
type location struct {
	shared  bool   // the word is in shared memory
	owner   uint32 // number of the block, if shared
	address uint64 // multiple of 4: a global address, or an offset in shared memory
}

// A publication lists the knowledge that strong writes have published at a location, in
// the order of the writes.
type publication struct{ writers []knowledge }

// An observation is the part of a publication that existed when a warp read the location:
// the first length entries. The warp's next fence learns these entries.
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

// fence executes a fence of the given scope: it learns from the observations of the warp's
// strong reads since the last fence, and saves the warp's knowledge for its later strong
// writes.
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

// learn adds knowledge k to the ordering of w: of two times for the same warp, the later
// one stays.
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

// know adds times for the warps of another block, owner: of two times for the same warp,
// the later one stays. It copies the map o.blocks first if a knowledge value shares it.
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

// synchronize records a strong access of one lane. A read adds an observation, from which
// the warp's next fence learns. A write publishes the knowledge that the warp saved at its
// last fence of each scope.
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
