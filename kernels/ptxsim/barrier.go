package ptxsim

import (
	"fmt"
	"iter"
	"math/bits"
	"strings"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// barrierState is one of a block's 16 barriers.
type barrierState struct {
	warps    []*warp // warps that wait at the barrier
	expected int     // number of warps to wait for; 0 means all of the block
	// complete sets the result of bar.red in a released warp. popc is the number of
	// threads whose predicate holds, threads the number of all threads that have
	// arrived. complete is nil for barriers without a result.
	complete func(w *warp, popc, threads int)
}

// A barrierArrival describes the arrival of a warp at the barrier where it waits.
type barrierArrival struct {
	barrier int    // 0 to 15
	lanes   uint32 // lanes that have arrived
	votes   uint32 // lanes whose predicate holds (bar.red)
}

// bar compiles bar.sync, bar.red, bar.warp.sync, barrier.sync and barrier.red (PTX ISA
// 9.7.12). It treats bar and barrier alike, as .aligned: all lanes of a warp that have not
// exited must arrive together.
func (c *compiler) bar() exec {
	c.mod("cta")
	switch c.need("sync", "red", "warp") {
	case "warp":
		if c.in.Op != "bar" {
			c.fail("is written bar.warp.sync")
		}
		c.need("sync")
		return c.warpSync()
	case "red":
		return c.barRed()
	}
	c.mod("aligned")
	c.args(1, 2)
	return c.arrive(0, -1, false, nil)
}

func (c *compiler) barRed() exec {
	op := c.need("popc", "and", "or")
	c.mod("aligned")
	typ := c.typ(0, 4)
	if (typ == syntax.Pred) != (op != "popc") || typ != syntax.Pred && typ != syntax.U32 {
		c.fail("gives .u32 for popc and .pred for and, or")
	}
	c.args(3, 4)
	votes, not := c.predicate(len(c.in.Args) - 1)
	d := c.destination(0, typ)
	return c.arrive(1, votes, not, func(w *warp, popc, threads int) {
		m := w.waiting.lanes
		switch {
		case op == "popc":
			for lane := range lanesOf(m) {
				w.r[d][lane] = uint32(popc)
			}
		case op == "and" && popc == threads, op == "or" && popc > 0:
			w.p[d] |= m
		default:
			w.p[d] &^= m
		}
	})
}

// arrive compiles the arrival at a barrier. Operand first is the barrier's number. The next
// operand, unless it is the predicate of bar.red, is the number of threads to wait for.
// votes is the slot of bar.red's predicate, or -1 for bar.sync; not tells whether the
// predicate is negated. complete is that of barrierState.
func (c *compiler) arrive(first, votes int, not bool, complete func(w *warp, popc, threads int)) exec {
	c.out.flow = barrier
	id := c.source(first, syntax.U32)
	threads := -1
	if n := len(c.in.Args); n > first+1 && (votes < 0 || n > first+2) {
		threads = c.source(first+1, syntax.U32)
	}
	return func(w *warp, m uint32) {
		b := w.block
		w.mustConverge(m)
		number := w.uniform(id, m, "barrier")
		if number >= uint32(len(b.barriers)) {
			w.fault(InvalidOperand, firstLane(m), 0, "barrier %d does not exist; barriers are 0 to 15", number)
		}
		expected := 0
		if threads >= 0 {
			n := w.uniform(threads, m, "number of threads")
			if n == 0 || n%warpSize != 0 || n > uint32(len(b.warps)*warpSize) {
				w.fault(InvalidOperand, firstLane(m), 0, "a barrier for %d threads; want a positive multiple of 32, at most the block's %d", n, len(b.warps)*warpSize)
			}
			expected = int(n / warpSize)
		}
		s := &b.barriers[number]
		if len(s.warps) > 0 && s.expected != expected {
			w.fault(BarrierDivergence, firstLane(m), 0, "warp %[2]d waits at barrier %[1]d for a different number of threads", number, s.warps[0].id)
		}
		w.waiting = barrierArrival{barrier: int(number), lanes: m}
		if votes >= 0 {
			w.waiting.votes = w.p[votes] & m
			if not {
				w.waiting.votes = m &^ w.p[votes]
			}
		}
		w.state = atBarrier
		s.expected, s.complete = expected, complete
		s.warps = append(s.warps, w)
		b.settle(s)
	}
}

// mustConverge faults unless all lanes of the warp that have not exited are in m. In a
// checked launch it also faults if a lane has exited.
func (w *warp) mustConverge(m uint32) {
	if elsewhere := w.live &^ m; elsewhere != 0 {
		w.fault(BarrierDivergence, firstLane(m), 0, "%s of the warp do not arrive together with the others", laneNames(elsewhere))
	}
	if gone := w.exist &^ m; gone != 0 && !w.block.launch.options.Unchecked {
		w.fault(BarrierDivergence, firstLane(m), 0, "%s of the warp have exited", laneNames(gone))
	}
}

// uniform returns the value of the register at slot, and faults if the value differs
// between the lanes in m. The fault's text calls the operand what.
func (w *warp) uniform(slot int, m uint32, what string) uint32 {
	v := w.r[slot][firstLane(m)]
	for lane := range lanesOf(m) {
		if w.r[slot][lane] != v {
			w.fault(InvalidOperand, lane, 0, "the %s differs between lanes: %d and %d", what, v, w.r[slot][lane])
		}
	}
	return v
}

// laneNames formats a set of lanes: "lanes 0-3,7".
func laneNames(m uint32) string {
	if bits.OnesCount32(m) == 1 {
		return fmt.Sprintf("lane %d", firstLane(m))
	}
	var parts []string
	for m != 0 {
		first := bits.TrailingZeros32(m)
		n := bits.TrailingZeros32(^(m >> first))
		if n == 1 {
			parts = append(parts, fmt.Sprint(first))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", first, first+n-1))
		}
		m &^= uint32(1<<(first+n) - 1)
	}
	return "lanes " + strings.Join(parts, ",")
}

// settleAll calls settle for every barrier at which warps wait. It runs after a warp has
// exited, because that exit may complete a barrier.
func (b *block) settleAll() {
	for i := range b.barriers {
		if s := &b.barriers[i]; len(s.warps) > 0 {
			b.settle(s)
		}
	}
}

// settle releases the warps at s if all expected warps have arrived. In an unchecked
// launch, an exited warp counts as arrived at a barrier for the whole block, as in the ISA.
// In a checked launch it does not count, so that faultAtBarrier can report a barrier that
// some warps never reach.
func (b *block) settle(s *barrierState) {
	expected := s.expected
	if expected == 0 {
		expected = len(b.warps)
		if b.launch.options.Unchecked {
			for i := range b.warps {
				if b.warps[i].state == exited {
					expected--
				}
			}
		}
	}
	if len(s.warps) < expected {
		return
	}
	b.synchronizeWarps(s)
	popc, threads := 0, 0
	for _, w := range s.warps {
		popc += bits.OnesCount32(w.waiting.votes)
		threads += bits.OnesCount32(w.waiting.lanes)
	}
	for _, w := range s.warps {
		w.state = runnable
		if s.complete != nil {
			s.complete(w, popc, threads)
		}
	}
	s.warps = s.warps[:0]
}

// synchronizeWarps orders all earlier accesses of the warps at s before all later accesses
// of these warps. It also combines what the warps know of other warps and of other blocks:
// if accesses of a thread are ordered before the next access of one warp at s, they become
// ordered before the next access of every warp at s.
func (b *block) synchronizeWarps(s *barrierState) {
	b.now++
	if len(s.warps) == len(b.warps) {
		b.phase = b.now
	}
	for _, w := range s.warps {
		w.order.lanes = b.now
	}
	if len(s.warps) < len(b.warps) {
		var joint [warpSize]clock
		for _, w := range s.warps {
			for v, time := range w.order.warps {
				joint[v] = max(joint[v], time)
			}
		}
		for _, w := range s.warps {
			joint[w.id] = b.now
		}
		for _, w := range s.warps {
			w.order.warps = joint
		}
	}
	if b.launch.kernel.fences {
		for _, w := range s.warps {
			for _, v := range s.warps {
				for owner, warps := range v.order.blocks {
					w.order.know(owner, warps)
				}
			}
		}
	}
}

// faultAtBarrier faults because warps wait at a barrier that others never reach. It runs
// when no warp of the block can run. The fault names the first waiting warp, and a warp
// that has exited or waits at another barrier.
func (b *block) faultAtBarrier() {
	var waiting, missing *warp
	arrived := 0
	for i := range b.warps {
		switch w := &b.warps[i]; {
		case w.state == atBarrier && waiting == nil:
			waiting = w
		case missing == nil && (w.state == exited || waiting != nil && w.waiting.barrier != waiting.waiting.barrier):
			missing = w
		}
	}
	s := &b.barriers[waiting.waiting.barrier]
	for _, w := range s.warps {
		arrived += bits.OnesCount32(w.waiting.lanes)
	}
	what := "waits at another barrier"
	if missing != nil && missing.state == exited {
		what = "has exited"
	}
	detail := fmt.Sprintf("%d of the block's %d threads wait here", arrived, b.launch.block.Size())
	if missing != nil {
		detail += fmt.Sprintf(", and warp %d %s", missing.id, what)
	}
	waiting.fault(BarrierDivergence, firstLane(waiting.waiting.lanes), 0, "%s", detail)
}

// warpSync compiles bar.warp.sync membermask. It orders all earlier accesses of the lanes
// in the mask before all later accesses of these lanes. Unchecked, it does nothing.
func (c *compiler) warpSync() exec {
	c.args(1, 1)
	mask := c.source(0, syntax.B32)
	return func(w *warp, m uint32) {
		if w.block.launch.options.Unchecked {
			return
		}
		for members := range w.memberGroups(mask, m) {
			w.block.now++
			now := w.block.now
			if members == w.live {
				w.order.lanes = now
				continue
			}
			if w.order.pairs == nil {
				w.order.pairs = new([warpSize][warpSize]clock)
			}
			for i := range lanesOf(members) {
				for j := range lanesOf(members) {
					w.order.pairs[i][j] = now
				}
			}
		}
	}
}

// memberGroups yields the distinct member masks of a .sync instruction that the lanes in m
// execute. The register at slot holds the mask that each lane passes. Lanes that have
// exited are removed from the masks. memberGroups faults if a lane's mask lacks the lane
// itself, contains a lane that is not in m, or contains a lane that passes another mask.
func (w *warp) memberGroups(slot int, m uint32) iter.Seq[uint32] {
	masks := &w.r[slot]
	return func(yield func(uint32) bool) {
		for rest := m; rest != 0; {
			lane := firstLane(rest)
			given := masks[lane]
			members := given & w.live
			if members>>lane&1 == 0 {
				w.fault(LaneDivergence, lane, 0, "the member mask %#08x does not include the lane itself", given)
			}
			if missing := members &^ m; missing != 0 {
				w.fault(LaneDivergence, lane, 0, "the member mask %#08x includes %s, not executing this instruction together with the others", given, laneNames(missing))
			}
			for t := members; t != 0; t &= t - 1 {
				if other := firstLane(t) & 31; masks[other] != given {
					w.fault(LaneDivergence, lane, 0, "the member mask is %#08x here and %#08x in lane %d", given, masks[other], other)
				}
			}
			if !yield(members) {
				return
			}
			rest &^= members
		}
	}
}
