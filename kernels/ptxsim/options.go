package ptxsim

import "fmt"

// Options configure a simulated GPU. The zero value turns on all checks and all counters
// except Footprints.
type Options struct {
	// Unchecked turns off the checks for uninitialized reads, races, and divergent
	// barriers and shuffles. Accesses out of bounds and misaligned accesses are still
	// faults. The results of a kernel with a race may then depend on Threads.
	Unchecked bool
	// Uncounted turns off the counters.
	Uncounted bool
	// Footprints turns on [Counters].Footprint.
	Footprints bool
	// Reverse runs the warps of a block in descending order. If one goroutine runs
	// all blocks, it runs them in descending order too.
	Reverse bool
	// Approximation sets the direction in which .approx instructions err.
	Approximation Approximation
	// Threads is the number of goroutines that run blocks; 0 means GOMAXPROCS.
	// Kernels with atomics or fences in global memory run on one goroutine, so the
	// results of a launch never depend on Threads.
	Threads int
	// Memory is the size of global memory in bytes; 0 means 4 GiB. Only allocated
	// memory takes host memory: about its size when unchecked, and nine times its
	// size when checked.
	Memory int64
	// MaxBranches bounds the branches that one warp may take. A warp that takes
	// more ends the launch with an [Endless] fault. 0 means 1<<28.
	MaxBranches int
}

// An Approximation is a direction in which .approx instructions err. The size of the
// error is the bound that the PTX ISA states for the instruction. GPUs usually err by
// less.
type Approximation uint8

// The directions of errors.
const (
	Nearest   Approximation = iota // no error beyond rounding to the nearest float32
	Scattered                      // by the bound, up or down depending on the operand's bits
	High                           // by the bound, upwards
	Low                            // by the bound, downwards
)

var approximationNames = [...]string{"nearest", "scattered", "high", "low"}

// String returns the name in lower case.
func (a Approximation) String() string {
	if int(a) < len(approximationNames) {
		return approximationNames[a]
	}
	return fmt.Sprintf("Approximation(%d)", uint8(a))
}
