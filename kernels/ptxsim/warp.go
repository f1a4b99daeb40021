package ptxsim

import "math/bits"

const (
	warpSize = 32
	allLanes = ^uint32(0)
)

// A warp executes 32 threads, its lanes.
//
// A branch may split the lanes into groups, each with a program counter (pc), the index of
// its next instruction. The method run executes the group with the lowest pc until it
// reaches the pc of another group, and then merges the two. If all branches go forward, the
// lanes meet again where their paths meet. The simulator therefore needs no analysis of
// control flow, and executes each instruction by one call for all lanes of a group.
//
// A mask of lanes is a uint32 with bit i for lane i. The variable m is the mask of the lanes
// that execute an instruction: the group, less the lanes that the guard excludes.
type warp struct {
	// Register files: r and x hold the values of all 32 lanes for each register, p
	// holds a mask of lanes for each predicate. The index of a register in its file
	// is its slot. Immediates and special registers have slots in r and x too, so
	// that all operands are read alike.
	r [][warpSize]uint32 // registers of up to 32 bits
	x [][warpSize]uint64 // registers of 64 bits
	p []uint32           // predicates

	id    int // index in the block
	block *block
	pc    int    // index of the current instruction
	exist uint32 // lanes that hold threads of the block
	live  uint32 // lanes that have not exited

	groups  []group // all groups but the one that runs
	state   warpState
	waiting barrierArrival // valid in state atBarrier
	budget  int            // branches left before an Endless fault
	slice   int            // branches left before the warp yields to others

	defined []uint32 // for each of the entry's registers, the lanes that have written it
	order   ordering // which accesses of other threads are ordered before the next access
	// words and longs take the results of all lanes, before those of the lanes in m
	// are copied to a register.
	words [warpSize]uint32
	longs [warpSize]uint64
	at    [warpSize]uint64 // for each lane, the address of the current access; later its offset in an allocation or memory
	sites []*allocation    // for each memory instruction, the allocation of its last access, which locate tries first
}

// A group is a set of lanes with the same pc.
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

// sliceBranches is the number of branches after which a warp yields to the next warp. If
// warps did not yield, a warp that waits in a loop for another warp would never end.
const sliceBranches = 4096

// run executes the warp until it exits, waits at a barrier or yields.
func (w *warp) run() {
	code, counts := w.block.launch.kernel.code, w.block.counts
	checked := !w.block.launch.options.Unchecked
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
				if m == lanes && len(w.groups) == 0 && w.slice > 0 {
					pc = in.target
					continue
				}
				w.part(in, pc, m, lanes)
				if w.slice <= 0 {
					w.spend()
					return
				}
			case exit:
				w.live &^= m
				w.enter(pc+1, lanes&^m)
			case barrier:
				if m == 0 {
					pc++
					continue
				}
				w.enter(pc+1, lanes&^m)
				w.enter(pc+1, m)
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

// enter appends the group of some lanes at pc, if there are any.
func (w *warp) enter(pc int, lanes uint32) {
	if lanes != 0 {
		w.groups = append(w.groups, group{pc, lanes})
	}
}

// part sends the lanes m of a group along the branch in at pc, and the others of its lanes past
// the branch.
func (w *warp) part(in *instruction, pc int, m, lanes uint32) {
	if m != lanes {
		if in.uniform && !w.block.launch.options.Unchecked {
			w.fault(LaneDivergence, firstLane(m), 0, "%s of the warp do not take this branch, but others do", laneNames(lanes&^m))
		}
		if counts := w.block.counts; counts != nil {
			counts[pc].divergent++
		}
	}
	w.enter(in.target, m)
	w.enter(pc+1, lanes&^m)
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

// nextGroup removes the groups with the lowest pc from w.groups and returns their lanes as
// one group g. stop is the lowest pc of the remaining groups: when g reaches stop, it
// merges with another group. stop is the length of the code if no group remains.
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

// checkRead faults if instruction in reads a register that a lane has not written. All
// lanes of the group, lanes, read the guard. Only the lanes in m read the other operands.
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

// markWritten records that the lanes in m have written the destinations of in.
func (w *warp) markWritten(in *instruction, m uint32) {
	for _, reg := range in.writes {
		w.defined[reg] |= m
	}
}
