package ptxsim

import (
	"math/bits"

	"github.com/topogen/topogen/kernels/gpu"
)

// A block holds the state of one block of threads while it runs. Each worker goroutine has
// one, and uses it for one block of the grid after another.
type block struct {
	launch *launch
	index  gpu.Dim // coordinates in the grid
	owner  uint32  // number among the blocks of all launches; see launch.firstOwner
	warps  []warp
	shared []byte  // shared memory
	local  []byte  // local memory of all threads, one thread after another
	counts []count // one for each instruction, summed over the blocks so far; nil if nothing is counted

	barriers [16]barrierState

	// State of the checks. now is the block's clock: the number of barriers,
	// bar.warp.syncs and fences so far. phase is the value of now at the last barrier
	// at which all warps of the block met. Every access before that time is ordered
	// before every later access of the block.
	now, phase   clock
	sharedCells  []cell // of shared memory, see race.go; nil when unchecked
	localDefined []bool // for each byte of local, whether it has been written; nil when unchecked
}

// newBlock returns a block for launch l. begin must be called before it runs.
func newBlock(l *launch) *block {
	k := l.kernel
	b := &block{launch: l, shared: make([]byte, k.entry.SharedBytes+l.dynamicShared)}
	threads := l.block.Size()
	b.local = make([]byte, threads*k.entry.LocalBytes)
	if !l.options.Unchecked {
		b.sharedCells = make([]cell, (len(b.shared)+1<<k.sharedGrain-1)>>k.sharedGrain)
		b.localDefined = make([]bool, len(b.local))
	}
	if !l.options.Uncounted {
		b.counts = make([]count, len(k.code))
	}
	b.warps = make([]warp, (threads+warpSize-1)/warpSize)
	for i := range b.warps {
		w := &b.warps[i]
		*w = warp{
			id: i, block: b, exist: allLanes,
			r: make([][warpSize]uint32, k.words), x: make([][warpSize]uint64, k.longs), p: make([]uint32, k.predicates),
			sites: make([]*allocation, k.sites), defined: make([]uint32, len(k.entry.Registers)),
		}
		if rest := threads - i*warpSize; rest < warpSize {
			w.exist = 1<<rest - 1
		}
		w.preset()
	}
	return b
}

// preset sets the registers that instructions only read: the immediates, and the special
// registers. begin sets the special registers again that differ between blocks.
func (w *warp) preset() {
	k := w.block.launch.kernel
	for _, c := range k.immediates {
		for lane := range warpSize {
			if c.long {
				w.x[c.slot][lane] = c.value
			} else {
				w.r[c.slot][lane] = uint32(c.value)
			}
		}
	}
	for _, s := range k.specials {
		for lane := range warpSize {
			w.r[s.slot][lane] = s.value(w, lane)
		}
	}
}

// run runs the block with the given number (see launch.blockIndex) and returns its first
// fault, or nil. It returns early if the host has cancelled the launch.
func (b *block) run(number int) (fault *Fault) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Fault:
			fault = e
		default:
			panic(e)
		}
	}()
	b.begin(number)
	for i, running := 0, len(b.warps); running > 0; i++ {
		if i == len(b.warps) {
			i = 0
			if b.stuck() {
				b.faultAtBarrier()
			}
		}
		w := &b.warps[i]
		if b.launch.options.Reverse {
			w = &b.warps[len(b.warps)-1-i]
		}
		if w.state != runnable {
			continue
		}
		if b.launch.stopped() {
			return nil
		}
		w.run()
		if w.state == exited {
			running--
			b.settleAll()
		}
	}
	return nil
}

// begin prepares b for the block with the given number: shared and local memory are
// unwritten, no warp waits at a barrier, and all warps stand at the first instruction.
func (b *block) begin(number int) {
	l := b.launch
	b.index = l.blockIndex(number)
	b.owner = l.firstOwner + uint32(number)
	b.now, b.phase = 0, 0
	b.barriers = [16]barrierState{}
	for i := range b.shared {
		b.shared[i] = poison
	}
	clear(b.localDefined)
	for i := range b.warps {
		w := &b.warps[i]
		w.live, w.state = w.exist, runnable
		w.groups = append(w.groups[:0], group{0, w.exist})
		w.budget = l.maxBranches()
		w.order = ordering{observed: w.order.observed[:0]}
		clear(w.defined)
		for _, s := range l.kernel.specials {
			if s.perBlock {
				v := s.value(w, 0)
				for lane := range warpSize {
					w.r[s.slot][lane] = v
				}
			}
		}
	}
}

// stuck reports whether every warp waits at a barrier or has exited.
func (b *block) stuck() bool {
	for i := range b.warps {
		if b.warps[i].state == runnable {
			return false
		}
	}
	return true
}

// threadIndex returns the coordinates in its block of thread t. Threads are numbered along X
// first, then along Y, then along Z.
func (l *launch) threadIndex(t int) gpu.Dim {
	return gpu.Dim{X: t % l.block.X, Y: t / l.block.X % l.block.Y, Z: t / (l.block.X * l.block.Y)}
}

// firstLane returns the lowest lane of the mask m.
func firstLane(m uint32) int { return bits.TrailingZeros32(m) }
