package ptxsim

import "fmt"

// Options configure a simulated GPU. The zero value turns on all checks and all counters
// except Footprints.
type Options struct {
	// Unchecked turns off the checks for uninitialized reads, races, ld.global.nc of
	// written words, divisions by 0, bra.uni, bar.warp.sync and shuffles. Threads that
	// have exited then count as arrived at a barrier. All other mistakes are still
	// faults: accesses out of bounds and misaligned accesses, lanes missing from a
	// vote or match, live threads that never reach a barrier, and endless loops. The
	// results of a kernel with a race may then depend on Threads.
	Unchecked bool
	// Uncounted turns off all counters but Launches and, with Footprints, Footprint.
	Uncounted bool
	// Footprints turns on [Counters].Footprint.
	Footprints bool
	// Reverse runs the warps of a block in descending order. If one goroutine runs
	// all blocks, the blocks run in descending order too. Results that change with
	// Reverse depend on an order that a GPU does not promise.
	Reverse bool
	// Approximation sets the direction in which .approx instructions err. Any but Nearest
	// makes mma round its sums towards zero.
	Approximation Approximation
	// Threads is the number of goroutines that run blocks; 0 means GOMAXPROCS.
	// Kernels with atomics, other strong accesses to global memory, or fences beyond
	// a block run on one goroutine. The results of a kernel without races therefore
	// do not depend on Threads.
	Threads int
	// Target is the compute capability of the GPU as a number, 70 for sm_70 or 80 for
	// sm_80; 0 means 70. A file for a later target cannot be loaded.
	Target int
	// Memory is the size of global memory in bytes; 0 means 4 GiB. An allocation of
	// n bytes takes about n bytes of host memory when unchecked, and 9·n bytes when
	// checked. Memory that is not allocated takes none.
	Memory int64
	// MaxBranches bounds the branches that one warp may take. A warp that takes
	// more ends the launch with an [Endless] fault. 0 means 1<<28.
	MaxBranches int
}

// An Approximation is a direction in which .approx instructions err. The size of the
// error is the bound that the PTX ISA states for the instruction. GPUs usually err by
// less.
type Approximation uint8

// The directions of errors. The bound is the largest error that the ISA allows.
const (
	Nearest   Approximation = iota // no error beyond rounding to the nearest float32
	Scattered                      // errs by the bound, up or down depending on the operand's bits
	High                           // errs by the bound, upwards
	Low                            // errs by the bound, downwards
)

var approximationNames = [...]string{"nearest", "scattered", "high", "low"}

// String returns the name in lower case.
func (a Approximation) String() string {
	if int(a) < len(approximationNames) {
		return approximationNames[a]
	}
	return fmt.Sprintf("Approximation(%d)", uint8(a))
}
