package ptxsim

import "math/bits"

const (
	warpSize = 32
	allLanes = ^uint32(0)
)

// A warp executes 32 threads, its lanes.
//
// A branch may split the lanes into groups, each with a program counter (pc). The method
// run executes the group with the lowest pc until it reaches the pc of another group, and
// then merges the two. If all branches go forward, the lanes meet again where their paths
// meet. This needs no analysis of control flow, and each instruction costs one call for
// all lanes of a group.
//
// Masks of lanes are uint32, with bit i for lane i. The variable m is the mask of lanes
// that execute an instruction: the group, less the lanes that the guard excludes.
type warp struct {
	// Register files: an array of 32 lanes for each register, and a mask for each
	// predicate. Immediates and special registers have entries in r and x, so that
	// all operands are read alike.
	r [][warpSize]uint32 // up to 32 bits
	x [][warpSize]uint64 // 64 bits
	p []uint32           // predicates

	id    int
	block *block
	pc    int    // of the current instruction
	exist uint32 // lanes that hold threads of the block
	live  uint32 // lanes that have not exited

	groups  []group
	state   warpState
	waiting barrierArrival // valid in state atBarrier
	budget  int            // branches left before an Endless fault
	slice   int            // branches left before the warp yields to others

	defined []uint32 // for each of the entry's registers, the lanes that have written it
	order   ordering
	words   [warpSize]uint32 // results of all lanes, before those in m are copied to a register
	longs   [warpSize]uint64
	at      [warpSize]uint64 // addresses of the current access, later offsets in its memory
	sites   []*allocation    // for each memory instruction, the allocation of its last access, which locate tries first
}

// A group is a set of lanes that wait at one pc while others run.
type group struct {
	pc    int
	lanes uint32
}

type warpState uint8

const (
	runnable warpState = iota
	atBarrier
	exited
)

// sliceBranches is the number of branches after which a warp yields. Without yielding, a
// warp that waits in a loop for another warp would never end.
const sliceBranches = 4096

// run executes the warp until it exits, waits at a barrier or yields.
func (w *warp) run() {
	b := w.block
	code, counts := b.launch.kernel.code, b.counts
	checked := !b.launch.options.Unchecked
	w.slice = sliceBranches
	for len(w.groups) > 0 {
		g, stop := w.nextGroup()
		pc, lanes := g.pc, g.lanes
	straight:
		for {
			if pc >= stop {
				w.groups = append(w.groups, group{pc, lanes})
				break
			}
			in := &code[pc]
			m := lanes
			if in.guard >= 0 {
				g := w.p[in.guard]
				if in.guardNot {
					g = ^g
				}
				m &= g
			}
			w.pc = pc
			if checked && in.reads != nil {
				w.checkRead(in, lanes, m)
			}
			if counts != nil {
				c := &counts[pc]
				c.warps++
				c.threads += int64(bits.OnesCount32(m))
			}
			switch in.flow {
			case next:
				if m != 0 {
					in.exec(w, m)
					if checked && in.writes != nil {
						w.markWritten(in, m)
					}
				}
				pc++
				continue
			case branch:
				if m == 0 {
					pc++
					continue
				}
				w.slice--
				if m == lanes {
					if len(w.groups) == 0 && w.slice > 0 {
						pc = in.target
						continue
					}
					w.groups = append(w.groups, group{in.target, lanes})
				} else {
					if in.uniform && checked {
						w.fault(LaneDivergence, firstLane(m), 0, "%s of the warp do not take this branch, but others do", laneNames(lanes&^m))
					}
					if counts != nil {
						counts[pc].divergent++
					}
					w.groups = append(w.groups, group{in.target, m}, group{pc + 1, lanes &^ m})
				}
				if w.slice <= 0 {
					w.spend()
					return
				}
			case exit:
				w.live &^= m
				if m != lanes {
					w.groups = append(w.groups, group{pc + 1, lanes &^ m})
				}
			case barrier:
				if m == 0 {
					pc++
					continue
				}
				if m != lanes {
					w.groups = append(w.groups, group{pc + 1, lanes &^ m})
				}
				w.groups = append(w.groups, group{pc + 1, m})
				in.exec(w, m)
				if checked && in.writes != nil {
					w.markWritten(in, m)
				}
				if w.state != runnable {
					return
				}
			}
			break straight
		}
	}
	w.state = exited
}

// spend subtracts the branches of the finished slice from the warp's budget.
func (w *warp) spend() {
	w.budget -= sliceBranches - w.slice
	w.slice = sliceBranches
	if w.budget < 0 {
		w.fault(Endless, bits.TrailingZeros32(w.live), 0,
			"the warp has taken %d branches, the limit; a loop that waits for another block or for a diverged lane never ends on the simulator",
			w.block.launch.maxBranches())
	}
}

// nextGroup removes all lanes with the lowest pc from the groups and returns them. stop is
// the lowest pc of the other groups, where the lanes merge with one of these.
func (w *warp) nextGroup() (g group, stop int) {
	stop = len(w.block.launch.kernel.code)
	if len(w.groups) == 1 {
		g = w.groups[0]
		w.groups = w.groups[:0]
		return g, stop
	}
	g.pc = stop
	for _, h := range w.groups {
		g.pc = min(g.pc, h.pc)
	}
	rest := w.groups[:0]
	for _, h := range w.groups {
		if h.pc == g.pc {
			g.lanes |= h.lanes
		} else {
			stop = min(stop, h.pc)
			rest = append(rest, h)
		}
	}
	w.groups = rest
	return g, stop
}

// checkRead faults if in reads a register that a lane has not written. All lanes read
// the guard. Only the lanes in m read the other operands.
func (w *warp) checkRead(in *instruction, lanes, m uint32) {
	for i, reg := range in.reads {
		need := m
		if i == 0 && in.guard >= 0 {
			need = lanes
		}
		if missing := need &^ w.defined[reg]; missing != 0 {
			w.fault(Uninitialized, bits.TrailingZeros32(missing), 0,
				"register %s has not been written", w.block.launch.kernel.entry.Registers[reg].Name)
		}
	}
}

func (w *warp) markWritten(in *instruction, m uint32) {
	for _, reg := range in.writes {
		w.defined[reg] |= m
	}
}
