package ptxsim

import (
	"maps"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// Fences and atomics order accesses as the PTX memory model has it (PTX ISA
// chapter 8): what precedes a fence in one thread, or is ordered before it by
// barriers, comes before what follows a fence in another, if the first thread
// has since accessed a location atomically and the second has observed that
// before its fence. Kernels without fences skip all of this.

// Scopes of fences.
const (
	blockScope = iota
	gpuScope
)

// knowledge is what a warp knew at a fence: of its own block's warps, and of
// other blocks through atomics observed before.
type knowledge struct {
	owner  uint32
	warps  [warpSize]clock
	blocks map[uint32]*[warpSize]clock // not to be changed
	// blockOnly is set for a fence that is none to other blocks.
	blockOnly bool
}

// A location is an atomically accessed word.
type location struct {
	shared  bool
	owner   uint32 // of the block, if shared
	address uint64
}

// A publication is the list of what fenced writers of a location have known.
type publication struct{ writers []knowledge }

// An observation is a prefix of a publication that a warp has read and not yet
// fenced.
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

// fence takes in what the warp's atomics have observed, and keeps what it knows
// for those who will observe its next.
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

// learn adds to what w knows.
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

// synchronize records a strong access for the fences before and after it.
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
