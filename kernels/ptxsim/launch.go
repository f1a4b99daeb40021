package ptxsim

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/topogen/topogen/kernels/gpu"
)

// A launch is one execution of a kernel over a grid.
type launch struct {
	gpu           *GPU
	kernel        *kernel
	options       *Options
	grid, block   gpu.Dim
	dynamicShared int    // bytes of shared memory that the launch adds to the declared ones
	params        []byte // the arguments, laid out as the entry declares its parameters

	parallel bool         // several goroutines run blocks
	stop     *atomic.Bool // set when the host cancels the launch; may be nil
	// An owner is a number of a block, unique among all launches. Block i of this
	// launch is owner firstOwner+i. The owner manyOwners stands for several blocks of
	// this launch.
	firstOwner, manyOwners uint32
	publications           map[location]*publication // what strong writes have published; see fence.go
}

// stopped reports whether the host has cancelled the launch; see GPU.SyncContext.
func (l *launch) stopped() bool { return l.stop != nil && l.stop.Load() }

// maxBranches returns the number of branches that one warp may take.
func (l *launch) maxBranches() int {
	if l.options.MaxBranches > 0 {
		return l.options.MaxBranches
	}
	return 1 << 28
}

// blockIndex returns the coordinates in the grid of the block with the given number. Blocks
// are numbered along X first, then along Y, then along Z.
func (l *launch) blockIndex(number int) gpu.Dim {
	g := l.grid
	return gpu.Dim{X: number % g.X, Y: number / g.X % g.Y, Z: number / (g.X * g.Y)}
}

// Limits of a launch. A launch within them runs on every GPU from compute capability 3.0 on.
const (
	maxThreadsPerBlock = 1024
	maxSharedBytes     = 48 << 10
	maxLocalBytes      = 512 << 10 // per thread
	maxGridX           = 1<<31 - 1
	maxGridYZ          = 65535
	maxBlockZ          = 64
)

// checkGeometry returns an error if a GPU's driver would refuse a launch of this grid, of
// these blocks, and with this many bytes of dynamic shared memory.
func (k *kernel) checkGeometry(grid, block gpu.Dim, dynamicShared int) error {
	name := k.entry.Name
	switch {
	case grid.X < 1 || grid.Y < 1 || grid.Z < 1 || grid.X > maxGridX || grid.Y > maxGridYZ || grid.Z > maxGridYZ:
		return fmt.Errorf("kernel %s: a grid of %d×%d×%d blocks; want 1 to %d×%d×%d", name, grid.X, grid.Y, grid.Z, maxGridX, maxGridYZ, maxGridYZ)
	case block.X < 1 || block.Y < 1 || block.Z < 1 || block.Z > maxBlockZ || block.X > maxThreadsPerBlock || block.Y > maxThreadsPerBlock || block.Size() > maxThreadsPerBlock:
		return fmt.Errorf("kernel %s: a block of %d×%d×%d threads; want 1 to %d in all, and at most %d in the last dimension", name, block.X, block.Y, block.Z, maxThreadsPerBlock, maxBlockZ)
	case dynamicShared < 0 || k.entry.SharedBytes+dynamicShared > maxSharedBytes:
		return fmt.Errorf("kernel %s: %d bytes of shared memory, %d declared and %d dynamic; want at most %d", name, k.entry.SharedBytes+dynamicShared, k.entry.SharedBytes, dynamicShared, maxSharedBytes)
	}
	limit := k.entry.MaxThreads
	want := gpu.Dim{X: limit[0], Y: limit[1], Z: limit[2]}
	switch {
	case limit[0] == 0:
	case k.entry.ExactThreads && block != want:
		return fmt.Errorf("kernel %s: a block of %v threads; .reqntid requires %v", name, block, want)
	case !k.entry.ExactThreads && block.Size() > want.Size():
		return fmt.Errorf("kernel %s: a block of %v threads; .maxntid allows %d", name, block, want.Size())
	}
	return nil
}

// run runs all blocks until one faults or the host cancels the launch. It returns the
// counts of each instruction of the kernel, nil if nothing is counted. It also returns a
// fault or nil. If several blocks would fault, the fault is that of the lowest block, or
// of the highest if one goroutine runs the blocks in reverse.
func (l *launch) run() ([]count, *Fault) {
	blocks := l.grid.Size()
	workers := l.options.Threads
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, blocks)
	if l.kernel.serial {
		workers = 1
	}
	l.parallel = workers > 1
	l.publications = map[location]*publication{}
	if workers == 1 {
		b := newBlock(l)
		for i := range blocks {
			if l.stopped() {
				break
			}
			if l.options.Reverse {
				i = blocks - 1 - i
			}
			if f := b.run(i); f != nil {
				return b.counts, f
			}
		}
		return b.counts, nil
	}

	// Workers take blocks in ascending order. A fault in block n sets limit to n,
	// which keeps blocks above n from starting. The blocks below n have already
	// started and run to their end, so the lowest block with a fault is always found.
	var next, limit atomic.Int64
	limit.Store(int64(blocks))
	faults := make([]*Fault, workers)
	counts := make([][]count, workers)
	var wait sync.WaitGroup
	for i := range workers {
		wait.Go(func() {
			b := newBlock(l)
			counts[i] = b.counts
			for {
				number := next.Add(1) - 1
				if number >= limit.Load() || l.stopped() {
					return
				}
				if f := b.run(int(number)); f != nil {
					faults[i] = f
					for old := limit.Load(); number < old && !limit.CompareAndSwap(old, number); old = limit.Load() {
					}
					return
				}
			}
		})
	}
	wait.Wait()
	var first *Fault
	for _, f := range faults {
		if f != nil && (first == nil || l.number(f.Block) < l.number(first.Block)) {
			first = f
		}
	}
	for _, other := range counts[1:] {
		for pc := range other {
			counts[0][pc].add(&other[pc])
		}
	}
	return counts[0], first
}

// number returns the number of the block with these coordinates; see blockIndex.
func (l *launch) number(b gpu.Dim) int { return (b.Z*l.grid.Y+b.Y)*l.grid.X + b.X }
